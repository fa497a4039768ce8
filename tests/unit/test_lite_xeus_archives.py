"""What is packed of an environment says nothing of the machine that packed it."""

import gzip
import io
import json
import tarfile
from pathlib import Path

from toolkit.lite.xeus.archives import EPOCH, without_prefix, write_anew

PREFIX = Path("/var/cache/prefixes/1/mine")
FORGE = "https://conda.example/forge"


def record(channel: str) -> bytes:
    return json.dumps({"name": "a", "channel": channel, "url": f"{channel}/a.conda"}).encode()


def packed(file: Path, members: dict[str, bytes], *, time: int) -> Path:
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.uid, entry.uname = len(content), time, 1000, "somebody"
            archive.addfile(entry, io.BytesIO(content))
    return file


def contents(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as archive:
        opened = {one.name: archive.extractfile(one) for one in archive}
        return {name: file.read() for name, file in opened.items() if file is not None}


def test_the_prefix_is_the_root_of_the_readers_files() -> None:
    text = f"home = {PREFIX}\nscript = {PREFIX}/bin/a\n".encode()
    assert without_prefix(text, PREFIX) == b"home = /\nscript = /bin/a\n"
    assert without_prefix(b"/var/cache/prefixes/2", PREFIX) == b"/var/cache/prefixes/2"


def test_what_is_compiled_keeps_its_length() -> None:
    before = b"\0asm" + str(PREFIX).encode() + b"/lib\0next" + str(PREFIX).encode() + b"\0"
    after = without_prefix(before, PREFIX)
    assert len(after) == len(before)
    assert after.replace(b"\0", b"") == b"asm/libnext/"
    assert after.index(b"next") == before.index(b"next")


def test_only_public_channels_are_named(tmp_path: Path) -> None:
    names = {"conda-meta/a.json": record(FORGE), "conda-meta/b.json": record("file:///srv/own")}
    file = packed(tmp_path / "a.tar.gz", {**names, "share/c.json": b"{"}, time=1)
    write_anew(file, PREFIX, [FORGE])
    found = contents(file)
    assert json.loads(found["conda-meta/a.json"])["url"] == f"{FORGE}/a.conda"
    assert json.loads(found["conda-meta/b.json"]) == {"name": "a", "channel": "local", "url": None}
    assert found["share/c.json"] == b"{"


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    members = {"b": b"1", "a": b"2"}
    first = packed(tmp_path / "first.tar.gz", members, time=1)
    second = packed(tmp_path / "second.tar.gz", dict(reversed(members.items())), time=2)
    for file in (first, second):
        write_anew(file, PREFIX, [])
    assert first.read_bytes() == second.read_bytes()
    assert b"somebody" not in gzip.decompress(first.read_bytes())
    with tarfile.open(first) as archive:
        assert {one.mtime for one in archive} == {EPOCH}
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["first.tar.gz", "second.tar.gz"]
