"""When the session finishes: the record, the page and the annotations are written."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from toolkit.cache import write_atomically, write_record
from toolkit.project import Project
from toolkit.testing.compare import Comparison
from toolkit.testing.recorder import Recorder
from toolkit.testing.reports.annotations import (
    annotations,
    is_wanted,
    repository_of,
    summary,
)
from toolkit.testing.reports.page import links, page
from toolkit.testing.results import Record
from toolkit.wheels.build import BuiltWheel

RECORD: Final = "tests.json"
PAGE: Final = "tests.html"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a run besides its tests.

    Attributes
    ----------
    arguments
        Words of the command line, for pytest.
    workers
        Number of interpreters at a time.
    shard
        ``"3/10"``, or ``None``.
    dealt
        Fingerprint of how the tests were dealt out to the shards.
    runtime
        Versions of what the tests run in.
    root
        pytest's root folder in the workers; the project's folder if not given.
    """

    arguments: tuple[str, ...] = ()
    workers: int = 1
    shard: str | None = None
    dealt: str = ""
    runtime: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    root: Path | None = None


class Writer:
    """Writes what a recorder has, as the last thing of a session.

    Parameters
    ----------
    project
        Its folder of reports is written to.
    wheel
        What was tested.
    facts
        Tells, when the session finishes, what else is known of the run.
    recorder
        Has the results.
    """

    def __init__(
        self, project: Project, wheel: BuiltWheel, facts: Callable[[], Facts], recorder: Recorder
    ) -> None:
        self.project = project
        self.wheel = wheel
        self.facts = facts
        self.recorder = recorder
        self.record: Record | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write everything; other plugins may have changed the exit code by now."""
        facts = self.facts()
        record = self._record(facts, int(session.exitstatus), session.testscollected)
        self.record = record
        root = source_root(self.project, facts.root)
        write_files(record, self.project.report, root)
        if is_wanted(os.environ):
            self._tell_actions(session, record, root)

    def _record(self, facts: Facts, code: int, collected: int) -> Record:
        return Record(
            wheel=self.wheel.path.name,
            wheel_sha256=self.wheel.sha256,
            exit_code=code,
            arguments=facts.arguments,
            collected=collected + self.recorder.collectors,
            seconds=time.monotonic() - self.recorder.started,
            workers=facts.workers,
            shard=facts.shard,
            dealt=facts.dealt,
            runtime=dict(facts.runtime),
            root=os.path.relpath(source_root(self.project, facts.root), self.project.report),
            results=self.recorder.results,
        )

    def _tell_actions(self, session: pytest.Session, record: Record, root: Path) -> None:
        terminal = session.config.pluginmanager.get_plugin("terminalreporter")
        lines = annotations(record, root, repository_of(self.project.folder))
        if terminal is not None:
            terminal.ensure_newline()
            for line in lines:
                terminal.write_line(line)
        if page_of_job := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(page_of_job).open("a", encoding="utf-8") as file:
                file.write("\n".join(summary(record, f"{self.project.name} in WebAssembly")))


def source_root(project: Project, root: Path | None) -> Path:
    """Give pytest's root folder in the project, where tests ran in a copy (``test-sources``)."""
    copy = project.cache / "test-folder"
    if root is None:
        return project.folder
    return project.folder / root.relative_to(copy) if root.is_relative_to(copy) else root


def write_files(
    record: Record, folder: Path, root: Path, comparison: Comparison | None = None
) -> None:
    """Write ``tests.json`` and ``tests.html``.

    Parameters
    ----------
    record
        The run.
    folder
        Where they go.
    root
        pytest's root folder on this machine.
    comparison
        How the same tests went natively, where that is known.
    """
    repository = repository_of(root)
    prefix = "" if root == repository else f"{root.relative_to(repository).as_posix()}/"
    write_record(folder / RECORD, record.as_json())
    html = page(record, links(record, os.environ, prefix), comparison)
    write_atomically(folder / PAGE, html.encode())
