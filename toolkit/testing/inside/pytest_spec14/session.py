"""The plugin that makes a pytest session into a worker: it runs what it is told to.

One message asks for the tests of one file; every report goes out as it is made. The shape is
that of pytest-xdist's worker (``xdist/remote.py``); only one worker collects everything.
"""

import itertools
import math
import os
from collections.abc import Container, Generator, Mapping, Sequence
from typing import Any, Final

import pytest
from _pytest.terminal import TerminalReporter

from pytest_spec14 import channel, limits, wire
from pytest_spec14.collection import Files, describe

PLAIN: Final = (
    "cacheshow",
    "collectonly",
    "help",
    "markers",
    "setuponly",
    "setupplan",
    "setupshow",
    "show_fixtures_per_test",
    "showfixtures",
    "version",
)
"""Options with which pytest shows something and runs nothing that could be dealt out."""
NEVER: Final[Mapping[str, Any]] = {
    # How many failures are enough is counted where all of them arrive.
    "maxfail": 0,
    # pytest-xdist starts processes, which there are none of here.
    "numprocesses": None,
    "dist": "no",
    "tx": [],
}
"""Options a worker does not follow, with what they are instead."""
CHOSEN: Final[Mapping[str, Any]] = {
    "lf": False,
    "failedfirst": False,
    "newfirst": False,
    "stepwise": False,
    "cacheclear": False,
}
"""Options that choose tests, which the worker that collects has done."""


class Silent(TerminalReporter):  # type: ignore[misc] # it has to be one for plugins
    """The reporter that plugins and assertions look for, which prints nothing."""


for _name in dir(TerminalReporter):
    if _name.startswith("pytest_") and _name != "pytest_report_header":
        setattr(Silent, _name, None)  # pluggy takes only what can be called


class Later(pytest.Item):
    """A test that is said to come next: fixtures of the session stay, all others end."""

    def runtest(self) -> None:
        """Never called."""
        raise NotImplementedError


class Worker:
    """The plugin.

    Parameters
    ----------
    settings
        ``role`` ("collect" or "run"), ``worker`` (its name), ``killers`` (files whose import
        ended an interpreter before), ``markup`` (whether reports may hold colours),
        ``heap_limit`` (bytes from which it takes no more tests of a batch).
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._collects = settings["role"] == "collect"
        self._heap_limit: float = settings.get("heap_limit", math.inf)
        self._files = Files(lazy=not self._collects, killers=settings.get("killers", ()))
        self._told: dict[str, Any] = {}
        self._deselected = 0
        self._last: pytest.Item | None = None
        self._plain = False
        self._config: pytest.Config

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None]:
        """Change options before any plugin acts on them."""
        option = config.option
        self._config = config
        if any(getattr(option, name, None) for name in PLAIN):
            self._plain = True
            channel.send("plain")
        else:
            if getattr(option, "usepdb", False) or getattr(option, "trace", False):
                msg = (
                    "--pdb and --trace need a terminal, which the interpreters of the tests "
                    "do not have: use `spec14 python -m pytest --pdb`"
                )
                raise pytest.UsageError(msg)
            self._change(config)
            config.pluginmanager.register(self._files, "spec14-files")
        yield

    def _change(self, config: pytest.Config) -> None:
        # As pytest-xdist does: the cache and the JUnit file are the controller's to write.
        name = self._settings["worker"]
        count = self._settings.get("workers", 1)
        config.workerinput = {"workerid": name, "workercount": count}  # type: ignore[attr-defined]
        own = {**NEVER, **({} if self._collects else CHOSEN)}
        if basetemp := getattr(config.option, "basetemp", None):
            own["basetemp"] = os.path.join(basetemp, name)  # noqa: PTH118
        for key, value in own.items():
            if hasattr(config.option, key):
                self._told[key] = getattr(config.option, key)
                setattr(config.option, key, value)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put a silent reporter in the place of pytest's."""
        if self._plain:
            return
        if config.pluginmanager.has_plugin("terminalreporter"):
            config.pluginmanager.unregister(name="terminalreporter")
        silent = Silent(config, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        config.pluginmanager.register(silent, "terminalreporter")
        # Assertions are explained in colours where the other side's terminal shows them.
        silent.hasmarkup = self._settings.get("markup", False)
        config.get_terminal_writer().hasmarkup = silent.hasmarkup
        limits.watch(config, timeout=self._settings.get("timeout", 0.0))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Tell how this session is configured: the controller's is to be the same."""
        if self._plain:
            return
        config = session.config
        lines = config.hook.pytest_report_header(config=config, start_path=config.rootpath)
        channel.send(
            "config",
            options={**wire.known_options(config), **self._told},
            ini=wire.known_entries(config),
            rootdir=str(config.rootpath),
            header=list(_flat(reversed(lines))),
            **wire.identity(config),
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Collect everything in the first worker, only the names of files in the others."""
        if self._plain:
            return None
        try:
            if self._collects:
                self._collect(session)
            else:
                self._files.find(session)
        except pytest.UsageError as error:
            channel.send("usage", errors=list(map(str, error.args)))
            raise
        except pytest.exit.Exception as error:
            channel.send("exit", reason=error.msg, code=error.returncode)
            raise
        return True

    def _collect(self, session: pytest.Session) -> None:
        session.perform_collect()
        self._files.keep(session.items)
        lines = session.config.hook.pytest_report_collectionfinish(
            config=session.config, start_path=session.config.rootpath, items=session.items
        )
        channel.send(
            "collected",
            items=describe(session.items),
            deselected=self._deselected,
            lines=list(_flat(reversed(lines))),
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run what is asked for until the end is."""
        if self._plain:
            return None
        while True:
            channel.send("idle")
            message = channel.receive()
            match message["type"]:
                case "run":
                    self._run(session, message["file"], message["ids"], set(message["cuts"]))
                case "end":
                    self._end(session)
                    return True
                case other:
                    msg = f"no message of the type {other!r} is known"
                    raise ValueError(msg)

    def _run(
        self, session: pytest.Session, file: str, ids: Sequence[str], cuts: Container[str]
    ) -> None:
        tests: list[pytest.Item] = []
        for found in self._files.items(session, file, ids):
            if isinstance(found, str):
                channel.send("missing", id=found, reason=self._files.reason(file))
            else:
                tests.append(found)
        later = Later.from_parent(session, name="spec14")
        for test, following in itertools.pairwise([*tests, later]):
            self._run_one(session, test, following)
            if test.nodeid in cuts and channel.heap() >= self._heap_limit:
                return  # what is left of the batch is for another interpreter

    def _run_one(self, session: pytest.Session, test: pytest.Item, following: pytest.Item) -> None:
        channel.send("start", id=test.nodeid, location=test.location)
        self._last = test
        try:
            with limits.running():
                test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
        except pytest.exit.Exception as error:
            channel.send("exit", reason=error.msg, code=error.returncode)
            raise
        except KeyboardInterrupt:
            channel.send("interrupted", id=test.nodeid)
            raise
        channel.send("finish", id=test.nodeid, heap=channel.heap())
        if session.shouldstop:
            channel.send("stop", reason=str(session.shouldstop))

    def _end(self, session: pytest.Session) -> None:
        """End the fixtures of the session; what goes wrong is the last test's, as in pytest."""
        last = self._last
        if last is None:
            return
        channel.send("ending", id=last.nodeid, location=last.location)
        call = pytest.CallInfo.from_call(
            lambda: session._setupstate.teardown_exact(None),  # noqa: SLF001
            when="teardown",
            reraise=(pytest.exit.Exception, KeyboardInterrupt),
        )
        if call.excinfo is not None:
            report = last.ihook.pytest_runtest_makereport(item=last, call=call)
            last.ihook.pytest_runtest_logreport(report=report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send a report."""
        if not self._plain and self._last is not None:
            wire.cut_sections(report)
            channel.send("report", data=wire.report_data(self._config, report))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Send what could not be collected."""
        if self._collects and not self._plain and not report.passed:
            wire.cut_sections(report)
            channel.send("collectreport", data=wire.report_data(self._config, report))

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Tell which file is imported next: it may be the last thing that is heard."""
        if self._collects and not self._plain and isinstance(collector, pytest.File):
            channel.send("collecting", file=collector.nodeid)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Count what -k, -m and others leave out."""
        self._deselected += len(items)

    def pytest_internalerror(self, excrepr: object) -> None:
        """Send what went wrong in pytest or a plugin."""
        channel.send("internal", text=wire.cut(str(excrepr)))

    def pytest_warning_recorded(
        self, warning_message: Any, when: str, nodeid: str, location: Any
    ) -> None:
        """Send a warning; those of the configuration are every worker's: one tells them."""
        if not self._plain and (self._collects or when == "runtest"):
            data = wire.warning_data(warning_message)
            channel.send("warning", data=data, when=when, nodeid=nodeid, location=location)


def _flat(lines: Any) -> Generator[str]:
    for line in lines:
        if isinstance(line, str):
            yield line
        else:
            yield from line
