"""Sdists of packages that are named: found on the configured index, checked, kept.

unearth (of the PDM project, which pyodide-build uses too) finds them: ``pip download``
would build a package's metadata first.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from httpx2 import HTTPError
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from unearth import Link, PackageFinder, TargetPython
from unearth.errors import HashMismatchError, UnpackError

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_record
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import LockFailed, SourceFailed, Untrusted
from toolkit.index import pip_configuration

RECORD: Final = "spec14.json"


def parse_requirement(text: str) -> Requirement:
    """Read ``NAME``, ``NAME==VERSION`` or any other requirement without a URL.

    Raises
    ------
    SourceFailed
        When it is none.
    """
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        msg = f"{text!r} is no folder, no file and no requirement"
        raise SourceFailed(msg, do="name a folder, an sdist, NAME or NAME==VERSION") from error
    if requirement.url is not None:
        msg = f"{text!r} names a URL"
        raise SourceFailed(msg, do="download the sdist, check it, and name the file")
    return requirement


def fetch_sdist(requirement: str, folder: Path, *, offline: bool = False) -> Path:
    """Give the sdist of the newest version that a requirement allows.

    A version that is stated exactly (``==``) is asked for once: afterwards the kept file
    serves, checked against the SHA-256 it had.

    Parameters
    ----------
    requirement
        A PEP 508 requirement without a URL.
    folder
        Where sdists are kept.
    offline
        Whether a kept file must do: of a version that is not stated exactly the newest.

    Raises
    ------
    SourceFailed
        When there is no such package, it has no sdist, or the index cannot be reached.
    LockFailed
        When it is not kept, and this run is offline.
    Untrusted
        When the file does not have the checksum that the index gives.
    """
    wanted = parse_requirement(requirement)
    folder.mkdir(parents=True, exist_ok=True)
    if (kept := _kept(wanted, folder, any_version=offline)) is not None:
        return kept
    if offline:
        msg = f"the sdist of {wanted} is not in the caches, and this run is offline"
        raise LockFailed(msg, do="run the same command once without --offline")
    with _words_of_unearth() as said, _known_failures(wanted, said):
        finder = PackageFinder(
            index_urls=index_urls(), no_binary=[wanted.name], target_python=TargetPython()
        )
        # As pip does: a pre-release only where it is asked for, or there is nothing else.
        best = (
            finder.find_best_match(
                wanted, allow_prereleases=bool(wanted.specifier.prereleases)
            ).best
            or finder.find_best_match(wanted, allow_prereleases=True).best
        )
        if best is None:
            raise _nothing_found(finder, wanted, said)
        return _download(finder, best.link, wanted, str(best.version), folder)


@dataclass(frozen=True, kw_only=True)
class Published:
    """An sdist on an index.

    Attributes
    ----------
    url
        Its address, without a fragment.
    sha256
        As the index says.
    """

    url: str
    sha256: str


def published_sdist(name: str, version: str) -> Published | None:
    """Say where the configured index has the sdist of a version; ``None`` where it has none.

    Nothing is downloaded: an index that gives no SHA-256 is as good as none.

    Raises
    ------
    SourceFailed
        When the index cannot be reached.
    """
    wanted = Requirement(f"{name}=={version}")
    with _words_of_unearth() as said, _known_failures(wanted, said):
        finder = PackageFinder(
            index_urls=index_urls(), no_binary=[name], target_python=TargetPython()
        )
        best = finder.find_best_match(wanted, allow_prereleases=True).best
        if best is None and said:
            msg = f"the index does not answer for {name}: {said[0].splitlines()[0]}"
            do = "see that the package index can be reached"
            raise SourceFailed(msg, do=do, detail="\n".join(said))
    stated = None if best is None else best.link.hash_option
    if best is None or stated is None or "sha256" not in stated:
        return None
    return Published(url=best.link.url_without_fragment, sha256=stated["sha256"][0])


def _download(
    finder: PackageFinder, link: Link, wanted: Requirement, version: str, folder: Path
) -> Path:
    partial = folder / f".partial.{os.getpid()}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        with full_disk_is_an_error(folder):
            # It compares with the checksum of the index's page (unearth 0.19, preparer.py).
            fetched = finder.download(link, partial)
            if fetched.parent != partial:  # of an index that is a folder: the file itself
                fetched = Path(shutil.copyfile(fetched, partial / fetched.name))
        sha256 = file_sha256(fetched)
        path = folder / fetched.name
        fetched.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    record = dict(read_record(folder / RECORD))
    name = canonicalize_name(wanted.name)
    record[f"{name}=={version}"] = {
        "file": path.name,
        "sha256": sha256,
        "checked": bool(link.hash_option),
    }
    write_record(folder / RECORD, record)
    return path


def _kept(wanted: Requirement, folder: Path, *, any_version: bool) -> Path | None:
    exact = len(wanted.specifier) == 1 and next(iter(wanted.specifier)).operator == "=="
    if not exact and not any_version:
        return None
    found: dict[Version, Path] = {}
    for key, entry in read_record(folder / RECORD).items():
        name, _, version = key.partition("==")
        path = folder / str(entry.get("file", ""))
        if (
            name == canonicalize_name(wanted.name)
            and wanted.specifier.contains(version, prereleases=True)
            and path.is_file()
            and file_sha256(path) == entry.get("sha256")
        ):
            found[Version(version)] = path
    return found[max(found)] if found else None


def _nothing_found(finder: PackageFinder, wanted: Requirement, said: list[str]) -> SourceFailed:
    """Say why: no such package, no such version, only wheels."""
    detail = "\n".join(said)
    every = PackageFinder(
        index_urls=[source["url"] for source in finder.sources if source["type"] == "index"],
        target_python=TargetPython(),
        ignore_compatibility=True,
    )
    links = [package.link for package in every.find_all_packages(wanted.name)]
    if not links:
        msg = f"the index has no package {wanted.name!r}"
        do = "correct the name, or see that the package index can be reached"
        return SourceFailed(msg, do=do, detail=detail)
    if all(link.is_wheel for link in links):
        msg = f"{wanted.name} is published as wheels only, without an sdist"
        return SourceFailed(msg, do="name a folder with its source instead", detail=detail)
    msg = f"no sdist of {wanted.name} fits {str(wanted)!r} and this Python"
    return SourceFailed(msg, do="state a version that the index has, with an sdist", detail=detail)


def index_urls() -> list[str]:
    """Give the addresses of the indexes that pip is configured for; none: the client's own."""
    configured = pip_configuration(os.environ)
    return [
        url for key in ("index-url", "extra-index-url") for url in configured.get(key, "").split()
    ]


@contextmanager
def _known_failures(wanted: Requirement, said: list[str]) -> Iterator[None]:
    try:
        yield
    except HashMismatchError as error:
        msg = f"the sdist of {wanted} does not have the checksum that the index gives"
        raise Untrusted(
            msg, do="fetch it again; if it stays, tell the index's keeper", detail=str(error)
        ) from error
    except (HTTPError, UnpackError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"the sdist of {wanted} cannot be had: {first}"
        raise SourceFailed(
            msg, do="see that the package index can be reached", detail="\n".join(said)
        ) from error


@contextmanager
def _words_of_unearth() -> Iterator[list[str]]:
    """Collect what unearth logs: a page that cannot be had is a warning there."""
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())

    logger, listener = logging.getLogger("unearth"), Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield said
    finally:
        logger.removeHandler(listener)
