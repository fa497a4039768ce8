"""Durations: what is kept, and what is expected of tests nobody has run."""

from pathlib import Path

import pytest

from toolkit.testing.durations import Durations, OfFile, read_durations, write_durations
from toolkit.testing.schedule import Test


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "durations.json"
    assert read_durations(file) == Durations()
    measured = {"a.py": {"a.py::one": 0.001, "a.py::two": 3.5}, "b.py": {"b.py::x": 0.01}}
    durations = Durations().updated(measured)
    write_durations(file, durations)
    assert read_durations(file) == durations
    assert durations.files["a.py"] == OfFile(seconds=0.001, tests=1, slow={"a.py::two": 3.5})
    assert durations.total == pytest.approx(3.511)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": 7, "files": 3}'])
def test_a_damaged_file_says_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "durations.json"
    file.write_text(text)
    assert read_durations(file) == Durations()


def test_what_is_expected() -> None:
    durations = Durations(files={"a.py": OfFile(seconds=0.4, tests=4, slow={"a.py::slow": 9.6})})
    names = [("a.py", "slow"), ("a.py", "new"), ("b.py", "other")]
    tests = [Test(id=f"{file}::{name}", file=file) for file, name in names]
    assert durations.of(tests) == {"a.py::slow": 9.6, "a.py::new": 0.1, "b.py::other": 2.0}
    assert set(Durations().of(tests).values()) == {0.001}


def test_a_part_of_a_file_does_not_make_the_rest_forgotten() -> None:
    whole = {"a.py": {f"a.py::{n}": 1.0 for n in range(3)}}
    durations = Durations().updated(whole).updated({"a.py": {"a.py::1": 5.0}})
    assert durations.files["a.py"].slow == {"a.py::0": 1.0, "a.py::1": 5.0, "a.py::2": 1.0}
