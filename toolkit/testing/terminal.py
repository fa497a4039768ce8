"""pytest's terminal reporter, for results that come from several interpreters at once.

Where standard output is no terminal the lines are pytest's own: results of a batch wait until
those shown before it are through, so that each file stands in one place. On a terminal a line
at the bottom tells how far the run is, and failures appear above it.
"""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pytest
from _pytest.terminal import TerminalReporter, TestShortLogReport
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

REDRAW: Final = 0.1
"""Seconds between two changes of the line at the bottom."""
BAD: Final = ("failed", "error")


class Reporter(TerminalReporter):  # type: ignore[misc] # pytest-sugar does it too
    """The reporter.

    Parameters
    ----------
    config
        pytest's.
    header
        What stands below the first line, as the interpreter of the tests says it.
    identity
        Its platform and versions.
    """

    def __init__(
        self, config: pytest.Config, *, header: Sequence[str], identity: Mapping[str, Any]
    ) -> None:
        super().__init__(config, sys.stdout)
        self._header = header
        self._identity = identity
        self.lines: Sequence[str] = ()
        self._shown: str | None = None
        self._waiting: dict[str, list[pytest.TestReport]] = {}
        self._done: set[str] = set()
        self.live: Live | None = None
        if self.isatty() and config.option.capture != "no" and self.verbosity >= 0:
            self.live = Live(self)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Show what the tests run on: not this process's Python."""
        # The first lines of pytest's own, which name its own interpreter.
        verbose, self.config.option.verbose = self.config.option.verbose, -1
        try:
            super().pytest_sessionstart(session)
        finally:
            self.config.option.verbose = verbose
        if not self.showheader:
            return
        self.write_sep("=", "test session starts", bold=True)
        if not self.no_header:
            versions = self._identity["versions"]
            self.write_line(
                f"platform {self._identity['platform']} -- Python {versions['Python']}, "
                f"pytest-{versions['pytest']}, pluggy-{versions['pluggy']}"
            )
            for line in self._header:
                self.write_line(line)

    def collected(self, number: int, *, deselected: int, lines: Sequence[str]) -> None:
        """Take what was collected."""
        self._numcollected = number + deselected
        self.lines = lines

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Show what was collected, and what plugins say of it."""
        del session
        self.report_collect(final=True)
        for line in self.lines:
            self.write_line(line)

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        """Show nothing: it may not be this test's turn."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show a result, when it is its batch's turn."""
        if self.live is not None:
            self._count(report)
            return
        batch = getattr(report, "spec14_batch", "")
        if self._shown is None:
            self._shown = batch
        if batch == self._shown:
            self._show(report)
        else:
            self._waiting.setdefault(batch, []).append(report)

    def batch_done(self, batch: str) -> None:
        """Let the next batch have its turn."""
        self._done.add(batch)
        while self._shown in self._done and self._waiting:
            self._done.discard(self._shown)
            self._shown = next(iter(self._waiting))
            self._show_all(self._waiting.pop(self._shown))
        if self._shown in self._done:
            self._done.discard(self._shown)
            self._shown = None

    def everything(self) -> None:
        """Show what still waits: nothing more will come."""
        for reports in self._waiting.values():
            self._show_all(reports)
        self._waiting.clear()
        if self.live is not None:
            self.live.stop()

    def _show_all(self, reports: Iterable[pytest.TestReport]) -> None:
        for report in reports:
            self._show(report)

    def _show(self, report: pytest.TestReport) -> None:
        if report.when == "setup":
            super().pytest_runtest_logstart(report.nodeid, report.location)
        super().pytest_runtest_logreport(report)

    def _count(self, report: pytest.TestReport) -> None:
        hook = self.config.hook.pytest_report_teststatus
        found = TestShortLogReport(*hook(report=report, config=self.config))
        self._tests_ran = True
        self._add_stats(found.category, [report])
        if self.live is None or not (found.letter or found.word):
            return
        word = found.word if isinstance(found.word, str) else found.word[0]
        if found.category in BAD:
            self.live.say(f"[bold red]{escape(word)}[/] {escape(report.nodeid)}")
        elif self.showlongtestinfo:
            self.live.say(f"{escape(word)} {escape(report.nodeid)}")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Any:
        """Leave out the last percentage where the line at the bottom had it."""
        result = yield
        dots = self.live is None and self.verbosity <= 0 and self.currentfspath
        if dots and self._show_progress_info and self.reported_progress:
            self._write_progress_information_filling_space()
        return result

    def _report_keyboardinterrupt(self) -> None:
        """Say why it was interrupted, without pytest's words on where in our code that was."""
        memo = self._keyboardinterrupt_memo
        crash = memo.reprcrash if memo is not None else None
        self.write_sep("!", crash.message if crash is not None else "KeyboardInterrupt")


class Live:
    """The line at the bottom of a terminal.

    Parameters
    ----------
    reporter
        Whose results are counted.
    """

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._drawn = 0.0
        console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
        self._progress = Progress(
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[bad]}"),
            console=console,
            transient=True,
            auto_refresh=False,
        )
        self._task = self._progress.add_task("", total=None, rate="", bad="")

    def start(self, total: int) -> None:
        """Show the line.

        Parameters
        ----------
        total
            Number of tests.
        """
        self._progress.update(self._task, total=total)
        self._progress.start()

    def done(self, number: int) -> None:
        """Tell how many tests are through; the line changes ten times a second at most."""
        now = time.monotonic()
        if now - self._drawn < REDRAW:
            return
        self._drawn = now
        stats = self._reporter.stats
        bad = [f"{len(stats[name])} {name}" for name in BAD if stats.get(name)]
        speed = self._progress.tasks[0].speed
        self._progress.update(
            self._task,
            completed=number,
            rate=f"{speed:.1f} tests/s" if speed else "",
            bad=f"[bold red]{', '.join(bad)}[/]" if bad else "",
        )
        self._progress.refresh()

    def say(self, line: str) -> None:
        """Print a line above it."""
        self._progress.console.print(line)

    def stop(self) -> None:
        """Take it away."""
        self._progress.stop()
