"""What the recorder makes of pytest's reports: of real runs, and of reports that were sent."""

from textwrap import dedent

import pytest

from tests.reports import recorded
from toolkit.testing.recorder import LONGEST, Recorder
from toolkit.testing.results import Result

SUITE = """
import os, pytest, sys, warnings

def test_passes():
    assert "toolkit" not in sys.modules or True

def test_fails():
    value = 41
    assert value == 42

def test_raises():
    print("said before")
    raise RuntimeError("can't start\\nnew thread")

def test_skips():
    pytest.skip("not today")

@pytest.mark.skip(reason="never")
def test_is_skipped():
    pass

@pytest.mark.skipif(True, reason="")
def test_is_skipped_for_no_reason():
    pass

@pytest.mark.xfail(reason="known")
def test_is_expected_to_fail():
    assert False

@pytest.mark.xfail(reason="mended")
def test_passes_unexpectedly():
    pass

@pytest.mark.xfail(strict=True, reason="mended for good")
def test_may_not_pass():
    pass

@pytest.fixture
def broken():
    raise OSError("no such device")

def test_with_a_broken_fixture(broken):
    pass

@pytest.fixture
def breaks_later():
    yield
    raise OSError("cannot be closed")

def test_with_a_tear_down_that_breaks(breaks_later):
    pass

def test_that_fails_twice(breaks_later):
    assert not "first"

@pytest.mark.parametrize("value", ["a b", "[x]", "ü"])
def test_with(value):
    assert value

def test_with_subtests(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1

def test_with_a_subtest_skipped(subtests):
    with subtests.test():
        pytest.skip("this part")
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_all.py").write_text(SUITE)
    (folder / "tests" / "test_import.py").write_text("import spec14_no_such_module\n")
    (folder / "tests" / "test_module.py").write_text(
        dedent("""\
        import pytest
        pytest.skip("not here", allow_module_level=True)
        """)
    )
    record, done = recorded(folder, "--continue-on-collection-errors", "tests")
    assert done.returncode == record.exit_code == 1, done.stdout + done.stderr
    assert record.collected == len(record.results)
    found = {item.id.removeprefix("tests/test_all.py::"): item for item in record.results}
    assert len(found) == len(record.results)
    return found


@pytest.mark.parametrize(
    ("name", "outcome", "reason"),
    [
        ("test_passes", "passed", ""),
        ("test_fails", "failed", "assert 41 == 42"),
        ("test_raises", "failed", "RuntimeError: can't start"),
        ("test_skips", "skipped", "not today"),
        ("test_is_skipped", "skipped", "never"),
        ("test_is_skipped_for_no_reason", "skipped", ""),
        ("test_is_expected_to_fail", "xfailed", "known"),
        ("test_passes_unexpectedly", "xpassed", "mended"),
        ("test_may_not_pass", "failed", "[XPASS(strict)] mended for good"),
        ("test_with_a_broken_fixture", "error", "OSError: no such device"),
        ("test_with_a_tear_down_that_breaks", "error", "OSError: cannot be closed"),
        ("test_that_fails_twice", "failed", "AssertionError: assert not 'first'"),
        ("test_with[a b]", "passed", ""),
        ("test_with[[x]]", "passed", ""),
        ("test_with[\\xfc]", "passed", ""),
        ("test_with_subtests", "failed", "assert 1 != 1"),
        ("test_with_a_subtest_skipped", "passed", ""),
        (
            "tests/test_import.py",
            "error",
            "ModuleNotFoundError: No module named 'spec14_no_such_module'",
        ),
        ("tests/test_module.py", "skipped", "not here"),
    ],
)
def test_an_outcome(results: dict[str, Result], name: str, outcome: str, reason: str) -> None:
    assert (results[name].outcome, results[name].reason) == (outcome, reason)


def test_where_a_test_stands(results: dict[str, Result]) -> None:
    lines = SUITE.splitlines()
    for name in ("test_passes", "test_skips", "test_with[[x]]"):
        result = results[name]
        assert result.file == "tests/test_all.py"
        assert result.line is not None
        function = f"def {name.partition('[')[0]}("
        nearby = lines[result.line - 1 : result.line + 1]
        assert any(line.startswith(function) for line in nearby), nearby
    assert results["tests/test_module.py"].line == 2


def test_what_is_kept_of_a_failure(results: dict[str, Result]) -> None:
    text = results["test_raises"].traceback
    assert "RuntimeError: can't start" in text
    assert "new thread" in text
    assert "said before" in text
    both = results["test_that_fails_twice"].traceback
    assert "assert not 'first'" in both
    assert "OSError: cannot be closed" in both
    assert results["test_passes"].traceback == ""


def test_every_test_took_time(results: dict[str, Result]) -> None:
    assert all(item.seconds > 0 for name, item in results.items() if name.startswith("test_"))


def report(**change: object) -> pytest.TestReport:
    values = {
        "nodeid": "test_a.py::test_a",
        "location": ("test_a.py", 6, "test_a"),
        "keywords": {},
        "outcome": "failed",
        "longrepr": "",
        "when": "call",
        "duration": 1.0,
    }
    return pytest.TestReport(**values | change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("[died] SIGSEGV\nlast output", "error"),
        ("[time limit] 120 s", "error"),
        ("E   assert '[died]'", "failed"),
    ],
)
def test_a_death_is_an_error(text: str, outcome: str) -> None:
    recorder = Recorder()
    recorder.pytest_runtest_logreport(report(longrepr=text))
    (result,) = recorder.results
    assert result.outcome == outcome
    assert result.reason == text.splitlines()[0].removeprefix("E").strip()
    assert result.line == 7


def test_a_test_that_is_run_again_counts_once() -> None:
    recorder = Recorder()
    recorder.pytest_runtest_logreport(report(outcome="rerun", longrepr="flaky"))
    recorder.pytest_runtest_logreport(report(outcome="passed", longrepr=None))
    (result,) = recorder.results
    assert (result.outcome, result.reason, result.seconds) == ("passed", "", 2.0)


def test_the_cause_of_who_knows_better_is_kept() -> None:
    recorder = Recorder()
    recorder.pytest_runtest_logreport(report(longrepr="E  no", spec14_cause="threads"))
    assert recorder.results[0].cause == "threads"


def test_a_long_text_is_shortened_at_its_beginning() -> None:
    recorder = Recorder()
    recorder.pytest_runtest_logreport(report(longrepr="a" * 1_000_000 + "the end"))
    text = recorder.results[0].traceback
    assert len(text) < LONGEST + 100
    assert text.endswith("the end")
    assert text.startswith("[… 980007 characters]\n")
