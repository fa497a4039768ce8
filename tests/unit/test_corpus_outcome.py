"""Outcomes that are kept from run to run, and the words that failures are told in."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus.attempt import error_line, laid_out, told
from tests.corpus.entries import Entry
from tests.corpus.modules import module_name
from tests.corpus.outcome import Outcome, keep_outcome, outcome_key, read_outcome
from toolkit.process import Finished

ENTRY = Entry(
    name="a", version="1", sha256="ab", backend="b", imports=("a",), tests=("tests", "data.txt")
)


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    outcome = Outcome(key="k", date="2026-11-21", seconds=1.5, passed=3, stage="tests", reason="x")
    file = tmp_path / "outcomes" / "a.json"
    keep_outcome(file, outcome)
    assert read_outcome(file) == outcome


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"key": "k", "date": "d", "colour": 1}'])
def test_a_record_of_something_else_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    assert read_outcome(file) is None
    file.write_text(text)
    assert read_outcome(file) is None


def test_an_outcome_is_stale_when_something_else_is_asked() -> None:
    key = outcome_key(ENTRY, "toolchain")
    assert key != outcome_key(ENTRY, "another toolchain")
    assert key != outcome_key(replace(ENTRY, version="2"), "toolchain")
    assert key != outcome_key(replace(ENTRY, pytest=("-x",)), "toolchain")
    said = replace(ENTRY, fails_at="build", because="no library", backend="another word")
    assert key == outcome_key(said, "toolchain")


def test_as_expected() -> None:
    works, fails = Outcome(key="k", date="d"), Outcome(key="k", date="d", stage="build")
    known = replace(ENTRY, fails_at="build", because="x")
    assert works.as_expected(ENTRY)
    assert fails.as_expected(known)
    assert not works.as_expected(known)
    assert not fails.as_expected(ENTRY)
    assert not replace(fails, stage="import").as_expected(known)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/_b.cpython-314-wasm32-emscripten.so", "a._b"),
        ("a.abi3.so", "a"),
        ("a-1.data/platlib/a/_b.so", "a._b"),
        ("a.libs/libx.so", None),
        ("a/libx.so", None),
        ("a/libx.cpython-314-wasm32-emscripten.so", "a.libx"),
        ("a/_b.py", None),
        ("a/not-a-name.so", None),
    ],
)
def test_names_of_modules(path: str, name: str | None) -> None:
    assert module_name(path) == name


def test_tests_are_laid_out_without_the_source(tmp_path: Path) -> None:
    source = tmp_path / "a-1"
    (source / "sub" / "tests").mkdir(parents=True)
    (source / "sub" / "tests" / "test_a.py").touch()
    (source / "a").mkdir()
    (source / "data.txt").write_text("data")
    entry = replace(ENTRY, tests=("sub/tests", "data.txt"))
    target = tmp_path / "tests"
    assert laid_out(entry, source, target) == ["tests"]
    found = {path.relative_to(target).as_posix() for path in target.rglob("*")}
    assert found == {"tests", "tests/test_a.py", "data.txt", "pytest.ini"}


def test_tests_in_the_wheel(tmp_path: Path) -> None:
    entry = replace(ENTRY, tests=(), package="a.tests")
    assert laid_out(entry, tmp_path, tmp_path / "tests") == ["--pyargs", "a.tests"]


def finished(output: str, code: int = 1) -> Finished:
    return Finished(command=("x",), code=code, output=output)


def test_our_own_error_is_the_reason() -> None:
    output = "error: the compiler's\nerror: a.c:1: not there\n  next: correct it\n"
    assert error_line(finished(output)) == "a.c:1: not there"


def test_a_death_names_the_test() -> None:
    output = "t.py::test_a PASSED [ 1%]\nt.py::test_b Fatal\nRuntimeError: null\n    at wasm\n"
    assert (
        error_line(finished(output, 7)) == "ended with code 7 in t.py::test_b: RuntimeError: null"
    )
    assert error_line(finished("", 1)) == "ended with code 1: it said nothing"


def test_a_limit_is_told() -> None:
    assert told(subprocess.TimeoutExpired(["x"], 300)) == "not finished after 300 s"
    assert told(ValueError("two\nlines")) == "two lines"
