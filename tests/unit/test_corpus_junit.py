"""Counts and reasons from a JUnit file as pytest writes it."""

from pathlib import Path

import pytest

from tests.corpus.junit import Counts, first_line, read_junit

FILE = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="2" failures="2" skipped="2" tests="6">
<testcase classname="t" name="good" time="0.1" />
<testcase classname="t" name="skipped"><skipped type="pytest.skip" message="no"/></testcase>
<testcase classname="t" name="expected"><skipped type="pytest.xfail" message=""/></testcase>
<testcase classname="t" name="threads[1]">
  <failure message="RuntimeError: can't start new thread">…</failure></testcase>
<testcase classname="t" name="threads[2]">
  <failure message="RuntimeError: can't start new thread&#10;more">…</failure></testcase>
<testcase classname="t" name="fixture">
  <error message="failed on setup with &quot;OSError: [Errno 138] no&quot;">…</error></testcase>
<testcase classname="" name="t.test_import"><error message="collection failure">t.py:1: in x
    import b
E   ModuleNotFoundError: No module named 'b'
E    +  more</error></testcase>
<testcase classname="t" name="twice"><failure message="AssertionError">…</failure></testcase>
<testcase classname="t" name="twice"><error message="failed on teardown">…</error></testcase>
</testsuite></testsuites>
"""


def test_counts_and_reasons(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(FILE.replace("[Errno 138] no", f"[Errno 138] no '{tmp_path}/x'"))
    counts = read_junit(file, tmp_path)
    assert (counts.passed, counts.failed, counts.skipped) == (1, 5, 2)
    assert counts.reasons == {
        "RuntimeError: can't start new thread": 2,
        "OSError: [Errno 138] no 'x'": 1,
        "ModuleNotFoundError: No module named 'b'": 1,
        "AssertionError": 1,
    }
    assert counts.why().startswith("2 \N{MULTIPLICATION SIGN} RuntimeError: can't start")


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(FILE[:300])
    with pytest.raises(ValueError, match="is not whole"):
        read_junit(file, tmp_path)


def test_rare_reasons_are_counted_together() -> None:
    reasons = {"a": 5, "b": 4, "c": 3, "d": 2, "e": 1}
    told = Counts(passed=0, failed=15, skipped=0, reasons=reasons).why()
    assert told.endswith("3 \N{MULTIPLICATION SIGN} c; 3 for other reasons")


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("", "no message"),
        ("\n  E: one\ntwo", "E: one"),
        ("<object at 0x7f00ab> differs", "<object at 0x\N{HORIZONTAL ELLIPSIS}> differs"),
        ("x" * 200, "x" * 110 + "\N{HORIZONTAL ELLIPSIS}"),
    ],
)
def test_what_tells_reasons_apart(message: str, line: str) -> None:
    assert first_line(message) == line
