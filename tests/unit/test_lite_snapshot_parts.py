"""The files of a snapshot: their names, and what is left out of a memory."""

import gzip
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.lite.snapshot.parts import PAGE, read_part, without_empty_pages, write_part

CONTENT = b"abc" * 1000


def restored(pages: bytes, runs: Sequence[tuple[int, int]], size: int) -> bytes:
    """Give a memory as `putPages` of spec14-restore.mjs writes it."""
    memory = bytearray(b"\xff" * (-(-size // PAGE) * PAGE))
    done = at = 0
    for page, count in runs:
        memory[done : page * PAGE] = bytes(page * PAGE - done)
        memory[page * PAGE : (page + count) * PAGE] = pages[at : at + count * PAGE]
        at += count * PAGE
        done = (page + count) * PAGE
    memory[done:size] = bytes(max(0, size - done))
    return bytes(memory[:size])


def test_a_part_is_named_by_what_is_in_it_and_described_beside_it(tmp_path: Path) -> None:
    part = write_part(CONTENT, tmp_path, "heap")
    digest = hashlib.sha256(CONTENT).hexdigest()
    # serve.headers lets browsers keep files of such names for ever.
    assert part.file == f"heap.{digest[:20]}.snapshot"
    packed = (tmp_path / part.file).read_bytes()
    assert gzip.decompress(packed) == CONTENT
    assert (part.sha256, part.size) == (digest, len(CONTENT))
    assert part.packed == len(packed)
    assert part.packed_sha256 == hashlib.sha256(packed).hexdigest()
    assert read_part(tmp_path / f"{part.file}.json") == part


def test_no_time_and_no_name_is_in_a_part(tmp_path: Path) -> None:
    part = write_part(CONTENT, tmp_path, "heap")
    head = (tmp_path / part.file).read_bytes()[:10]
    # RFC 1952: flags (a name would be 8) and the time.
    assert head[3:8] == bytes(5)


def test_the_same_content_is_not_compressed_again(tmp_path: Path) -> None:
    part = write_part(CONTENT, tmp_path, "heap")
    before = (tmp_path / part.file).stat()
    os.utime(tmp_path / part.file, (1, 1))
    assert write_part(CONTENT, tmp_path, "heap") == part
    assert (tmp_path / part.file).stat().st_mtime == 1
    assert (tmp_path / part.file).stat().st_ino == before.st_ino
    assert write_part(CONTENT + b"d", tmp_path, "heap").file != part.file


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(b"\0" + file.read_bytes()[1:]),
        lambda file: file.with_name(f"{file.name}.json").write_text("{"),
        lambda file: file.with_name(f"{file.name}.json").write_text('{"file": "a"}'),
        lambda file: file.with_name(f"{file.name}.json").unlink(),
    ],
)
def test_a_damaged_one_is_made_again(tmp_path: Path, damage: object) -> None:
    part = write_part(CONTENT, tmp_path, "heap")
    whole = (tmp_path / part.file).read_bytes()
    assert callable(damage)
    damage(tmp_path / part.file)
    assert read_part(tmp_path / f"{part.file}.json") is None
    assert write_part(CONTENT, tmp_path, "heap") == part
    assert (tmp_path / part.file).read_bytes() == whole


def test_runs_of_pages_that_are_not_empty() -> None:
    page = b"x" * PAGE
    empty = bytes(PAGE)
    memory = empty + page + page + empty + empty + page + empty
    assert without_empty_pages(memory) == (page * 3, [(1, 2), (5, 1)])
    assert without_empty_pages(empty * 3) == (b"", [])
    assert without_empty_pages(b"") == (b"", [])


def test_a_memory_that_ends_within_a_page(tmp_path: Path) -> None:
    end = b"y" * 10
    pages, runs = without_empty_pages(bytes(PAGE) + end)
    assert (pages, runs) == (end.ljust(PAGE, b"\0"), [(1, 1)])
    assert without_empty_pages(b"x" * PAGE + bytes(10)) == (b"x" * PAGE, [(0, 1)])


@given(
    st.lists(st.booleans(), max_size=12),
    st.binary(max_size=3).filter(lambda end: not end or any(end)),
)
def test_a_memory_comes_out_as_it_was(filled: list[bool], end: bytes) -> None:
    memory = b"".join(
        (b"\0" * 7 + b"x").ljust(PAGE, b"\0") if one else bytes(PAGE) for one in filled
    )
    memory += end
    pages, runs = without_empty_pages(memory)
    assert restored(pages, runs, len(memory)) == memory
    assert len(pages) == PAGE * (sum(filled) + bool(end))
