"""The skip file inside: its entries become pytest's marks. It was read on the other side."""

import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_spec14.causes import find
from pytest_spec14.markers import expect_failure
from pytest_spec14.outcomes import CAUSE, STRICT

ENTRY = "spec14_entry"
"""Attribute of a report: which entry decided its outcome, as `where` says."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of the skip file.

    Attributes
    ----------
    test
        Node id of a test, class or file, or a pattern of `*` and `?`; "" for all tests.
    cause
        Only tests that fail for this cause; "" for whatever they do.
    kind
        "skip": not run; "xfail": run, and a failure that it passes.
    reason, link
        Shown with the test.
    where
        File and line it stands in.
    """

    where: str
    reason: str
    test: str = ""
    cause: str = ""
    kind: str = "skip"
    link: str = ""

    @property
    def words(self) -> str:
        """Reason, link and place in one line."""
        return f"{self.reason}{f' {self.link}' if self.link else ''} [{self.where}]"

    def fits(self, nodeid: str) -> bool:
        """Say whether a test, or what it lies in, is named."""
        return not self.test or _pattern(self.test).match(nodeid) is not None


def read_entries(entries: Iterable[Mapping[str, Any]]) -> tuple[Entry, ...]:
    """Give the entries of the settings."""
    names = ("where", "reason", "test", "cause", "kind", "link")
    return tuple(Entry(**{key: one[key] for key in names if key in one}) for one in entries)


def _pattern(text: str) -> re.Pattern[str]:
    """Give a pattern: brackets are those of a parametrized test, not a set of characters."""
    words = {"*": ".*", "?": "."}
    own = "".join(words.get(letter, re.escape(letter)) for letter in text.rstrip("/"))
    return re.compile(rf"{own}(?=$|::|\[|/)", re.DOTALL)


class Skips:
    """The plugin.

    Parameters
    ----------
    settings
        ``skips``: the entries; ``check_skips``: whether those of the kind ``skip`` are run.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        entries = read_entries(settings.get("skips", ()))
        self._check = bool(settings.get("check_skips", False))
        self._named = tuple(entry for entry in entries if not entry.cause)
        self._caused = tuple(entry for entry in entries if entry.cause)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Mark the tests that are named; the first entry that fits decides."""
        for item in items:
            entry = _first(self._named, item.nodeid)
            if entry is None:
                continue
            if entry.kind == "xfail" or self._check:
                expect_failure(item, entry.words)
            else:
                item.add_marker(pytest.mark.skip(reason=entry.words))

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> None:
        """Leave a file out whose import may be what must not happen."""
        if self._check or not isinstance(collector, pytest.File):
            return
        entry = _first((one for one in self._named if one.kind == "skip"), collector.nodeid)
        # `a*` must not keep a file from being imported only because a test of it is named.
        if entry is not None and "::" not in entry.test:

            def leave_out() -> Iterable[pytest.Item]:
                pytest.skip(entry.words, allow_module_level=True)

            collector.collect = leave_out  # type: ignore[method-assign]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any]:
        """Say what entries make of a result."""
        outcome = yield
        report: pytest.TestReport = outcome.get_result()
        entry = _first(self._named, item.nodeid)
        if entry is not None and report.failed and str(report.longrepr).startswith(STRICT):
            report.longrepr = f"{STRICT} {entry.where}: the entry is no longer needed, remove it"
            setattr(report, ENTRY, entry.where)
        if report.failed and call.excinfo is not None and self._caused:
            self._because(item, call.excinfo.value, report)

    def _because(self, item: pytest.Item, error: BaseException, report: pytest.TestReport) -> None:
        found = find(error)
        if found is None:
            return
        fitting = (one for one in self._caused if one.cause == found.cause.name)
        entry = _first(fitting, item.nodeid)
        if entry is None:
            return
        setattr(report, CAUSE, found.cause.name)
        setattr(report, ENTRY, entry.where)
        report.outcome = "skipped"
        if entry.kind == "xfail":
            report.wasxfail = entry.words
        else:
            path, line, _ = item.location
            report.longrepr = (path, (line or 0) + 1, f"Skipped: {entry.words}")


def _first(entries: Iterable[Entry], nodeid: str) -> Entry | None:
    return next((entry for entry in entries if entry.fits(nodeid)), None)
