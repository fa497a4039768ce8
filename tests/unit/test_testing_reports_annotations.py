"""Annotations of GitHub Actions."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.reports import record, result
from toolkit.testing.reports.annotations import MOST, annotations, is_wanted, repository_of, summary


def unescaped(text: str) -> str:
    """Read a value as the runner does (actions/runner, ``ActionCommand.cs``)."""
    for sign, escaped in (("\n", "%0A"), ("\r", "%0D"), (":", "%3A"), (",", "%2C"), ("%", "%25")):
        text = text.replace(escaped, sign)
    return text


def test_only_in_actions() -> None:
    assert is_wanted({"GITHUB_ACTIONS": "true"})
    assert not is_wanted({})
    assert not is_wanted({"GITHUB_ACTIONS": ""})


def test_paths_are_relative_to_the_checkout(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    package = tmp_path / "python"
    package.mkdir()
    assert repository_of(package) == tmp_path
    run = record(result("tests/test_a.py::test_a", "failed", traceback="E  no"), exit_code=1)
    (line,) = annotations(run, package, tmp_path)
    assert line == (
        "::error file=python/tests/test_a.py,line=3,title=tests/test_a.py%3A%3Atest_a::E  no"
    )


def test_what_passed_or_was_skipped_is_not_told(tmp_path: Path) -> None:
    quiet = [result("a", outcome) for outcome in ("passed", "skipped", "xfailed", "xpassed")]
    assert list(annotations(record(*quiet), tmp_path, tmp_path)) == []


def test_a_file_outside_of_the_checkout_has_no_place(tmp_path: Path) -> None:
    run = record(result("../b/test_a.py::test_a", "error"), exit_code=1)
    (line,) = annotations(run, tmp_path / "a", tmp_path / "a")
    assert line == "::error title=../b/test_a.py%3A%3Atest_a::error"


def test_the_last_says_how_many_more_there_are(tmp_path: Path) -> None:
    bad = [result(f"a.py::{number}", "failed") for number in range(MOST + 5)]
    lines = list(annotations(record(*bad, exit_code=1), tmp_path, tmp_path))
    assert len(lines) == MOST
    assert lines[-1].endswith("::6 more tests failed; the report has them all")
    exact = list(annotations(record(*bad[:MOST], exit_code=1), tmp_path, tmp_path))
    assert len(exact) == MOST
    assert "more tests" not in exact[-1]


@given(st.text(min_size=1), st.text())
def test_any_text_stays_on_its_line_and_can_be_read_back(name: str, text: str) -> None:
    folder = Path("/somewhere")
    run = record(result(name, "failed", file="a.py", traceback=text, reason="why"), exit_code=1)
    (line,) = annotations(run, folder, folder)
    assert "\n" not in line
    assert "\r" not in line
    found = re.fullmatch(r"::error file=a\.py,line=3,title=([^,:]*)::(.*)", line, re.DOTALL)
    assert found is not None
    if "%" not in name + text:
        assert unescaped(found[1]) == name
        assert unescaped(found[2]) == (text.strip() or "why")


def test_the_summary_of_the_job_is_a_table() -> None:
    run = record(result(), result("b", "failed"), exit_code=1, seconds=2.0)
    lines = summary(run, "shapes")
    assert "| 2 | 1 | 1 | 0 | 0 | 2.0 |" in lines
    assert len({line.count("|") for line in lines if line.startswith("|")}) == 1
