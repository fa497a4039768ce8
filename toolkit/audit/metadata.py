"""A wheel's own account of itself: file name, ``.dist-info``, tags, RECORD.

The binary distribution format of the packaging user guide (PEP 427, PEP 376), read with
the library packaging.
"""

import base64
import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from typing import Final

from packaging.tags import Tag, compatible_tags, cpython_tags, parse_tag
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from toolkit.audit.findings import Finding, finding
from toolkit.runtime.distribution import Runtime

SIGNATURES: Final = ("RECORD.jws", "RECORD.p7s")
"""Files that RECORD need not list, besides itself."""
STRONG: Final = frozenset({"sha256", "sha384", "sha512"})
"""Hashes that the format allows."""
PACK_AGAIN: Final = "pack it with a tool that writes RECORD (`wheel unpack`, then `wheel pack`)"


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a wheel's file name says.

    Attributes
    ----------
    name
        Of the distribution, normalised.
    version
        Of the distribution.
    tags
        Every tag, one by one.
    """

    name: str
    version: Version
    tags: frozenset[Tag]

    @property
    def for_any_platform(self) -> bool:
        """Whether it says that it runs everywhere."""
        return any(tag.platform == "any" for tag in self.tags)

    @property
    def for_one_abi(self) -> bool:
        """Whether it says that it holds extension modules."""
        return all(tag.abi != "none" for tag in self.tags)


def parse_name(file_name: str) -> Named | None:
    """Read a wheel's file name; ``None`` when it is none of a wheel."""
    try:
        name, version, _build, tags = parse_wheel_filename(file_name)
    except InvalidWheelFilename, InvalidVersion:
        return None
    return Named(name=name, version=version, tags=tags)


def judge_metadata(named: Named, files: Mapping[str, bytes], runtime: Runtime) -> Iterator[Finding]:
    """Give the findings on a wheel's account of itself."""
    yield from _accepted(named, runtime)
    tops = {name.partition("/")[0] for name in files if "/" in name}
    infos = sorted(top for top in tops if top.endswith(".dist-info"))
    if len(infos) != 1:
        yield finding(
            "metadata",
            f"has {len(infos)} folders .dist-info, not one",
            do="build it with a backend that follows PEP 427",
        )
        return
    yield from _info(named, infos[0], files)
    yield from _record(infos[0], files)


def accepted_tags(runtime: Runtime) -> frozenset[Tag]:
    """Give the tags of wheels that a runtime takes."""
    major, minor = (int(part) for part in runtime.python.split(".")[:2])
    platforms = runtime.platform_tags
    return frozenset(
        {
            *cpython_tags((major, minor), abis=[f"cp{major}{minor}"], platforms=platforms),
            *compatible_tags((major, minor), f"cp{major}{minor}", platforms),
        }
    )


def _accepted(named: Named, runtime: Runtime) -> Iterator[Finding]:
    if not named.tags & accepted_tags(runtime):
        shown = min(str(tag) for tag in named.tags)
        minor = runtime.python_minor.replace(".", "")
        yield finding(
            "tag",
            f"is for {shown}; the runtime takes cp{minor}-cp{minor}-{runtime.platform_tag} "
            "(or abi3, or py3-none-any)",
            do=f"build it for CPython {runtime.python_minor} and ABI {runtime.abi} (PEP 783)",
        )


def _info(named: Named, info: str, files: Mapping[str, bytes]) -> Iterator[Finding]:
    stem, _, version = info.removesuffix(".dist-info").rpartition("-")
    for what, name, number in (
        (info, stem, version),
        (f"{info}/METADATA", *_stated(files.get(f"{info}/METADATA", b""))),
    ):
        if canonicalize_name(name) != named.name or not _same(number, named.version):
            yield finding(
                "metadata",
                f"says {name or 'nothing'} {number}, the file name {named.name} {named.version}",
                where=what,
                do="do not rename wheels; build it again",
            )
    header = HeaderParser().parsestr(files.get(f"{info}/WHEEL", b"").decode("utf-8", "replace"))
    said = frozenset(tag for line in header.get_all("Tag", []) for tag in _tags(line))
    if said != named.tags:
        yield finding(
            "tag",
            f"says {_shown(said)}, the file name {_shown(named.tags)}",
            where=f"{info}/WHEEL",
            do="do not rename wheels; change tags with `wheel tags`",
        )


def _stated(metadata: bytes) -> tuple[str, str]:
    header = HeaderParser().parsestr(metadata.decode("utf-8", "replace"))
    return str(header.get("Name", "")).strip(), str(header.get("Version", "")).strip()


def _same(text: str, version: Version) -> bool:
    try:
        return Version(text) == version
    except InvalidVersion:
        return False


def _tags(line: str) -> frozenset[Tag]:
    try:
        return parse_tag(line.strip())
    except ValueError:
        return frozenset()


def _shown(tags: frozenset[Tag]) -> str:
    return " ".join(sorted(map(str, tags))) or "no tag"


def _record(info: str, files: Mapping[str, bytes]) -> Iterator[Finding]:
    path = f"{info}/RECORD"

    def wrong(what: str) -> Finding:
        return finding("record", what, where=path, do=PACK_AGAIN)

    if path not in files:
        yield wrong("is missing")
        return
    listed: set[str] = set()
    rows = csv.reader(io.StringIO(files[path].decode("utf-8", "replace")))
    for row in rows:
        if not row:
            continue
        name, digest, size = (*row, "", "")[:3]
        if name in listed:
            yield wrong(f"lists {name} twice")
        listed.add(name)
        if name not in files:
            yield wrong(f"lists {name}, which is not in the wheel")
        elif name != path and (why := _differs(files[name], digest, size)):
            yield wrong(f"{name}: {why}")
    unlisted = [
        name for name in files if name not in listed and name != path and not _signature(name, info)
    ]
    for name in unlisted:
        yield wrong(f"does not list {name}")


def _signature(name: str, info: str) -> bool:
    return name in {f"{info}/{signature}" for signature in SIGNATURES}


def _differs(content: bytes, digest: str, size: str) -> str:
    algorithm, _, expected = digest.partition("=")
    if algorithm not in STRONG:
        return f"its hash is {algorithm or 'missing'}, not sha256 or better"
    actual = base64.urlsafe_b64encode(hashlib.new(algorithm, content).digest()).decode()
    if actual.rstrip("=") != expected.rstrip("="):
        return f"its {algorithm} differs"
    if size and size != str(len(content)):
        return f"it has {len(content)} bytes, not {size}"
    return ""
