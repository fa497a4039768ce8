"""A pytest plugin that keeps how each test went, in whatever process pytest's reports arrive.

It uses nothing but hooks that get reports (``pytest_runtest_logreport`` and
``pytest_collectreport``), so it does not matter where the tests run. Only the standard library
and pytest are imported here (see :mod:`toolkit.testing.results`).
"""

import time
from dataclasses import dataclass, replace
from typing import Final

import pytest

from toolkit.testing.causes import cause_of, first_line
from toolkit.testing.results import BAD, Result

DEATHS: Final = ("[died]", "[lost]", "[time limit]")
"""How the text of a test begins that took its interpreter with it: an error, not a failure."""
LONGEST: Final = 20_000
"""Characters of a failure that are kept; the end tells more than the beginning."""
PYTESTS: Final = frozenset({"passed", "failed", "skipped"})
"""Outcomes of pytest's own; "rerun" of pytest-rerunfailures means that another comes."""
CAUSE: Final = "spec14_cause"
"""Attribute of a report whose maker knows the cause better than its text."""


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What one report says."""

    outcome: str
    reason: str = ""
    traceback: str = ""


class Recorder:
    """Collects one :class:`~toolkit.testing.results.Result` for each test.

    Attributes
    ----------
    started
        When it was made (:func:`time.monotonic`).
    collectors
        How many of the results are of modules (or the like) whose tests are not known, because
        they could not be collected or are skipped as a whole.
    """

    def __init__(self) -> None:
        self.started: Final = time.monotonic()
        self.collectors = 0
        self._results: dict[str, Result] = {}

    @property
    def results(self) -> tuple[Result, ...]:
        """Give what there is so far, in the order in which the tests began to be reported."""
        return tuple(self._results.values())

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of a test."""
        file, line, _domain = report.location
        before = self._results.get(report.nodeid)
        if before is None:
            before = Result(
                id=report.nodeid,
                outcome="passed",
                seconds=0.0,
                file=file,
                line=None if line is None else line + 1,
            )
        result = replace(before, seconds=before.seconds + report.duration)
        told = _of_test(report) if report.outcome in PYTESTS else _Told(outcome="passed")
        # Set-up and tear-down that went well say nothing of the test.
        if report.when == "call" or told.outcome != "passed":
            result = _with(result, told, cause=getattr(report, CAUSE, ""))
        self._results[report.nodeid] = result

    @pytest.hookimpl(trylast=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take a module that could not be collected, or was skipped as a whole."""
        if report.passed:
            return
        told = _of_collector(report)
        if report.nodeid not in self._results:
            self.collectors += 1
        path = report.nodeid.partition("::")[0]
        line = _skip_line(report) if report.skipped else _crash_line(report, path)
        result = Result(id=report.nodeid, outcome="passed", seconds=0.0, file=path, line=line)
        self._results[report.nodeid] = _with(result, told, cause="")


def _with(result: Result, told: _Told, *, cause: str) -> Result:
    """Give the result with what a report adds: what failed once stays failed."""
    if result.outcome not in BAD:
        return replace(
            result,
            outcome=told.outcome,
            reason=told.reason,
            cause=cause or cause_of(told.reason),
            traceback=told.traceback,
        )
    if told.outcome not in BAD:
        return result
    # A tear-down that failed too, or another subtest.
    both = f"{result.traceback}\n\n{told.traceback}" if result.traceback else told.traceback
    reason = result.reason or told.reason
    known = result.cause or cause or cause_of(reason)
    return replace(result, reason=reason, cause=known, traceback=_shortened(both))


def _of_test(report: pytest.TestReport) -> _Told:
    """Sort a report as pytest's own status letters do (``_pytest/skipping.py``, 9.2)."""
    expected = getattr(report, "wasxfail", None)
    if expected is not None and report.skipped:
        return _Told(outcome="xfailed", reason=expected.removeprefix("reason: "))
    if expected is not None and report.passed:
        return _Told(outcome="xpassed", reason=expected.removeprefix("reason: "))
    if report.passed:
        return _Told(outcome="passed")
    if report.skipped:
        return _Told(outcome="skipped", reason=_skip_reason(report))
    text = report.longreprtext
    died = text.lstrip().startswith(DEATHS)
    outcome = "failed" if report.when == "call" and not died else "error"
    return _Told(outcome=outcome, reason=_failure(report), traceback=_text(report))


def _of_collector(report: pytest.CollectReport) -> _Told:
    if report.skipped:
        return _Told(outcome="skipped", reason=_skip_reason(report))
    return _Told(outcome="error", reason=_failure(report), traceback=_text(report))


def _skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    if isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2])
        return "" if reason == "Skipped" else reason.removeprefix("Skipped: ")
    return first_line(str(report.longrepr or ""))


def _skip_line(report: pytest.CollectReport) -> int | None:
    return int(report.longrepr[1]) if isinstance(report.longrepr, tuple) else None


def _crash_line(report: pytest.CollectReport, path: str) -> int | None:
    crash = getattr(report.longrepr, "reprcrash", None)
    inside = crash is not None and path and str(crash.path).endswith(path)
    return int(crash.lineno) if crash is not None and inside else None


def _failure(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Give type and message of the exception, or what there is in its place."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None and (line := first_line(crash.message)):
        return line
    text = report.longreprtext
    # Errors of collection are text in which the last line of Python's is marked.
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E  ")]
    return marked[-1] if marked else first_line(text)


def _text(report: pytest.TestReport | pytest.CollectReport) -> str:
    parts = [report.longreprtext]
    parts += [f"--- {title} ---\n{content}" for title, content in report.sections if content]
    return _shortened("\n".join(parts))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"[… {len(text) - LONGEST} characters]\n{text[-LONGEST:]}"
