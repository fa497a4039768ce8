"""Collecting: all at once in one worker, file by file in the others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pytest

from pytest_spec14 import channel

TOGETHER: Final = frozenset({"module", "package"})


def describe(items: Iterable[pytest.Item]) -> list[Mapping[str, str]]:
    """Say what was collected: each test's id, its file, and what it must stay together with."""
    return [{"id": item.nodeid, "file": file_of(item), "group": group_of(item)} for item in items]


def file_of(item: pytest.Item) -> str:
    """Give the id of the file in which a test was collected."""
    files = [node for node in item.listchain() if isinstance(node, pytest.File)]
    return files[-1].nodeid if files else item.nodeid


def group_of(item: pytest.Item) -> str:
    """Give what a test must stay together with, "" for nothing.

    That is its file where it uses a fixture of the module or package, its class otherwise.
    """
    info = getattr(item, "_fixtureinfo", None)  # none for doctests, files of data
    if info is None:
        return file_of(item)
    scopes = {found[-1].scope for found in info.name2fixturedefs.values() if found}
    if scopes & TOGETHER:
        return file_of(item)
    classes = [node for node in item.listchain() if isinstance(node, pytest.Class)]
    return classes[0].nodeid if classes else ""


class Files:
    """The files of the project as collectors that import nothing before they are asked for.

    The tree of folders is made once, by pytest from the words of the command line: fixtures
    of a conftest belong to the nodes of this tree (pytest 9.1 and later).

    Parameters
    ----------
    lazy
        Whether files wait; in the worker that collects they do not.
    killers
        Ids of files that are never imported: it ended an interpreter.
    """

    def __init__(self, *, lazy: bool, killers: Iterable[str] = ()) -> None:
        self._lazy = lazy
        self._killers = frozenset(killers)
        self._reasons: dict[str, str] = {}
        self._files: dict[str, list[pytest.Collector]] = {}
        self._items: dict[str, dict[str, list[pytest.Item]]] = {}
        self._open = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Any:
        """Let files wait; everything else is pytest's."""
        # Before pytest 8 a package was a file too.
        is_file = isinstance(collector, pytest.File) and not isinstance(collector, pytest.Package)
        if not is_file or (
            collector.nodeid not in self._killers and (self._open or not self._lazy)
        ):
            return None
        self._files.setdefault(collector.nodeid, []).append(collector)
        return pytest.CollectReport(collector.nodeid, "passed", None, [])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why a file cannot be collected again."""
        if self._open and report.failed:
            self._reasons[report.nodeid.partition("::")[0]] = str(report.longrepr)

    def reason(self, file: str) -> str:
        """Give why tests of a file are not there when it is collected again; "" if unknown."""
        return self._reasons.get(file, "")

    def find(self, session: pytest.Session) -> None:
        """Make the tree of folders and files."""
        # A test named on the command line would need its file to be imported now.
        paths = list(dict.fromkeys(word.partition("::")[0] for word in session.config.args))
        session.perform_collect(paths)

    def keep(self, items: Iterable[pytest.Item]) -> None:
        """Take what was collected already."""
        for item in items:
            found = self._items.setdefault(file_of(item), {})
            found.setdefault(item.nodeid, []).append(item)

    def items(self, session: pytest.Session, file: str, ids: Sequence[str]) -> Iterator[Any]:
        """Give the tests of a file in the order asked for; the id of one that is not there."""
        if file not in self._items:
            self._collect(session, file)
        found = {name: list(items) for name, items in self._items[file].items()}
        for name in ids:
            same = found.get(name)
            # One id can name several tests: each is asked for once.
            yield (same.pop(0) if len(same) > 1 else same[0]) if same else name

    def _collect(self, session: pytest.Session, file: str) -> None:
        self._items[file] = {}
        items: list[pytest.Item] = []
        channel.send("collecting", file=file)
        self._open = True
        try:
            for collector in self._files.get(file, []):
                items += session.genitems(collector)
        finally:
            self._open = False
        session.config.hook.pytest_collection_modifyitems(
            session=session, config=session.config, items=items
        )
        for item in items:
            self._items[file].setdefault(item.nodeid, []).append(item)
