"""The skip file in the session on this side: an entry that is of no use fails the run."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from toolkit.testing.skips import Entry, entry_for, expired, not_needed


class SkipWatch:
    """A plugin for the session that is fed with the interpreters' reports.

    Parameters
    ----------
    entries
        The skip file.
    whole
        Whether all of the project's tests are to be run: no words were given, and no shard.
    check
        Whether tests of the kind ``skip`` are run, to see if they still fail.
    today
        The day by which entries expire.
    """

    def __init__(
        self, entries: Sequence[Entry], *, whole: bool, check: bool, today: dt.date
    ) -> None:
        self._entries = entries
        self._whole = whole
        self._check = check
        self._today = today
        self._results: list[dict[str, str]] = []
        self._lines: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what decided on a test; a death that its entry foretold is no error."""
        if self._check and getattr(report, "spec14_lost", False):
            entry = entry_for(self._entries, report.nodeid)
            if entry is not None:
                report.outcome = "skipped"
                report.wasxfail = f"{entry.said.reason} [{entry.where}]"
                report.spec14_lost = False  # type: ignore[attr-defined]
        if report.when == "call" or not report.passed:
            self._keep(report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what decided on a file."""
        if report.skipped:
            self._keep(report)

    def _keep(self, report: Any) -> None:
        reason = getattr(report, "wasxfail", None) or report.longrepr or ""
        if isinstance(reason, tuple):
            reason = reason[2]
        self._results.append(
            {"id": report.nodeid, "outcome": report.outcome, "reason": str(reason)}
        )

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Any:
        """Look at the entries, before the summary is shown."""
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        self._lines = expired(self._entries, self._today)
        self._lines += not_needed(self._entries, self._results, whole=self._whole and ended)
        yield
        if self._lines and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which entries are of no use."""
        if self._lines:
            terminalreporter.section("skip file", red=True)
            for line in self._lines:
                terminalreporter.line(line)
