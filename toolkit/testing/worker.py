"""One interpreter that runs tests, and what is known of it from its messages."""

import enum
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.pins import RUNTIME
from toolkit.runtime.interpreter import Interpreter, Message, Start
from toolkit.testing.schedule import Batch

INSIDE: Final = Path(__file__).parent / "inside"
PLACE: Final = "/lib/spec14"
"""Where `INSIDE` is in the interpreter."""

AFTER: Final = {"setup": "call", "call": "teardown", "teardown": "teardown"}
"""Which phase of a test comes after the one that has been reported."""
REACT: Final = 5.0
"""Seconds a test has, once interrupted, to come to an end."""
ANSWER: Final = 7.0
"""Seconds for the answer where an interpreter stands, before it is killed."""
START: Final = 120.0
"""Seconds for an interpreter to start."""


class Watch(enum.Enum):
    """How far a worker that takes too long has been pressed."""

    FINE = enum.auto()
    INTERRUPTED = enum.auto()
    ASKED = enum.auto()
    KILLED = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Site:
    """What all workers of a run have in common.

    Attributes
    ----------
    python
        ``bin/python`` of the environment for the target.
    cwd
        Folder the tests run in.
    env
        Variables.
    words
        pytest's arguments.
    settings
        A file of JSON with what the sessions inside are told besides.
    snapshot
        A memory snapshot to start from.
    """

    python: Path
    cwd: Path
    env: Mapping[str, str]
    words: tuple[str, ...]
    settings: Path
    snapshot: Path | None = None

    def start(self, told: Mapping[str, Any]) -> Start:
        """Give how an interpreter is started.

        Parameters
        ----------
        told
            What its session is told besides `settings`.
        """
        every = {"file": str(self.settings), "args": list(self.words), **told}
        return Start(
            runtime=RUNTIME,
            python=self.python,
            cwd=self.cwd,
            module="pytest_spec14",
            env={**self.env, "SPEC14_TEST": json.dumps(every)},
            inside={PLACE: INSIDE},
            snapshot=self.snapshot,
        )


@dataclass
class Running:
    """A test that has started and not finished.

    Attributes
    ----------
    id
        pytest's.
    location
        File, line and name, as pytest gives them.
    phase
        The phase it is in: setup, call or teardown.
    ending
        Whether it is over, and the fixtures of the session are what ends.
    """

    id: str
    location: Sequence[Any]
    phase: str = "setup"
    ending: bool = False


class Worker(Interpreter):
    """An interpreter with the tests it was given.

    Parameters
    ----------
    site
        What it has in common with the others.
    name
        Its name, unique in the run.
    role
        "collect" or "run".
    killers
        Files that it must not import.
    """

    def __init__(self, site: Site, *, name: str, role: str, killers: Sequence[str] = ()) -> None:
        self.name = name
        self.role = role
        self.batch: Batch | None = None
        self.left: list[str] = []
        self.running: Running | None = None
        self.importing = ""
        self.known: dict[str, Any] = {}
        self.configured = False
        self.idle = False
        self.tests = 0
        self.heap = 0
        self.show = False
        self.seconds = 0.0
        self.snapshot = False
        self.watch = Watch.FINE
        self.why = ""
        self.deadline: float | None = time.monotonic() + START
        told = {"role": role, "worker": name, "killers": list(killers)}
        super().__init__(site.start(told))

    def on_output(self, data: bytes) -> None:
        """Show what it prints, with ``-s``."""
        if self.show:
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    def hear(self, message: Message, *, limit: float) -> None:
        """Keep what a message says.

        Parameters
        ----------
        message
            The message.
        limit
            Seconds until the next must come, where something works.
        """
        match message["type"]:
            case "ready":
                self.seconds = message["seconds"]
                self.snapshot = message["snapshot"]
            case "config":
                self.configured = True
                self.within(None)
            case "idle":
                self.idle = True
                self.within(None)
            case "collecting":
                self.importing = message["file"]
                self.within(limit)
            case "start" | "ending" | "report" | "finish":
                self._hear_of_test(message, limit=limit)
            case "where" if self.watch is Watch.ASKED:
                self.known["where"] = message
                self.kill()
            case "trap" | "leaving" | "internal" | "error" | "end" as kind:
                self.known[kind] = message
                if kind == "end" and self.running is not None and self.running.ending:
                    self.running = None

    def _hear_of_test(self, message: Message, *, limit: float) -> None:
        kind = message["type"]
        if kind == "report":
            if self.running is not None:
                self.running.phase = AFTER.get(message["data"]["when"], "call")
            return
        self.running = None
        self.within(limit)
        if kind == "finish":
            self.tests += 1
            self.heap = message["heap"]
            if message["id"] in self.left:
                self.left.remove(message["id"])
            return
        ending = kind == "ending"
        self.running = Running(
            id=message["id"],
            location=message["location"],
            phase="teardown" if ending else "setup",
            ending=ending,
        )

    def give(self, batch: Batch, *, limit: float | None) -> None:
        """Have it run a batch, the first message of which must come within `limit` seconds."""
        self.batch = batch
        self.left = list(batch.ids)
        self.importing = batch.file
        self.idle = False
        self.within(limit)
        cuts = [name for name in batch.ids if name in batch.cuts]
        self.send({"type": "run", "file": batch.file, "ids": list(batch.ids), "cuts": cuts})

    def within(self, seconds: float | None) -> None:
        """Expect something to come within a time; ``None``: whenever it likes."""
        self.watch = Watch.FINE
        self.why = ""
        self.deadline = time.monotonic() + seconds if seconds else None

    def press(self, why: str, number: int = signal.SIGUSR1) -> None:
        """Take the next step against a worker that takes too long.

        First it is interrupted, so that pytest itself tells where the test stands; then
        it is asked where it stands; then it is killed.
        """
        match self.watch:
            case Watch.FINE:
                self.why = why
                self.watch = Watch.INTERRUPTED
                self.deadline = time.monotonic() + REACT
                if self.running is not None:
                    self.interrupt(number)
                    return
                self.press(why)
            case Watch.INTERRUPTED:
                self.watch = Watch.ASKED
                self.deadline = time.monotonic() + ANSWER
                self.where()
            case Watch.ASKED:
                self.kill()
            case Watch.KILLED:
                self.deadline = None

    def kill(self) -> None:
        """End it; what it was doing is learned when its pipes close."""
        self.watch = Watch.KILLED
        self.deadline = None
        if self.exit_code is None:
            os.killpg(self.pid, signal.SIGKILL)
