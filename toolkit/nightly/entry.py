"""One wheel of an index: what the pages say of it, and what keeps it out.

Wheels are hostile: names go into pages, paths and addresses, so only those of the format's
letters are taken; what is inside is read by :mod:`toolkit.audit`, which unpacks nothing.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import BuildTag, InvalidWheelFilename, NormalizedName, parse_wheel_filename
from packaging.version import Version

from toolkit.archive import file_sha256
from toolkit.audit.files import read_files
from toolkit.audit.findings import KINDS
from toolkit.audit.metadata import accepted_tags
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.errors import IndexRefused, NotForUpload
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.stamp import NAME as STAMP

LARGEST_METADATA: Final = 2**22
"""Bytes of a METADATA file: clients read it whole, for every wheel that they look at."""
PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+!]*(?:-[A-Za-z0-9_.+!]+){4,5}\.whl")
"""File names of wheels (binary distribution format, "File name convention")."""
ABOUT_ITSELF: Final = frozenset({"metadata", "record"})
"""Kinds of findings that count for a wheel of any platform, too."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One wheel.

    Attributes
    ----------
    path
        The file.
    name
        Normalised name of the distribution.
    version
        Its version.
    build
        Its build tag (empty for most).
    tags
        What it runs on.
    requires_python
        As its metadata says; empty where that says nothing.
    metadata
        The METADATA file, byte for byte (PEP 658).
    sha256, md5
        Of the file; piplite's form has both.
    size
        Of the file, in bytes.
    """

    path: Path
    name: NormalizedName
    version: Version
    build: BuildTag
    tags: frozenset[Tag]
    requires_python: str
    metadata: bytes
    sha256: str
    md5: str
    size: int

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.path.name

    @property
    def metadata_sha256(self) -> str:
        """SHA-256 of the METADATA file."""
        return hashlib.sha256(self.metadata).hexdigest()


def read_entry(path: Path) -> Entry:
    """Read what an index says of a wheel.

    Raises
    ------
    IndexRefused
        When its name or its metadata is not a wheel's.
    Untrusted
        When it is no zip file, or a hostile one.
    AuditFailed
        When there is no such file.
    """
    if not PLAIN.fullmatch(path.name):
        raise _refused(path, "its name is not a wheel's")
    try:
        name, version, build, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise _refused(path, str(error)) from error
    metadata = _metadata(path, read_files(path))
    content = path.read_bytes()
    return Entry(
        path=path,
        name=name,
        version=version,
        build=build,
        tags=tags,
        requires_python=_requires_python(path, metadata),
        metadata=metadata,
        sha256=hashlib.sha256(content).hexdigest(),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        size=len(content),
    )


def require_fit(entry: Entry, runtime: Path, *, any_tag: bool) -> None:
    """Refuse a wheel that readers of the index could not use.

    Parameters
    ----------
    entry
        The wheel.
    runtime
        Folder of the unpacked Pyodide runtime.
    any_tag
        Whether it may be for another platform or runtime; then only its account of itself is
        looked at.

    Raises
    ------
    IndexRefused
        When it is for another platform.
    AuditFailed
        When it is damaged, or one of its modules would not load.
    """
    fits = bool(entry.tags & accepted_tags(read_runtime(runtime)))
    if not fits and not any_tag:
        what = f"is for {min(map(str, entry.tags))}, which the runtime does not take"
        msg = f"{entry.file} {what}"
        do = "leave it out, or give --any-tag to have wheels of other platforms beside it"
        raise IndexRefused(msg, do=do)
    allow = () if fits else tuple(KINDS.keys() - ABOUT_ITSELF)
    require_sound(audit_wheel(entry.path, runtime, allow=allow))


def require_official(path: Path) -> None:
    """Refuse a wheel that says of itself that another compiler than the runtime's made it.

    A wheel of somebody else's says nothing of that and passes.

    Raises
    ------
    NotForUpload
        When it does.
    """
    note = unofficial_note(path)
    if note is not None:
        msg = f"{path.name} is not official: {note}"
        do = "build an image with TOOLCHAIN=emsdk and use that, or give --unofficial"
        raise NotForUpload(msg, do=do)


def unofficial_note(path: Path) -> str | None:
    """Give what a wheel says of its toolchain where that is not the runtime's own."""
    for name, content in read_files(path).items():
        folder, _, file = name.partition("/")
        if folder.endswith(".dist-info") and file == STAMP:
            try:
                said = json.loads(content)
            except ValueError:
                return f"its {STAMP} cannot be read"
            if not isinstance(said, dict) or said.get("official") is not True:
                note = said.get("note") if isinstance(said, dict) else None
                return str(note or "another toolchain made it").splitlines()[0]
    return None


def same_bytes(path: Path, sha256: str) -> bool:
    """Say whether a file is there and has a SHA-256."""
    return path.is_file() and file_sha256(path) == sha256


def _metadata(path: Path, files: Mapping[str, bytes]) -> bytes:
    found = [name for name in files if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
    if len(found) != 1:
        raise _refused(path, f"it holds {len(found)} files .dist-info/METADATA, not one")
    content = files[found[0]]
    if len(content) > LARGEST_METADATA:
        raise _refused(path, f"its METADATA has {len(content) / 2**20:.0f} MiB")
    return content


def _requires_python(path: Path, metadata: bytes) -> str:
    header = HeaderParser().parsestr(metadata.decode("utf-8", "replace"))
    said = str(header.get("Requires-Python") or "").strip()
    try:
        SpecifierSet(said)
    except InvalidSpecifier as error:
        raise _refused(path, f"its Requires-Python {said!r} is none") from error
    return said


def _refused(path: Path, why: str) -> IndexRefused:
    msg = f"{path.name} cannot stand in an index: {why}"
    return IndexRefused(msg, do="build it with a backend that follows the format, or leave it out")
