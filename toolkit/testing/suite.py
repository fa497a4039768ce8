"""pytest on a project: in several interpreters, from a memory snapshot, as far as a shard goes."""

import contextlib
import datetime as dt
import math
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from toolkit.cache import write_record
from toolkit.errors import SettingsError
from toolkit.project import Project
from toolkit.runtime.snapshot import snapshot_for
from toolkit.testing import reports
from toolkit.testing.collecting import begin
from toolkit.testing.command import (
    suite_words,
    test_environment,
    test_folder,
)
from toolkit.testing.coverage import prepare
from toolkit.testing.coverage_options import WORKER_WORDS
from toolkit.testing.durations import Durations, read_durations, write_durations
from toolkit.testing.engine import Engine
from toolkit.testing.feed import Feed
from toolkit.testing.limits import Limits
from toolkit.testing.schedule import Batch, Test, batches, deal, fingerprint, longest_first
from toolkit.testing.session import run_session
from toolkit.testing.skips import handed_in, read_skips
from toolkit.testing.watch_skips import SkipWatch
from toolkit.testing.worker import Site
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.compilers import processors_allowed
from toolkit.wheels.environment import TargetEnvironment

WORTH: Final = 2.0
"""Seconds of tests for which a further interpreter is worth its start."""
MOST: Final = 1000
"""Tests in a batch: an interpreter is replaced only between two of them."""
IN_ORDER: Final = ("failedfirst", "newfirst", "stepwise", "maxfail")
"""Options with which it matters which test runs first."""


@dataclass(frozen=True, kw_only=True)
class TestChoices:
    """What the command line says of a run.

    Attributes
    ----------
    limits
        Settings of ``[tool.spec14.test]`` that were given as options, by name.
    shard
        ``(3, 10)`` for the third of ten shards.
    check_skips
        Whether tests that entries of the skip file leave out are run.
    """

    __test__ = False

    limits: Mapping[str, Any]
    shard: tuple[int, int] | None = None
    check_skips: bool = False


class Suite:
    """The tests of a project in its environment.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    environment
        Where its wheel and what the tests require are installed.
    choices
        Limits, and the shard.
    """

    def __init__(
        self, project: Project, environment: TargetEnvironment, choices: TestChoices
    ) -> None:
        self._project = project
        self._environment = environment
        self._choices = choices
        self._skips = read_skips(project)
        self._file = project.cache / "durations.json"
        self._durations = read_durations(self._file)

    def run(self, wheel: BuiltWheel, words: Sequence[str], *, say: Callable[[str], None]) -> int:
        """Run pytest and give its exit code."""
        limits = self._limits()
        folder = test_folder(self._project) or self._project.folder
        site = self._site(folder, wheel, words, limits)
        found = snapshot_for(site.start({}), self._project.cache / "snapshot")
        if found.file is None:
            say(f"interpreters start without a memory snapshot: {found.reason}")
        engine = Engine(replace(site, snapshot=found.file), limits)
        with contextlib.chdir(folder), contextlib.closing(engine):
            told = begin(engine, spare=limits.workers - 1)
            if told.config is None:
                return told.code
            options: dict[str, Any] = {
                **told.config["options"],
                "arguments": list(words),
                "rootdir": told.config["rootdir"],
                "site_packages": str(self._environment.site_packages),
                "workers": limits.workers,
                "shard": self._choices.shard,
                "runtime": told.config["versions"],
            }
            feed = Feed(engine, told.config, lambda tests: self._plan(tests, limits, options))
            watch = SkipWatch(
                self._skips,
                whole=not words and self._choices.shard is None,
                check=self._choices.check_skips,
                today=dt.datetime.now(tz=dt.UTC).date(),
            )
            try:
                return run_session(
                    feed,
                    told,
                    junit=self._project.report / "junit.xml",
                    plugins=[*reports.plugins(self._project, wheel, options), watch],
                )
            finally:
                write_durations(self._file, self._durations.updated(feed.measured))

    def _limits(self) -> Limits:
        settings = self._project.settings.test
        names = ("timeout", "run_timeout", "replace_after", "heap_limit")
        values = {name: getattr(settings, name) for name in names}
        wanted = settings.workers
        given = {name: value for name, value in self._choices.limits.items() if value is not None}
        if (asked := given.pop("workers", wanted)) is not None:
            return Limits(**{**values, **given, "workers": max(1, asked)})
        useful = math.ceil(self._durations.total / WORTH) or processors_allowed()
        return Limits(**{**values, **given, "workers": min(processors_allowed(), useful)})

    def _site(self, folder: Path, wheel: BuiltWheel, words: Sequence[str], limits: Limits) -> Site:
        project = self._project
        told = project.cache / "tests-told.json"
        write_record(
            told,
            {
                "timeout": limits.timeout,
                "heap_limit": limits.heap_limit * 2**20,
                "workers": limits.workers,
                "markup": sys.stdout.isatty(),
                "pycache": str(project.cache / "pycache"),
                "project": str(project.folder),
                "coverage": prepare(project, wheel),
                **handed_in(self._skips, project.settings.test, check=self._choices.check_skips),
            },
        )
        return Site(
            python=self._environment.python,
            cwd=folder,
            env={**os.environ, **test_environment(project), "PYTHONPATH": ""},
            words=tuple(_pytest_words(project, words)),
            settings=told,
        )

    def _plan(self, tests: Sequence[Test], limits: Limits, options: dict[str, Any]) -> list[Batch]:
        most = min(MOST, limits.replace_after)
        if self._choices.shard is not None:
            tests, options["dealt"] = self._of_shard(tests, *self._choices.shard, most=most)
        found = batches(tests, self._durations, shares=limits.workers, most=most)
        if any(options.get(name) for name in IN_ORDER):
            return found
        return longest_first(found)

    def _of_shard(
        self, tests: Sequence[Test], shard: int, shards: int, *, most: int
    ) -> tuple[list[Test], str]:
        given = self._project.settings.test.durations
        durations = Durations()
        if given is not None:
            durations = read_durations(self._project.folder / given)
            if not durations.files:
                msg = f"[tool.spec14.test] durations: {given} is no file of durations"
                raise SettingsError(msg, do="copy .spec14/cache/durations.json of a run there")
        found = batches(tests, durations, shares=shards, most=most)
        mine = deal(found, shard=shard, shards=shards)
        names = {name for batch in mine for name in batch.ids}
        by = f"durations of {given}" if given else "numbers of tests"
        dealt = fingerprint(found, shards=shards)
        print(  # noqa: T201 - every machine's log is to show it
            f"shard {shard}/{shards}: {len(names)} of {len(tests)} tests, dealt by {by} ({dealt})"
        )
        return [test for test in tests if test.id in names], dealt


def parse_shard(text: str) -> tuple[int, int]:
    """Give the numbers of ``3/10``.

    Raises
    ------
    ValueError
        When it is not a number from one to the other.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    numbers = tuple(map(int, match.groups())) if match else (0, 0)
    if not 1 <= numbers[0] <= numbers[1]:
        msg = f"{text!r} is not a shard: write 3/10 for the third of ten"
        raise ValueError(msg)
    return numbers[0], numbers[1]


def _pytest_words(project: Project, words: Sequence[str]) -> list[str]:
    return [
        # pytest's own cache belongs into .spec14 like everything that is written.
        "-o",
        f"cache_dir={project.cache / 'pytest'}",
        *WORKER_WORDS,
        *suite_words(project, words),
    ]
