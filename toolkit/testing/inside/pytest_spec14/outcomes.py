"""What a test's result is where the platform, not the test, decided it.

- A test, fixture or module that failed for want of something the platform lacks is skipped.
- An ``xfail`` of the project that passes is no failure, strict or not: it was written for other
  platforms.
- A failure that 32 bits explain carries a hint.
"""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_spec14.causes import Found, find
from pytest_spec14.markers import EXPECTED
from pytest_spec14.overflow import hint

CAUSE: Final = "spec14_cause"
"""Attribute of a report: the name of the cause."""
STRICT: Final = "[XPASS(strict)]"
"""How pytest begins the words of a strict xfail that passed (``_pytest/skipping.py``, 7.4-9)."""


class Outcomes:
    """The plugin.

    Parameters
    ----------
    settings
        ``platform_skips`` and ``xfail_strict``.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._skips = bool(settings.get("platform_skips", True))
        self._strict = bool(settings.get("xfail_strict", False))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any]:
        """Look at what pytest made of a call: its marks have been heard by then."""
        outcome = yield
        report: pytest.TestReport = outcome.get_result()
        if not report.failed:
            return
        if call.excinfo is None:
            self._passed_unexpectedly(item, report)
            return
        found = self._judged(report, call.excinfo.value, lambda _found: _place(item, call))
        if found is not None and report.failed:
            report.sections.append(("spec14", hint(found, item.path)))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any]:
        """Skip a module that cannot be imported because of the platform."""
        outcome = yield
        report: pytest.CollectReport = outcome.get_result()
        call: pytest.CallInfo[Any] | None = getattr(report, "call", None)
        if not report.failed or call is None or call.excinfo is None:
            return
        self._judged(report, call.excinfo.value, lambda found: _line(found, collector.path))

    def _judged(
        self,
        report: pytest.TestReport | pytest.CollectReport,
        error: BaseException,
        place: Callable[[Found], tuple[str, int]],
    ) -> Found | None:
        """Find the cause; make a skip of it where it is one."""
        found = find(error)
        if found is None:
            return None
        setattr(report, CAUSE, found.cause.name)
        if found.cause.skip and self._skips:
            report.outcome = "skipped"
            report.longrepr = (*place(found), f"Skipped: {found.reason}")
        return found

    def _passed_unexpectedly(self, item: pytest.Item, report: pytest.TestReport) -> None:
        text = report.longrepr
        if self._strict or not isinstance(text, str) or not text.startswith(STRICT):
            return
        if item.stash.get(EXPECTED, False):
            return
        report.outcome = "passed"
        report.longrepr = None
        report.wasxfail = text.removeprefix(STRICT).strip()


def _place(item: pytest.Item, call: pytest.CallInfo[Any]) -> tuple[str, int]:
    """Give the line of the test's file that needed what is not there."""
    assert call.excinfo is not None  # noqa: S101 - asked for failures only
    lines = [entry for entry in call.excinfo.traceback if entry.path == item.path]
    if lines:
        return str(item.path), lines[-1].lineno + 1
    path, line, _ = item.location
    return path, (line or 0) + 1


def _line(found: Found, path: Path) -> tuple[str, int]:
    """Give the line of a module at which its import ended."""
    entry, line = found.error.__traceback__, 1
    while entry is not None:
        if entry.tb_frame.f_code.co_filename == str(path):
            line = entry.tb_lineno
        entry = entry.tb_next
    return str(path), line
