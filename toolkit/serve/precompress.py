"""Compressed copies beside a site's files, at full strength, made once.

Brotli at its highest quality takes a second for a megabyte: too long for a request, and for
every build. What was compressed once is kept by its content, for all projects of a machine
where ``SPEC14_CACHE`` names a folder.
"""

import gzip
import os
from collections.abc import Callable, Iterable
from compression import zstd
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import brotli

from toolkit.archive import file_sha256
from toolkit.cache import write_atomically
from toolkit.errors import ServeFailed
from toolkit.serve.encodings import ENCODINGS, Encoding

WORTH: Final = 1024
"""Bytes from which on a copy is made: a smaller file fits into one packet as it is."""

GAIN: Final = 0.95
"""A copy must be smaller than this part of its file."""

SUFFIXES: Final = frozenset(
    {
        *(".cjs", ".css", ".csv", ".data", ".geojson", ".htm", ".html", ".inv", ".ipynb", ".js"),
        *(".json", ".jsonl", ".map", ".md", ".mjs", ".otf", ".py", ".rst", ".svg", ".tsv", ".ttf"),
        *(".txt", ".wasm", ".webmanifest", ".xhtml", ".xml", ".yaml", ".yml"),
    }
)
"""Of files that are not compressed in themselves."""

COPIES: Final = frozenset(encoding.suffix for encoding in ENCODINGS)

_COMPRESS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "br": partial(brotli.compress, quality=11, lgwin=24),
    "zstd": partial(zstd.compress, level=19),
    # Without a date: equal contents give equal copies.
    "gzip": partial(gzip.compress, compresslevel=9, mtime=0),
}


@dataclass(frozen=True, kw_only=True)
class Precompressed:
    """What was done.

    Attributes
    ----------
    files
        Files that have copies now.
    plain
        Their bytes.
    sent
        Their bytes by content coding.
    """

    files: int
    plain: int
    sent: dict[str, int]


def precompress(site: Path, cache: Path, tell: Callable[[int, int], None]) -> Precompressed:
    """Write ``.br``, ``.zst`` and ``.gz`` beside every file of a site that gets smaller by it.

    Parameters
    ----------
    site
        The folder. Copies of an earlier time are replaced.
    cache
        Folder of what was compressed before.
    tell
        Told how many files are done, of how many.

    Raises
    ------
    ServeFailed
        When there is no site.
    """
    if not site.is_dir():
        msg = f"there is no site in {site}"
        raise ServeFailed(msg, do="run spec14 docs first")
    cache.mkdir(parents=True, exist_ok=True)
    files = sorted(_worthwhile(site))
    sizes: dict[str, int] = {encoding.name: 0 for encoding in ENCODINGS}
    tell(0, len(files))
    # The compressors let go of the interpreter's lock.
    with ThreadPoolExecutor(max_workers=os.process_cpu_count()) as pool:
        for done, made in enumerate(pool.map(partial(_copy_all, cache=cache), files), 1):
            for name, size in made.items():
                sizes[name] += size
            tell(done, len(files))
    plain = sum(file.stat().st_size for file in files)
    return Precompressed(files=len(files), plain=plain, sent=sizes)


def _worthwhile(site: Path) -> Iterable[Path]:
    for folder, _, names in site.walk():
        for name in names:
            file = folder / name
            if (
                file.suffix.lower() in SUFFIXES
                and not file.is_symlink()
                and file.stat().st_size >= WORTH
            ):
                yield file


def _copy_all(file: Path, *, cache: Path) -> dict[str, int]:
    """Write a file's copies; give the bytes that are sent for it, by content coding."""
    content = file.read_bytes()
    digest = file_sha256(file)
    status = file.stat()
    sent: dict[str, int] = {}
    for encoding in ENCODINGS:
        small = _compressed(content, cache / f"{digest}{encoding.suffix}", encoding)
        copy = file.with_name(file.name + encoding.suffix)
        if len(small) >= len(content) * GAIN:
            copy.unlink(missing_ok=True)
            sent[encoding.name] = len(content)
            continue
        write_atomically(copy, small)
        # As gzip and brotli do: one that is older than its file is stale.
        os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
        sent[encoding.name] = len(small)
    return sent


def _compressed(content: bytes, kept: Path, encoding: Encoding) -> bytes:
    try:
        return kept.read_bytes()
    except FileNotFoundError:
        small = _COMPRESS[encoding.name](content)
        write_atomically(kept, small)
        return small
