"""``spec14.lock``: PEP 751's content, written as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.pylock import Pylock

from toolkit.errors import LockFailed
from toolkit.wheels.lockfile import Group, Lock, Locked, read_lock, write_lock

NUMPY = Locked(
    name="numpy",
    version="2.4.6",
    file="numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
    sha256="a" * 64,
    origin="wheelhouse",
    url="file:///wheelhouse/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
)
BUILT = Locked(
    name="old-thing",
    version="0.6",
    file="old_thing-0.6-py3-none-any.whl",
    sha256="b" * 64,
    origin="sdist",
    url="",
    sdist=("old_thing-0.6.tar.gz", "c" * 64),
)
DIRECT = Locked(
    name="pinned",
    version="1",
    file="pinned-1-py3-none-any.whl",
    sha256="d" * 64,
    origin="index",
    url="https://example.invalid/pinned-1-py3-none-any.whl",
    direct=True,
)


def group(*packages: Locked) -> Group:
    return Group(requires=("numpy>=2",), distribution="ask", pins="p", packages=packages)


LOCK = Lock(
    python="3.14",
    platform="pyemscripten_2026_0_wasm32",
    groups={
        "site": group(NUMPY, DIRECT),
        "test": replace(group(NUMPY, BUILT), extra_index=("https://nightly.example/",)),
    },
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "spec14.lock"
    write_lock(path, LOCK)
    assert read_lock(path) == LOCK
    first = path.read_bytes()
    write_lock(path, LOCK)
    assert path.read_bytes() == first


def test_the_content_is_that_of_pep_751(tmp_path: Path) -> None:
    path = tmp_path / "spec14.lock"
    write_lock(path, LOCK)
    content = json.loads(path.read_text())
    pylock = Pylock.from_dict(content)
    assert pylock.dependency_groups == ["site", "test"]
    assert [package.name for package in pylock.packages] == ["numpy", "old-thing", "pinned"]
    assert content["packages"][1]["sdist"]["hashes"] == {"sha256": "c" * 64}


def test_two_groups_may_have_two_versions(tmp_path: Path) -> None:
    path = tmp_path / "spec14.lock"
    other = replace(NUMPY, version="2.4.5", file=NUMPY.file.replace("2.4.6", "2.4.5"))
    lock = LOCK.with_group("test", group(other))
    write_lock(path, lock)
    read = read_lock(path)
    assert read is not None
    assert read.groups["test"].packages == (other,)
    assert read.groups["site"].packages == (NUMPY, DIRECT)


def test_no_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "spec14.lock") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{", ""),
        ('"1.0"', '"9.0"'),
        ('"wheelhouse"', '"elsewhere"'),
        ('"name": "numpy-2.4.6', '"name": "../numpy-2.4.6'),
        ('"requires":', '"wishes":'),
        ('"sha256"', '"md5"'),
        ('"marker": "', '"marker": "no '),
    ],
)
def test_a_damaged_lock_names_itself(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "spec14.lock"
    write_lock(path, LOCK)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(LockFailed, match=r"spec14\.lock is not a lock"):
        read_lock(path)


def test_a_lock_that_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "spec14.lock"
    path.write_text("[1]")
    with pytest.raises(LockFailed):
        read_lock(path)
