"""Examples in interpreters: a fresh one for each, several at a time, with a limit in time."""

import selectors
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from toolkit.errors import RuntimeFailed
from toolkit.runtime.interpreter import Interpreter, Message
from toolkit.verify.outcome import LIMIT, Example, Verdict, judge
from toolkit.verify.start import Prepared

SAID: Final = frozenset({"cell", "done", "failed", "end"})
"""What is said of cells, among all messages."""
REACT: Final = 5.0
"""Seconds an example has, once interrupted, to come to an end."""
START: Final = 120.0
"""Seconds for an interpreter to start."""


@dataclass(kw_only=True)
class Job:
    """An example in its interpreter.

    Attributes
    ----------
    example
        The example.
    interpreter
        Where it runs.
    begun, deadline
        Times of the monotonic clock, in seconds.
    told
        What came from it.
    pressed
        How far it has been pressed to end: 0, 1 (interrupted) or 2 (killed).
    """

    example: Example
    interpreter: Interpreter
    begun: float
    deadline: float
    told: list[Message] = field(default_factory=list)
    pressed: int = 0


def run_examples(
    prepared: Prepared,
    examples: Iterable[Example],
    *,
    workers: int,
    limit: float,
    done: Callable[[Verdict], None],
) -> None:
    """Run examples, each in an interpreter of its own.

    Parameters
    ----------
    prepared
        What each finds when it begins.
    examples
        What is run.
    workers
        How many at a time.
    limit
        Seconds that one may take, without the interpreter's start.
    done
        Told of each, as soon as it is known.

    Raises
    ------
    RuntimeFailed
        When an interpreter does not start: that is not its example's fault.
    """
    waiting = iter(examples)
    jobs: list[Job] = []
    try:
        while True:
            for example in _next(waiting, workers - len(jobs)):
                now = time.monotonic()
                job = Job(
                    example=example,
                    interpreter=Interpreter(prepared.start),
                    begun=now,
                    deadline=now + START,
                )
                job.interpreter.send(_wanted(example, prepared))
                jobs.append(job)
            if not jobs:
                return
            for job in _turn(jobs, limit):
                jobs.remove(job)
                done(_ended(job, limit))
    finally:
        for job in jobs:
            job.interpreter.end()


def _wanted(example: Example, prepared: Prepared) -> dict[str, Any]:
    """Give the message that says what is run (``inside/spec14_verify.py``)."""
    return {
        "cells": [
            {"source": cell.source, "error": cell.error or cell.may_raise} for cell in example.cells
        ],
        "folder": example.folder,
        "contents": str(prepared.contents),
        "packages": str(prepared.packages),
    }


def _next(waiting: Iterator[Example], count: int) -> Iterator[Example]:
    for _ in range(count):
        example = next(waiting, None)
        if example is None:
            return
        yield example


def _turn(jobs: list[Job], limit: float) -> list[Job]:
    """Wait for something to come; give the jobs whose interpreters have ended."""
    with selectors.DefaultSelector() as selector:
        for job in jobs:
            for end in job.interpreter.sources:
                selector.register(end, selectors.EVENT_READ, job)
            if job.interpreter.sink is not None:
                selector.register(job.interpreter.sink, selectors.EVENT_WRITE, job)
        patience = min(job.deadline for job in jobs) - time.monotonic()
        ready: dict[int, Job] = {
            id(key.data): key.data for key, _ in selector.select(max(0.0, patience))
        }
    for job in ready.values():
        for message in job.interpreter.read():
            if message["type"] == "ready":
                job.deadline = time.monotonic() + limit
            job.told.append(message)
    now = time.monotonic()
    for job in jobs:
        if now >= job.deadline:
            _press(job)
    return [job for job in jobs if not job.interpreter.sources]


def _press(job: Job) -> None:
    job.pressed += 1
    job.deadline = time.monotonic() + REACT
    if job.pressed == 1:
        job.interpreter.interrupt(signal.SIGUSR1)
    else:
        job.interpreter.end()


def _ended(job: Job, limit: float) -> Verdict:
    until = time.monotonic() + 5
    while job.interpreter.exit_code is None and time.monotonic() < until:
        time.sleep(0.005)
    died = _how(job, limit)
    tail = job.interpreter.tail().strip().splitlines()
    job.interpreter.end()
    if not any(message["type"] == "ready" for message in job.told):
        msg = "the interpreter for an example did not start"
        detail = "\n".join([died, *tail[-20:]])
        raise RuntimeFailed(msg, do="see `spec14 info`", detail=detail)
    found = judge(job.example, [one for one in job.told if one["type"] in SAID], died)
    last = "\n".join(tail[-20:]) if found.reason == died else ""
    return replace(found, got=found.got or last, seconds=round(time.monotonic() - job.begun, 2))


def _how(job: Job, limit: float) -> str:
    if job.pressed:
        return f"{LIMIT}{limit:g} s"
    for message in job.told:
        if message["type"] == "trap":
            return f"the interpreter was ended by {message['message']}"
        if message["type"] == "error":
            return str(message["text"]).splitlines()[0]
    code = job.interpreter.exit_code
    if code is not None and code < 0:
        return f"the interpreter ended with signal {-code}"
    return f"the interpreter ended with exit code {code}"
