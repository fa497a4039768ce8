"""What the workers report, fed into the session of pytest on this side."""

import collections
import contextlib
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from toolkit.errors import LostTests, Spec14Error
from toolkit.runtime.interpreter import Message
from toolkit.testing import deaths
from toolkit.testing.collecting import Collected, collect
from toolkit.testing.engine import Engine, RunOverdue
from toolkit.testing.schedule import Batch, Test
from toolkit.testing.terminal import Reporter
from toolkit.testing.worker import Running, Worker

type Planner = Callable[[Sequence[Test]], list[Batch]]


class Feed:
    """The plugin that drives the workers and feeds the session.

    Parameters
    ----------
    engine
        The workers.
    told
        What the first one said.
    plan
        Makes batches of what was collected.
    """

    def __init__(self, engine: Engine, told: Message, plan: Planner) -> None:
        self.engine = engine
        self.collected = Collected()
        self.batches: list[Batch] = []
        self.error: Spec14Error | SystemExit | None = None
        self.measured: dict[str, dict[str, float]] = {}
        self._told = told
        self._plan = plan
        self._wanted: collections.Counter[str] = collections.Counter()
        self._through: collections.Counter[str] = collections.Counter()
        self._files: dict[str, str] = {}
        self._session: pytest.Session
        self._reporter: Reporter
        self._since = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put our reporter in the place of pytest's."""
        config.pluginmanager.unregister(name="terminalreporter")
        self._reporter = Reporter(config, header=self._told["header"], identity=self._told)
        config.pluginmanager.register(self._reporter, "terminalreporter")

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count a test whose interpreter died as an error, whatever it was doing."""
        if getattr(report, "spec14_lost", False):
            return "error", "E", "ERROR"
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool:
        """Have everything collected."""
        self._session = session
        with self._own_errors():
            self._collect(session)
        return True

    @contextlib.contextmanager
    def _own_errors(self) -> Iterator[None]:
        """Keep an error of ours, which pytest would take for a mistake of its own."""
        try:
            yield
        except Spec14Error as error:
            self.error = error
            raise pytest.exit.Exception(error.what, pytest.ExitCode.INTERNAL_ERROR) from error
        except SystemExit as error:  # an orderly stop: toolkit.cli
            self.error = error
            raise pytest.exit.Exception("ended by a signal", pytest.ExitCode.INTERRUPTED) from error

    def _collect(self, session: pytest.Session) -> None:
        hook = session.config.hook
        self.engine.listen(self, show=session.config.option.spec14_show)
        found = self.collected = collect(self.engine)
        for worker, message in found.messages:
            self.heard(worker, message)
        if found.code is not None:
            _stop(found, self._reporter)
        for file, death in found.killers:
            text = death.text(f"while {file} was imported; none of its tests could run")
            made = pytest.CollectReport(file, "failed", text, [])
            hook.pytest_collectreport(report=made)
        self.batches = self._plan(found.tests)
        ids = [name for batch in self.batches for name in batch.ids]
        self._wanted = collections.Counter(ids)
        self._files = {name: batch.file for batch in self.batches for name in batch.ids}
        session.testscollected = len(ids)
        left_out = len(found.tests) - len(ids) + found.deselected
        self._reporter.collected(len(ids), deselected=left_out, lines=found.lines)
        if left_out:
            hook.pytest_deselected(items=[None] * left_out)
        hook.pytest_collection_finish(session=session)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Have everything run."""
        errors = session.testsfailed - len(self.collected.killers)
        if errors and not session.config.option.continue_on_collection_errors:
            msg = f"{errors} error{'s' if errors != 1 else ''} during collection"
            raise session.Interrupted(msg)
        if self._reporter.live is not None:
            self._reporter.live.start(session.testscollected)
        try:
            with self._own_errors():
                self.engine.run(self.batches)
                self.engine.finish()
                self._require_all()
        except RunOverdue:
            left = session.testscollected - self._through.total()
            limit = self.engine.limits.run_timeout
            msg = f"the whole run took more than {limit:g} s: {left} tests did not run"
            raise session.Interrupted(msg) from None
        finally:
            self._reporter.everything()
        return True

    def _require_all(self) -> None:
        lost = self._wanted - self._through
        if lost or self._through - self._wanted:
            names = ", ".join([*lost, *(self._through - self._wanted)][:5])
            msg = (
                f"{self._wanted.total()} tests were collected and {self._through.total()} "
                f"reported: {names}"
            )
            raise LostTests(msg, do="report this with the output of `spec14 --debug test -v`")

    def heard(self, worker: Worker, message: Message) -> None:
        """Feed the session with a message; end the run when pytest says so."""
        session = self._session
        hook = session.config.hook
        match message["type"]:
            case "collectreport":
                hook.pytest_collectreport(report=self._report(message))
            case "warning":
                self._warning(message)
            case "start":
                self._since = time.monotonic()
                hook.pytest_runtest_logstart(nodeid=message["id"], location=message["location"])
            case "report":
                report = self._report(message)
                report.spec14_batch = _turn(worker)
                self._log(report)
            case "finish":
                self._is_through(message["id"])
                location = deaths.location_of(message["id"])
                hook.pytest_runtest_logfinish(nodeid=message["id"], location=location)
            case "missing":
                self._missing(worker, message)
            case "stop":
                raise session.Interrupted(message["reason"])
            case "exit":
                raise pytest.exit.Exception(message["reason"], message["code"])
            case "interrupted":
                raise KeyboardInterrupt

    def _report(self, message: Message) -> Any:
        config, data = self._session.config, message["data"]
        # JSON has no tuples.
        if isinstance(data["longrepr"], list):
            data["longrepr"] = tuple(data["longrepr"])
        for key in ("sections", "user_properties"):
            data[key] = list(map(tuple, data.get(key, ())))
        if "location" in data:
            data["location"] = tuple(data["location"])
        return config.hook.pytest_report_from_serializable(config=config, data=data)

    def _log(self, report: pytest.TestReport) -> None:
        session = self._session
        session.config.hook.pytest_runtest_logreport(report=report)
        file = self._files.get(report.nodeid, "")
        of_file = self.measured.setdefault(file, {})
        of_file[report.nodeid] = of_file.get(report.nodeid, 0.0) + report.duration
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)

    def _warning(self, message: Message) -> None:
        data = message["data"]
        kind = type(data["category"], (Warning,), {})
        made = warnings.WarningMessage(
            kind(data["text"]), kind, data["filename"], data["lineno"], None, data["line"]
        )
        location = message["location"]
        self._session.config.hook.pytest_warning_recorded.call_historic(
            kwargs={
                "warning_message": made,
                "when": message["when"],
                "nodeid": message["nodeid"],
                "location": tuple(location) if location else None,
            }
        )

    def _missing(self, worker: Worker, message: Message) -> None:
        why = message["reason"] or "its file, collected again, does not have it"
        text = f"[lost] the test was collected but is not there any more: {why}"
        with contextlib.suppress(ValueError):
            worker.left.remove(message["id"])
        self.lost(worker, Running(id=message["id"], location=()), text)

    def lost(self, worker: Worker, test: Running, text: str) -> None:
        """Report a test that its interpreter cannot report."""
        location = test.location or deaths.location_of(test.id)
        report = deaths.report(test.id, location, test.phase, text)
        report.spec14_batch = _turn(worker)  # type: ignore[attr-defined]
        if not test.ending:
            self._is_through(test.id)
        self._log(report)

    def _is_through(self, name: str) -> None:
        self._through[name] += 1

    def batch_done(self, worker: Worker) -> None:
        """Let the next results be shown."""
        self._reporter.batch_done(_turn(worker))

    def pytest_terminal_summary(self, terminalreporter: Reporter) -> None:
        """Say what the interpreters took."""
        starts = self.engine.starts
        if starts and terminalreporter.verbosity > 0:
            mean = sum(starts) / len(starts)
            terminalreporter.write_line(
                f"interpreters: {len(starts)}, started in {mean:.2f} s on average; "
                f"at most {self.engine.peak / 2**20:.0f} MiB of memory"
            )

    def tick(self) -> None:
        """Refresh the line at the bottom."""
        if self._reporter.live is not None:
            self._reporter.live.done(self._through.total())


def _turn(worker: Worker) -> str:
    return f"{worker.name} {worker.batch.file}" if worker.batch else worker.name


def _stop(found: Collected, reporter: Reporter) -> None:
    if found.code == pytest.ExitCode.USAGE_ERROR:
        raise pytest.UsageError(*found.errors)
    if found.code == pytest.ExitCode.INTERNAL_ERROR:
        for line in found.errors:
            reporter.write_line(f"INTERNALERROR> {line}")
        raise pytest.exit.Exception("pytest failed while it collected", found.code)
    raise pytest.exit.Exception("\n".join(found.errors), found.code)
