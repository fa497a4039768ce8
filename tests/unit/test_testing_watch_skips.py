"""The skip file and a whole session: what fails it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_spec14.plugins import register

from toolkit.project import read_project
from toolkit.testing.skips import handed_in, read_skips
from toolkit.testing.watch_skips import SkipWatch

pytest_plugins = "pytester"

type Run = Callable[..., pytest.RunResult]

TESTS = """
import array
def test_a(): assert 0
def test_b(): pass
def test_c(): array.array("l", [2**70])
"""


class Inside:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings

    def pytest_configure(self, config: pytest.Config) -> None:
        register(config, self.settings)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    def call(said: str, *, whole: bool = True, check: bool = False, tests: str = TESTS) -> Any:
        pytester.makepyfile(test_it=tests)
        folder = Path(pytester.path)
        text = 'tool.spec14.test.skips = "skips.toml"'
        (folder / "pyproject.toml").write_text(text)
        (folder / "skips.toml").write_text(said)
        project = read_project(folder)
        entries = read_skips(project)
        told = handed_in(entries, project.settings.test, check=check)
        watch = SkipWatch(entries, whole=whole, check=check, today=dt.date(2027, 1, 1))
        return pytester.runpytest_inprocess("-rA", plugins=[Inside(told), watch])

    return call


NEEDED = """
[[skip]]
test = "test_it.py::test_a"
reason = "not yet"
[[skip]]
cause = "32-bit"
reason = "int64 is meant"
kind = "xfail"
expires = 2027-01-01
"""


def test_entries_that_are_needed(run: Run) -> None:
    done = run(NEEDED)
    done.assert_outcomes(passed=1, skipped=1, xfailed=1)
    assert done.ret == 0
    assert "skip file" not in done.stdout.str()


def test_an_entry_that_expired(run: Run) -> None:
    done = run(NEEDED.replace("2027-01-01", "2026-12-31"))
    done.assert_outcomes(passed=1, skipped=1, xfailed=1)
    assert done.ret == 1
    done.stdout.fnmatch_lines(
        ["=* skip file =*", "skips.toml:5: the entry for cause 32-bit expired on 2026-12-31: *"]
    )


def test_an_entry_that_decides_nothing(run: Run) -> None:
    said = f'{NEEDED}\n[[skip]]\ntest = "test_it.py::test_bb"\nreason = "x"\n'
    done = run(said)
    assert done.ret == 1
    done.stdout.fnmatch_lines(
        ["skips.toml:11: the entry for test_it.py::test_bb decided nothing: *"]
    )
    assert run(said, whole=False).ret == 0, "a part of the tests proves nothing"


def test_an_entry_whose_test_passes(run: Run) -> None:
    done = run(f'{NEEDED}\n[[skip]]\ntest = "test_it.py::test_b"\nreason = "x"\nkind = "xfail"\n')
    assert done.ret == 1
    done.stdout.fnmatch_lines(["skips.toml:11: *no longer needed: test_it.py::test_b passed; *"])


def test_check_skips(run: Run) -> None:
    done = run(NEEDED, check=True)
    done.assert_outcomes(passed=1, xfailed=2)
    assert done.ret == 0
    done = run(NEEDED, check=True, tests=TESTS.replace("assert 0", "pass"))
    assert done.ret == 1
    done.stdout.fnmatch_lines(["skips.toml:2: *no longer needed: test_it.py::test_a passed; *"])


def test_a_death_that_was_foretold(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import pytest\n"
        "@pytest.hookimpl(hookwrapper=True)\n"
        "def pytest_runtest_makereport(item):\n"
        "    report = (yield).get_result()\n"
        "    if report.when == 'call' and item.name == 'test_a':\n"
        "        report.outcome, report.longrepr = 'failed', '[died] out of memory'\n"
        "        report.spec14_lost = True\n"
    )
    assert run(NEEDED, check=True).ret == 0
