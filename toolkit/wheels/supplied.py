"""The project's wheel, built by somebody else: cibuildwheel in the project's CI, say.

cibuildwheel 4.3 makes a wheel for Pyodide by ``pyodide build`` (its ``platforms/pyodide.py``)
and puts it into a folder, ``wheelhouse``, with the wheels of other platforms. Such a wheel has
no ``spec14.json`` and was built from a source that nobody here has seen: it is taken for what
its bytes are, once the audit has looked at them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from packaging.version import InvalidVersion, Version

import toolkit
from toolkit.archive import file_sha256, require_sha256
from toolkit.audit.expected import evidence_of_modules
from toolkit.audit.findings import require_kinds
from toolkit.audit.metadata import parse_name
from toolkit.audit.wheel import audit_wheel, line, require_sound
from toolkit.cache import key_of, read_record, write_record
from toolkit.crossenv.fetch import Limits, fetch
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import LockFailed, SuppliedWheelFailed, UpstreamFailed
from toolkit.pins import RUNTIME, fingerprint
from toolkit.project import Project
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.generated import project_files
from toolkit.wheels.place import Place, place_of
from toolkit.wheels.version import version_source

LARGEST: Final = 512 << 20
"""Bytes that a wheel which is fetched may have."""
LIMITS: Final = Limits(silence=30.0, total=1800.0)

type Say = Callable[[str], None]


def supplied_wheel(project: Project, word: str, *, say: Say) -> BuiltWheel:
    """Give the wheel that a word names in the place of a build, audited.

    It is copied to ``.spec14/cache/supplied``, and known by its SHA-256 from then on: the
    same file is neither fetched nor audited again. Wheels in ``.spec14/dist`` stay.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    word
        A file, a folder with exactly one wheel of the project for the runtime, or an address
        (http, https or file) with the wheel's SHA-256 behind it: ``URL#sha256=HEX``.
    say
        Told what is fetched, and what the audit found.

    Raises
    ------
    SuppliedWheelFailed
        When there is no such wheel, or it is another project's.
    LockFailed
        When it would have to be fetched, and this run is offline.
    Untrusted
        When its checksum is another, or it is a hostile archive.
    AuditFailed
        When it would not load in the runtime, or is not what it says.
    """
    require_kinds(project.settings.wheel.allow, "[tool.spec14.wheel] allow")
    place = place_of(word, project)
    if place.path is not None and place.sha256 is not None:
        require_sha256(place.path, place.sha256)
    sha256 = file_sha256(place.path) if place.path is not None else place.sha256
    folder, key = project.cache / "supplied", _key(project)
    known = _known(folder, place.name, str(sha256), key)
    if known is None:
        with _incoming(folder) as arriving:
            known = _take(project, place, arriving / place.name, key, say=say)
    say(f"{place.name} takes the place of a build (sha256 {known.sha256[:12]})")
    return known


def another_version(project: Project, wheel: Path, installed: str | None = None) -> str | None:
    """Say that a wheel is of another version than the source; ``None`` where it is not.

    What follows a ``+`` (PEP 440, local versions) may differ: a date or a commit.

    Parameters
    ----------
    project
        The project.
    wheel
        The wheel.
    installed
        The version of the project as built for this machine, where it is known: the source
        may not say its own.
    """
    source = version_source(project)
    said, origin = source.version or installed or "", source.origin
    named = parse_name(wheel.name)
    try:
        same = named is None or not said or Version(said).public == named.version.public
    except InvalidVersion:
        return None
    if named is None or same:
        return None
    return f"{wheel.name} is version {named.version}, the source is {said} ({origin})"


def _take(project: Project, place: Place, arriving: Path, key: str, *, say: Say) -> BuiltWheel:
    """Copy or fetch a wheel, audit the copy, and put that in place."""
    if place.path is not None:
        with full_disk_is_an_error(arriving):
            shutil.copyfile(place.path, arriving)
    else:
        _fetch(project, place, arriving, say=say)
    if place.sha256 is not None:
        require_sha256(arriving, place.sha256)
    audit = audit_wheel(
        arriving,
        RUNTIME,
        expected=evidence_of_modules(project.folder, project_files(project), project.pyproject),
        allow=project.settings.wheel.allow,
    )
    require_sound(audit)
    findings = tuple(line(one, arriving) for one in audit.findings)
    for found in findings:
        say(found)
    folder = project.cache / "supplied"
    taken = BuiltWheel(
        path=folder / place.name,
        sha256=file_sha256(arriving),
        compiled=bool(audit.modules),
        fresh=True,
        findings=findings,
    )
    arriving.replace(taken.path)
    record = {
        "wheel": place.name,
        "sha256": taken.sha256,
        "compiled": taken.compiled,
        "findings": list(findings),
        "key": key,
    }
    write_record(folder / "supplied.json", record)
    for other in folder.glob("*.whl"):
        if other != taken.path:
            other.unlink()
    return taken


def _fetch(project: Project, place: Place, target: Path, *, say: Say) -> None:
    if project.settings.offline:
        msg = f"{place} was never fetched, and this run is offline"
        raise LockFailed(msg, do="run once without --offline, or name a file that is here")
    say(f"fetching {place}")
    try:
        with full_disk_is_an_error(target):
            # Its checksum is known, and is looked at afterwards: http will do.
            fetch(place.url, target, sha256=None, size=LARGEST, limits=LIMITS, plain_http=True)
    except UpstreamFailed as error:
        do = f"see that the address gives a wheel of at most {LARGEST >> 20} MiB"
        raise SuppliedWheelFailed(error.what, do=f"{do}, to somebody without a password") from error


def _known(folder: Path, name: str, sha256: str, key: str) -> BuiltWheel | None:
    """Give the wheel of the last run, if it is this one and was audited as it would be now."""
    record, path = read_record(folder / "supplied.json"), folder / name
    same = (record.get("wheel"), record.get("sha256"), record.get("key")) == (name, sha256, key)
    if not same or not path.is_file() or file_sha256(path) != sha256:
        return None
    return BuiltWheel(
        path=path,
        sha256=sha256,
        compiled=bool(record["compiled"]),
        fresh=False,
        findings=tuple(record["findings"]),
    )


def _key(project: Project) -> str:
    """Give what an audit hangs on, besides the wheel."""
    evidence = evidence_of_modules(project.folder, project_files(project), project.pyproject)
    return key_of(
        fingerprint(), toolkit.__version__, sorted(project.settings.wheel.allow), list(evidence)
    )


@contextmanager
def _incoming(folder: Path) -> Iterator[Path]:
    """Give a folder for what is not known yet; gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(".incoming.*"):  # of a run that was ended in the middle
        shutil.rmtree(left, ignore_errors=True)
    arriving = folder / f".incoming.{os.getpid()}"
    arriving.mkdir()
    try:
        yield arriving
    finally:
        shutil.rmtree(arriving, ignore_errors=True)
