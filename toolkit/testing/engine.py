"""The workers of one run: they are started, given batches, listened to, replaced, ended.

One thread; it waits for all of them at once. What comes of the tests goes to a `Listener`,
which may raise to end the run.
"""

import collections
import contextlib
import itertools
import selectors
import signal
import time
from collections.abc import Iterable, Iterator
from typing import Final

from toolkit.errors import RuntimeFailed
from toolkit.runtime.interpreter import Message
from toolkit.testing.deaths import Death, death_of
from toolkit.testing.limits import Limits
from toolkit.testing.listener import Backlog, Listener
from toolkit.testing.schedule import Batch
from toolkit.testing.worker import Running, Site, Worker

NAMELESS: Final = 3
"""So many workers may die in a row with nobody to blame and no test finished."""
TICK: Final = 0.5
"""Seconds after which the display is refreshed though nothing came."""


class RunOverdue(Exception):
    """The time limit of the whole run was reached."""


class Engine:
    """The workers.

    Parameters
    ----------
    site
        What they have in common.
    limits
        What they may take.
    """

    def __init__(self, site: Site, limits: Limits) -> None:
        self.site = site
        self.limits = limits
        self.workers: list[Worker] = []
        self.starts: list[float] = []
        self.peak = 0
        self._listener: Listener = Backlog()
        self._queue: collections.deque[Batch] = collections.deque()
        self._inbox: collections.deque[tuple[Worker, Message | None]] = collections.deque()
        self._names = itertools.count()
        self._nameless = 0
        self._begun = time.monotonic()
        self._overdue = False
        self._show = False

    def listen(self, listener: Listener, *, show: bool) -> None:
        """Name who is told; `show` what the tests print, or not."""
        backlog, self._listener = self._listener, listener
        if isinstance(backlog, Backlog):
            for worker, message in backlog.messages:
                listener.heard(worker, message)
        self._show = show
        for worker in self.workers:
            worker.show = show

    def start(self, role: str, killers: Iterable[str] = ()) -> Worker:
        """Start a worker."""
        name = f"w{next(self._names)}"
        worker = Worker(self.site, name=name, role=role, killers=tuple(killers))
        worker.show = self._show
        self.workers.append(worker)
        return worker

    def messages(self) -> Iterator[tuple[Worker, Message | None]]:
        """Give the messages that are there, after a wait of at most a tick where there is none.

        ``None`` stands for a worker's end. What the caller does not take stays for the next call.
        """
        if not self._inbox:
            self._wait()
        while self._inbox:
            yield self._inbox.popleft()

    def _wait(self) -> None:
        with selectors.DefaultSelector() as selector:
            for worker in self.workers:
                for end in worker.sources:
                    selector.register(end, selectors.EVENT_READ, worker)
                if worker.sink is not None:
                    selector.register(worker.sink, selectors.EVENT_WRITE, worker)
            ready = {key.data.name: key.data for key, _ in selector.select(self._patience())}
        for worker in ready.values():
            self._inbox += [(worker, message) for message in worker.read()]
            if not worker.sources:
                self._inbox.append((worker, None))
        for worker in self.workers:
            self._press(worker)

    def _patience(self) -> float:
        times = [worker.deadline for worker in self.workers if worker.deadline is not None]
        now = time.monotonic()
        return max(0.0, min([TICK, *(deadline - now for deadline in times)]))

    def _press(self, worker: Worker) -> None:
        now = time.monotonic()
        limit = self.limits.run_timeout
        if limit and now - self._begun > limit and not self._overdue:
            self._overdue = True
            for busy in self.workers:
                busy.within(None)
                busy.press(f"the whole run took more than {limit:g} s", signal.SIGUSR2)
        if worker.deadline is not None and now >= worker.deadline:
            worker.press(self._too_long(worker))

    def _too_long(self, worker: Worker) -> str:
        if not worker.configured:
            return "the interpreter did not start in time"
        return f"it took more than {self.limits.timeout:g} s and could not be interrupted"

    def hear(self, worker: Worker, message: Message) -> None:
        """Keep what a message says of its worker, and pass it on."""
        worker.hear(message, limit=self.limits.timeout)
        match message["type"]:
            case "ready":
                self.starts.append(message["seconds"])
            case "finish":
                self.peak = max(self.peak, worker.heap)
                self._nameless = 0
                if self._overdue:
                    worker.kill()
        self._listener.heard(worker, message)

    def run(self, batches: Iterable[Batch]) -> None:
        """Have all batches run.

        Raises
        ------
        RuntimeFailed
            When workers die again and again before any test.
        RunOverdue
            When the whole run took too long; what was running has been reported.
        """
        self._queue = collections.deque(batches)
        while True:
            self._deal()
            busy = [worker for worker in self.workers if worker.batch is not None]
            if not busy and (self._overdue or not self._queue):
                break
            self._step()
        if self._overdue:
            raise RunOverdue

    def finish(self) -> None:
        """End all workers, each with the fixtures of its session."""
        for worker in list(self.workers):
            if worker.idle:
                worker.idle = False
                worker.within(self.limits.timeout)
                worker.send({"type": "end"})
            else:
                self.drop(worker)
        while self.workers:
            self._step()

    def _step(self) -> None:
        for worker, message in self.messages():
            if worker not in self.workers:
                continue
            if message is None:
                self._ended(worker)
            else:
                self.hear(worker, message)
        self._listener.tick()

    def _deal(self) -> None:
        for worker in list(self.workers):
            if not worker.idle:
                continue
            if worker.batch is not None:
                self._listener.batch_done(worker)
                if worker.left:  # its memory had grown past the limit
                    self._queue.appendleft(worker.batch.rest(worker.left))
                worker.batch = None
            if self._queue and not self._overdue:
                if self._worn_out(worker):
                    worker.idle = False
                    worker.within(self.limits.timeout)
                    worker.send({"type": "end"})
                else:
                    worker.give(self._queue.popleft(), limit=self.limits.timeout)
        waiting = [worker for worker in self.workers if worker.batch is None]
        wanted = min(self.limits.workers - len(self.workers), len(self._queue) - len(waiting))
        for _ in range(0 if self._overdue else wanted):
            self.start("run")

    def _worn_out(self, worker: Worker) -> bool:
        heap = self.limits.heap_limit * 2**20
        return worker.tests >= self.limits.replace_after or worker.heap >= heap

    def drop(self, worker: Worker) -> None:
        """End a worker at once and forget it."""
        worker.end()
        self.workers.remove(worker)

    def ended(self, worker: Worker) -> Death:
        """Give how a worker ended whose pipes are closed, and forget it."""
        until = time.monotonic() + 5
        while worker.exit_code is None and time.monotonic() < until:
            time.sleep(0.005)
        death = death_of(worker)
        self.drop(worker)
        return death

    def _ended(self, worker: Worker) -> None:
        orderly = "end" in worker.known
        batch, test = worker.batch, worker.running
        death = self.ended(worker)
        if orderly and batch is None and test is None:
            return
        if test is not None:
            self._blame(worker, test, death)
        elif batch is None or not worker.left or self._overdue:
            pass  # nothing is lost by it
        elif worker.importing and len(worker.left) == len(batch.ids):
            self._died_at_import(worker, batch, death)
            return
        else:
            self.count(death)
        if not worker.configured:
            self.count(death)
        if batch is not None:
            self._listener.batch_done(worker)
            if worker.left:
                self._queue.appendleft(batch.rest(worker.left))

    def _blame(self, worker: Worker, test: Running, death: Death) -> None:
        doing = "while the fixtures of the session ended, after" if test.ending else "in"
        phase = {"setup": "the set-up of ", "teardown": "the tear-down of "}.get(test.phase, "")
        text = death.text(f"{doing} {'' if test.ending else phase}this test")
        with contextlib.suppress(ValueError):
            worker.left.remove(test.id)
        self._listener.lost(worker, test, text)

    def _died_at_import(self, worker: Worker, batch: Batch, death: Death) -> None:
        if batch.retried:
            text = death.text(f"while {batch.file} was imported, twice")
            for name in batch.ids:
                self._listener.lost(worker, Running(id=name, location=()), text)
        else:
            self._queue.appendleft(batch.rest(worker.left, retried=True))
        self._listener.batch_done(worker)

    def count(self, death: Death) -> None:
        """Count a death for which no test is to blame.

        Raises
        ------
        RuntimeFailed
            When it is one too many in a row.
        """
        self._nameless += 1
        if self._nameless >= NAMELESS:
            msg = f"{NAMELESS} interpreters in a row died before a test: {death.how}"
            raise RuntimeFailed(
                msg, do="see what they printed, above, and `spec14 info`", detail=death.output
            )

    def close(self) -> None:
        """End all workers at once."""
        for worker in list(self.workers):
            self.drop(worker)
