"""The files of a snapshot in a site: compressed, named by their content, described.

They are compressed in themselves, with gzip, and not by the server: hosts compress no files whose
kind they do not know, and ``DecompressionStream`` knows nothing else in every browser. No name ends
in ``.gz``: servers take such a file for the compressed copy of another one, or send it with a
``Content-Encoding``.
"""

import gzip
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_atomically

SUFFIX: Final = ".snapshot"
DIGITS: Final = 20
"""Hexadecimal digits of a SHA-256 in the name of a file; ``serve.headers`` knows such names."""

PAGE: Final = 4096
"""Bytes: the unit in which empty memory is left out (``spec14-restore.mjs``)."""

STRENGTH: Final = 9


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file of a snapshot.

    Attributes
    ----------
    file
        Its name.
    sha256
        Of what is in it, inflated.
    size
        Bytes of that.
    packed
        Bytes of the file.
    packed_sha256
        SHA-256 of the file.
    """

    file: str
    sha256: str
    size: int
    packed: int
    packed_sha256: str

    def as_json(self) -> dict[str, Any]:
        """Give it as the manifest has it."""
        return asdict(self)


def write_part(content: bytes, folder: Path, stem: str) -> Part:
    """Write a part, and beside it what it is; the same content is not compressed again.

    Parameters
    ----------
    content
        What is in it.
    folder
        Where it goes.
    stem
        The beginning of its name.
    """
    digest = hashlib.sha256(content).hexdigest()
    name = f"{stem}.{digest[:DIGITS]}{SUFFIX}"
    record = folder / f"{name}.json"
    if (known := read_part(record)) is not None and known.sha256 == digest:
        return known
    packed = gzip.compress(content, compresslevel=STRENGTH, mtime=0)
    part = Part(
        file=name,
        sha256=digest,
        size=len(content),
        packed=len(packed),
        packed_sha256=hashlib.sha256(packed).hexdigest(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / name, packed)
    write_atomically(record, (json.dumps(part.as_json(), indent=1) + "\n").encode())
    return part


def read_part(record: Path) -> Part | None:
    """Give what a record says of the file beside it; ``None`` where that is not whole."""
    try:
        part = Part(**read_record(record))
    except TypeError:
        return None
    file = record.with_suffix("")
    if not file.is_file() or file_sha256(file) != part.packed_sha256:
        return None
    return part


def without_empty_pages(memory: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """Give the pages of a memory that are not empty, and their runs: first page, count."""
    runs: list[tuple[int, int]] = []
    pages: list[bytes] = []
    empty = bytes(PAGE)
    for number, at in enumerate(range(0, len(memory), PAGE)):
        page = memory[at : at + PAGE]
        if page == empty[: len(page)]:
            continue
        pages.append(page.ljust(PAGE, b"\0"))
        if runs and sum(runs[-1]) == number:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((number, 1))
    return b"".join(pages), runs
