"""What is packed of an environment, written anew: without this machine, and always the same.

``empack`` 6.0.1 packs files as they were installed, with the place of the prefix in them and the
times at which they were copied, and beside them where each package came from
(``conda-meta/*.json``). In the reader's browser the prefix is ``/``.
"""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from toolkit.lite.xeus.channels import NOWHERE

RECORD: Final = re.compile(r"(?:\./)?conda-meta/[^/]+\.json")
EPOCH: Final = 315532800
"""Time stamps: the first second a zip file can hold, as in wheels."""


def write_anew(archive: Path, prefix: Path, public: Sequence[str]) -> None:
    """Write an archive without the name of the prefix and channels that are not published.

    Parameters
    ----------
    archive
        A ``.tar.gz`` of empack's.
    prefix
        Where its files were installed.
    public
        Addresses of channels that readers may be told of.
    """
    files = dict(_read(archive))
    new = archive.with_name(f".{archive.name}.new")
    with (
        new.open("wb") as file,
        gzip.GzipFile("", "wb", fileobj=file, mtime=EPOCH) as packed,
        tarfile.open(fileobj=packed, mode="w") as made,
    ):
        for name, (mode, content) in sorted(files.items()):
            data = without_prefix(content, prefix)
            if RECORD.fullmatch(name):
                data = _without_channel(data, public)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = len(data), 0o644 | mode & 0o111, EPOCH
            made.addfile(entry, io.BytesIO(data))
    new.replace(archive)


def _read(archive: Path) -> Iterator[tuple[str, tuple[int, bytes]]]:
    """Give the files of an archive, in its own order: in another it would be unpacked each time."""
    with tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            # Folders come with their files.
            if (content := packed.extractfile(member)) is not None:
                yield member.name, (member.mode, content.read())


def without_prefix(data: bytes, prefix: Path) -> bytes:
    """Give a file's content with ``/`` in the place of its prefix.

    In a compiled file what follows stays where it is, as conda does it: the string is filled up
    with zeros.
    """
    name = re.escape(str(prefix).encode())
    if b"\0" not in data:
        return re.sub(name + b"(?=(/?))", lambda found: b"" if found[1] else b"/", data)
    return re.sub(
        name + rb"([^\0]*)",
        lambda found: (found[1] or b"/").ljust(len(found[0]), b"\0"),
        data,
    )


def _without_channel(data: bytes, public: Sequence[str]) -> bytes:
    record = json.loads(data)
    if str(record.get("channel", "")).rstrip("/") not in public:
        record |= {"channel": NOWHERE, "url": None}
    return json.dumps(record).encode()
