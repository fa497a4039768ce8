"""What was packed is kept, by all that goes into it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.lite.xeus.packs import KEPT, kept
from toolkit.lite.xeus.tools import VARIABLE


@pytest.fixture(autouse=True)
def python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, sys.executable)


class Packer:
    """Writes how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, folder: Path) -> None:
        self.times += 1
        (folder / "times").write_text(str(self.times))


def take(packs: Path, target: Path, parts: object, make: Callable[[Path], None]) -> str:
    kept(packs, parts, make, target)
    return (target / "times").read_text()


def test_the_same_is_packed_once_and_copied(tmp_path: Path) -> None:
    packs, pack = tmp_path / "packs", Packer()
    assert take(packs, tmp_path / "a", ["x", 1], pack) == "1"
    # Whoever has a copy may change it.
    (tmp_path / "a" / "times").write_text("changed")
    assert take(packs, tmp_path / "b", ["x", 1], pack) == "1"
    assert take(packs, tmp_path / "c", ["x", 2], pack) == "2"
    assert pack.times == 2


def test_what_fails_is_not_kept(tmp_path: Path) -> None:
    packs, pack = tmp_path / "packs", Packer()

    def fail(folder: Path) -> None:
        (folder / "times").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(packs, tmp_path / "a", ["x"], fail)
    assert [one.name for one in packs.iterdir()] == ["lock"]
    assert take(packs, tmp_path / "a", ["x"], pack) == "1"


def test_those_used_last_stay(tmp_path: Path) -> None:
    packs, pack = tmp_path / "packs", Packer()
    for number in range(KEPT):
        take(packs, tmp_path / "a", [number], pack)
    first, *others = [one for one in packs.iterdir() if one.is_dir()]
    for age, place in enumerate([first, *others]):
        os.utime(place, (age, age))
    take(packs, tmp_path / "a", ["one more"], pack)
    assert not first.exists()
    assert {one for one in packs.iterdir() if one.is_dir()} > set(others)
    assert len(others) == KEPT - 1
