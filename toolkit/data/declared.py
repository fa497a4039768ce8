"""What ``[tool.spec14.data]`` declares: URLs, their checksums, and where each stands."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from toolkit.data.registry import Entry, read_registry
from toolkit.errors import DataFailed
from toolkit.project import Project

SHA256: Final = "sha256"
URL: Final = re.compile(r"[!-~]+")
"""No spaces, nothing that is not printed: a URL as it stands in a request (RFC 3986)."""


@dataclass(frozen=True, kw_only=True)
class Checksum:
    """What a file is known by.

    Attributes
    ----------
    algorithm
        As :mod:`hashlib` calls it.
    value
        In hexadecimal.
    """

    algorithm: str
    value: str

    def of(self, path: Path) -> str:
        """Give the checksum that a file really has."""
        with path.open("rb") as file:
            return hashlib.file_digest(file, self.algorithm).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One file.

    Attributes
    ----------
    url
        What an example asks for.
    checksum
        Its checksum; ``None`` where none stands there.
    where
        ``FILE:LINE`` of the declaration.
    path
        A file of the project that it is; ``None`` where it is fetched.
    ship
        Whether it is put into the site.
    """

    url: str
    checksum: Checksum | None
    where: str
    path: Path | None = None
    ship: bool = True


def read_declared(project: Project) -> tuple[Declared, ...]:
    """Give the files that a project declares, each URL once.

    Raises
    ------
    DataFailed
        Naming file and line, when a declaration cannot be meant.
    """
    found: dict[str, Declared] = {}
    for one in (*_files(project), *_registered(project)):
        known = found.setdefault(one.url, one)
        if (known.checksum, known.path) != (one.checksum, one.path):
            msg = f"{one.where}: {one.url} stands in {known.where} too, as another file"
            raise DataFailed(msg, do="remove one of the two")
    return tuple(found.values())


def checksum(text: str, where: str) -> Checksum:
    """Read a checksum as pooch writes it: ``VALUE`` (SHA-256) or ``ALGORITHM:VALUE``.

    Raises
    ------
    DataFailed
        When it is none, or of an algorithm that is not in the standard library.
    """
    name, _, value = text.lower().rpartition(":")
    name = name or SHA256
    if name not in hashlib.algorithms_guaranteed or name.startswith("shake"):
        msg = f"{where}: {name!r} is no checksum that can be computed here"
        raise DataFailed(msg, do="use sha256")
    if not re.fullmatch(rf"[0-9a-f]{{{2 * hashlib.new(name).digest_size}}}", value):
        msg = f"{where}: {value!r} is no {name} in hexadecimal"
        raise DataFailed(msg, do=f"write the {name} of the file (`{name}sum FILE`)")
    return Checksum(algorithm=name, value=value)


def require_url(url: str, where: str) -> str:
    """Give a URL that can be declared: of http or https, without a password in it.

    Raises
    ------
    DataFailed
        For any other.
    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and URL.fullmatch(url)
    except ValueError:
        fine = False
    if not fine:
        msg = f"{where}: {url!r} is no address of http or https"
        raise DataFailed(msg, do="write the URL that the example asks for, in full")
    if "@" in parts.netloc:
        msg = f"{where}: the URL of {parts.hostname} holds a user's name or password"
        raise DataFailed(msg, do="leave it out: the declaration is published with the site")
    return parts._replace(fragment="").geturl()


def _files(project: Project) -> Iterator[Declared]:
    lines = _lines(project.folder / "pyproject.toml")
    for number, file in enumerate(project.settings.data.files, start=1):
        written = (f'"{file.url}"', f"'{file.url}'")
        line = next((n for n, text in lines if any(word in text for word in written)), None)
        where = f"pyproject.toml:{line}" if line else f"[[tool.spec14.data.files]] {number}"
        url = require_url(file.url, where)
        yield Declared(
            url=url,
            checksum=checksum(file.sha256, where) if file.sha256 else None,
            where=where,
            path=None if file.path is None else _inside(project, file.path, where),
            ship=file.ship,
        )


def _registered(project: Project) -> Iterator[Declared]:
    settings = project.settings.data
    if settings.registry is None:
        return
    path = _inside(project, settings.registry, "[tool.spec14.data] registry")
    entries = read_registry(path, settings.registry)
    for pattern in (*settings.only, *settings.elsewhere):
        if entries and not any(_matches(one, [pattern]) for one in entries):
            msg = f"{settings.registry} has no name like {pattern!r}"
            raise DataFailed(msg, do="correct only or elsewhere in [tool.spec14.data]")
    for one in entries:
        if not _matches(one, settings.only):
            continue
        where = f"{settings.registry}:{one.line}"
        if one.url is None and settings.base_url is None:
            msg = f"{where}: {one.name} has no URL of its own"
            raise DataFailed(msg, do='write base-url = "https://…/" in [tool.spec14.data]')
        # As pooch joins them (core.py 1.9.0, `create` and `Pooch.get_url`).
        url = one.url or f"{(settings.base_url or '').rstrip('/')}/{one.name}"
        yield Declared(
            url=require_url(url, where),
            checksum=checksum(one.checksum, where),
            where=where,
            ship=not _matches(one, settings.elsewhere),
        )


def _matches(entry: Entry, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(entry.name, pattern) for pattern in patterns)


def _inside(project: Project, name: str, where: str) -> Path:
    path = (project.folder / name).resolve()
    if not path.is_relative_to(project.folder.resolve()):
        msg = f"{where}: {name} is not in the project"
        raise DataFailed(msg, do="name a file of the project, relative to pyproject.toml")
    if not path.is_file():
        msg = f"{where}: there is no file {name}"
        raise DataFailed(msg, do="correct the path; it is relative to pyproject.toml")
    return path


def _lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text("utf-8").splitlines(), start=1))
