"""What ``--wheel`` names: a file, the one wheel in a folder that fits, or an address."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from toolkit.audit.metadata import Named, accepted_tags, parse_name
from toolkit.crossenv.fetch import shown
from toolkit.errors import SuppliedWheelFailed
from toolkit.pins import RUNTIME
from toolkit.project import Project
from toolkit.runtime.distribution import Runtime, read_runtime

FILE_NAME: Final = re.compile(r"[\w.+!-]{1,200}\.whl", re.ASCII)
CHECKSUM: Final = re.compile(r"sha256=([0-9a-fA-F]{64})")
WHAT: Final = "name a wheel, a folder with one, or URL#sha256=HEX"
SHOWN: Final = 3
"""Wheels that do not fit, as many as are named."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a wheel is.

    Attributes
    ----------
    name
        Its file name.
    path
        The file; ``None`` where it has to be fetched.
    url
        Where from.
    sha256
        What it must have, in hexadecimal; ``None`` where nobody has said.
    """

    name: str
    path: Path | None = None
    url: str = ""
    sha256: str | None = None

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else shown(self.url)


def place_of(word: str, project: Project) -> Place:
    """Give the place that a word names; nothing is fetched.

    Parameters
    ----------
    word
        A file, a folder with exactly one wheel of the project for the runtime, or an address
        (http, https or file), behind it ``#sha256=HEX``.
    project
        Whose wheel it must be, by its file name.

    Raises
    ------
    SuppliedWheelFailed
        When there is none, or it is another project's.
    """
    place = _place(word, project)
    _require_own(project, place)
    return place


def _place(word: str, project: Project) -> Place:
    address, _, fragment = word.partition("#")
    if "://" in address:
        return _of_address(word, address, fragment, project)
    if not word.strip():
        raise SuppliedWheelFailed("--wheel names nothing", do=WHAT)
    return _of_path(Path(word).absolute(), project)


def _of_address(word: str, address: str, fragment: str, project: Project) -> Place:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise SuppliedWheelFailed(f"{word!r} is no address: {error}", do=WHAT) from error
    checksum = CHECKSUM.fullmatch(fragment)
    if fragment and checksum is None:
        msg = f"{shown(address)} is followed by #{fragment}, which is no SHA-256"
        raise SuppliedWheelFailed(msg, do="put #sha256= and 64 hexadecimal digits behind it")
    sha256 = checksum[1].lower() if checksum else None
    match parts.scheme:
        case "file" if parts.netloc in ("", "localhost"):
            place = _of_path(Path(unquote(parts.path)), project)
            return Place(name=place.name, path=place.path, sha256=sha256)
        case "http" | "https" if parts.hostname:
            if sha256 is None:
                msg = f"{shown(address)} has no checksum"
                do = "put #sha256= and the SHA-256 behind it (`sha256sum` of the wheel you built)"
                raise SuppliedWheelFailed(msg, do=do)
            name = PurePosixPath(unquote(parts.path)).name
            return Place(name=name, url=address, sha256=sha256)
        case _:
            msg = f"{shown(address)} is no address that a wheel can be had from"
            raise SuppliedWheelFailed(msg, do="use https, http or file")


def _of_path(path: Path, project: Project) -> Place:
    if path.is_dir():
        return _in_folder(path, project)
    if not path.is_file():
        raise SuppliedWheelFailed(f"{path} does not exist", do=WHAT)
    return Place(name=path.name, path=path)


def _in_folder(folder: Path, project: Project) -> Place:
    """Give the one wheel in a folder that is the project's and for the runtime."""
    wheels = sorted(path for path in folder.glob("*.whl") if path.is_file())
    runtime = read_runtime(RUNTIME)
    wrong = {path.name: _why_not(path.name, project, runtime) for path in wheels}
    fitting = [path for path in wheels if not wrong[path.name]]
    if len(fitting) == 1:
        return Place(name=fitting[0].name, path=fitting[0])
    if fitting:
        names = ", ".join(path.name for path in fitting)
        msg = f"{folder} has {len(fitting)} wheels of {project.name} for the runtime: {names}"
        raise SuppliedWheelFailed(msg, do="name one of them, or delete the others")
    if not wheels:
        raise SuppliedWheelFailed(f"{folder} has no wheel in it", do=WHAT)
    few = [f"{name} {why}" for name, why in wrong.items()][:SHOWN]
    more = f", and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    msg = f"{folder} has no wheel of {project.name} for the runtime: {'; '.join(few)}{more}"
    minor = runtime.python_minor.replace(".", "")
    do = f"let cibuildwheel build cp{minor}-pyodide_wasm32 (--platform pyodide)"
    raise SuppliedWheelFailed(msg, do=do)


def _why_not(name: str, project: Project, runtime: Runtime) -> str:
    named = parse_name(name)
    if named is None or not _is_own(named, project):
        return "is another project's" if named is not None else "is no file name of a wheel"
    if named.tags & accepted_tags(runtime):
        return ""
    return f"is for {min(tag.platform for tag in named.tags)}, Python {_pythons(named)}"


def _pythons(named: Named) -> str:
    return ", ".join(sorted({tag.interpreter for tag in named.tags}))


def _is_own(named: Named, project: Project) -> bool:
    return named.name == canonicalize_name(project.name)


def _require_own(project: Project, place: Place) -> None:
    named = parse_name(place.name) if FILE_NAME.fullmatch(place.name) else None
    if named is None:
        msg = f"{place} is no file name of a wheel (NAME-VERSION-PYTHON-ABI-PLATFORM.whl)"
        raise SuppliedWheelFailed(msg, do=WHAT)
    if not _is_own(named, project):
        msg = f"{place} is a wheel of {named.name}, and the project is {project.name}"
        do = "name the wheel that was built from this project, or another project (--project)"
        raise SuppliedWheelFailed(msg, do=do)
