"""Coverage in the interpreter: pytest-cov's options, a data file of each interpreter's own.

Measured with `sys.monitoring` (coverage's core "sysmon"): there is no C tracer for
WebAssembly, and the one in Python makes code 30 to 60 times as slow (coverage 7.17.3, Pyodide
314.0). Nothing is combined or printed here: that is done outside, where the source is.

Loaded by ``-p pytest_spec14.measure -p no:pytest_cov``, before any conftest: options of
pytest-cov in a project's ``addopts`` are known then, and the project's import is measured.
"""

import argparse
import os
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_spec14 import told

INTERVAL: Final = 10.0
"""Seconds after which a long group is saved in between: a death loses no more."""
QUIET: Final = (
    "already-imported",
    "module-not-imported",
    "module-not-measured",
    "module-not-python",
    "no-data-collected",
)
"""Warnings of coverage that are not those of one worker of many."""


@dataclass(frozen=True, kw_only=True)
class Where:
    """What the controller says of coverage (``coverage`` of its settings).

    Attributes
    ----------
    folder
        Folder for the data files.
    packages
        Importable names of the wheel's top.
    known
        Every package and top module of the wheel, with dots.
    """

    folder: str
    packages: tuple[str, ...]
    known: frozenset[str] = field(default_factory=frozenset)


def where() -> Where | None:
    """Give what the controller says; nothing when it says nothing of coverage."""
    said = told.told().get("coverage")
    if said is None:
        return None
    return Where(
        folder=said["folder"], packages=tuple(said["packages"]), known=frozenset(said["known"])
    )


def measured(sources: Sequence[str], place: Where) -> list[str]:
    """Give the importable names for what ``--cov`` was given.

    Parameters
    ----------
    sources
        Names (``pkg.sub``) or folders of the source tree (``src/pkg``); empty for all.
    place
        What the wheel holds.
    """
    found: dict[str, None] = {}
    for source in sources or (".",):
        parts = [part for part in Path(source).parts if part not in (".", "..", "/")]
        names = (".".join(parts[start:]) for start in range(len(parts)))
        name = next((name for name in names if name in place.known), None)
        if name is not None:
            found[name] = None
        elif not parts or Path(source).is_dir():
            found |= dict.fromkeys(place.packages)
        else:
            found[source] = None
    return list(found)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the options of pytest-cov (7.0, ``pytest_cov/plugin.py``).

    Its ``--cov-context`` and ``--cov-append`` are taken and not heeded: contexts need a tracer
    that there is none of, and each run stands for itself.
    """
    group = parser.getgroup("cov", "coverage reporting")
    add = group.addoption
    add(
        "--cov",
        action="append",
        default=[],
        metavar="SOURCE",
        nargs="?",
        const="",
        dest="cov_source",
        help="Package, or folder of the source, to measure (the whole wheel without a value).",
    )
    add("--cov-reset", action=_Reset, nargs=0, dest="cov_source", help="Forget --cov so far.")
    add(
        "--cov-report",
        action="append",
        default=[],
        metavar="TYPE",
        dest="cov_report",
        help="term, term-missing, html, xml, json, lcov; none with an empty value.",
    )
    add("--cov-config", default=".coveragerc", metavar="PATH", help="Config file for coverage.")
    add("--cov-branch", action="store_true", default=None, help="Measure branches, too.")
    add("--cov-fail-under", type=float, default=None, metavar="MIN", help="Percent to reach.")
    add("--cov-precision", type=int, default=None, metavar="N", help="Digits of percentages.")
    add("--no-cov", action="store_true", default=False, help="Measure nothing.")
    add("--no-cov-on-fail", action="store_true", default=False, help="No report after failures.")
    add("--cov-append", action="store_true", default=False, help=argparse.SUPPRESS)
    add("--cov-context", default=None, metavar="CONTEXT", help=argparse.SUPPRESS)


class _Reset(argparse.Action):
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        del parser, values, option_string
        setattr(namespace, self.dest, [])


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start before a conftest imports the project."""
    options = early_config.known_args_namespace
    if not options.cov_source or options.no_cov:
        return
    place = where()
    if place is None:
        msg = "--cov is measured in a run of `spec14 test` only"
        raise pytest.UsageError(msg)
    measure = Measure(vars(options), place)
    measure.start()
    early_config.pluginmanager.register(measure, "spec14-measure")


def pytest_configure(config: pytest.Config) -> None:
    """Know pytest-cov's marker."""
    config.addinivalue_line("markers", "no_cover: disable coverage for this test.")


class Measure:
    """Coverage of one interpreter.

    Parameters
    ----------
    options
        Those of the command line.
    place
        Where to write to, and what to measure.
    """

    def __init__(self, options: Mapping[str, Any], place: Where) -> None:
        # Late: without --cov the package is not there.
        from coverage import Coverage  # noqa: PLC0415

        given = [source for source in options["cov_source"] if source]
        config = options["cov_config"]
        # The process number is the same in every interpreter.
        name = f".coverage.{os.urandom(8).hex()}"
        self._coverage: Final = Coverage(
            data_file=str(Path(place.folder) / name),
            config_file=True if config == ".coveragerc" else config,
            branch=options["cov_branch"],
            concurrency=["thread"],
        )
        chosen = self._coverage.get_option("run:source") or []
        packages = self._coverage.get_option("run:source_pkgs") or []
        if not given and (isinstance(chosen, list) and isinstance(packages, list)):
            given = [*chosen, *packages]
        for option, value in {
            "run:core": "sysmon",
            "run:source": None,
            "run:source_pkgs": measured(given, place),
            "run:disable_warnings": list(QUIET),
            # What these do needs a tracer, another process or the source tree.
            "run:dynamic_context": None,
            "run:parallel": False,
            "run:patch": [],
            "run:plugins": [],
            "run:relative_files": False,
        }.items():
            self._coverage.set_option(option, value)
        self._saved = time.monotonic()

    def start(self) -> None:
        """Begin to measure."""
        self._coverage.start()

    def save(self) -> None:
        """Write what there is so far; measuring goes on."""
        self._coverage.save()
        self._saved = time.monotonic()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Save after each module, and in between when it takes long."""
        result = yield
        ended = nextitem is None or nextitem.path != item.path
        if ended or time.monotonic() - self._saved > INTERVAL:
            self.save()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Leave out what asks to be left out."""
        names = getattr(item, "fixturenames", ())
        if item.get_closest_marker("no_cover") is None and "no_cover" not in names:
            return (yield)
        self._coverage.stop()
        try:
            return (yield)
        finally:
            self._coverage.start()

    def pytest_sessionfinish(self) -> None:
        """Write the last of it."""
        self._coverage.stop()
        self._coverage.save()


@pytest.fixture
def no_cover() -> None:
    """Leave the test out of coverage, as pytest-cov's fixture of that name."""
