"""Collection: by one worker, and again without a file when importing it ended the interpreter."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TextIO

from toolkit.errors import RuntimeFailed
from toolkit.runtime.interpreter import Message
from toolkit.testing.deaths import Death
from toolkit.testing.engine import Engine
from toolkit.testing.schedule import Test
from toolkit.testing.worker import Worker

KILLERS: Final = 50
"""So many files may end the interpreter that imports them."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the first worker says of itself.

    Attributes
    ----------
    config
        How its session is configured; ``None`` where there will be none, because pytest shows
        something and runs nothing (``--co``, ``--fixtures``) or has refused its arguments.
    code
        Its exit code, in that case.
    """

    config: Message | None = None
    code: int = 0


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What was collected.

    Attributes
    ----------
    tests
        In pytest's order.
    deselected
        Number of tests left out (``-k``, ``-m``, ``--lf``).
    lines
        What plugins say of it.
    messages
        Reports of what could not be collected, and warnings.
    killers
        Files whose import ended the interpreter, and how.
    errors
        Words of the usage error with which collection ended, if it did.
    code
        Exit code, where collection ended pytest.
    """

    tests: tuple[Test, ...] = ()
    deselected: int = 0
    lines: tuple[str, ...] = ()
    messages: tuple[tuple[Worker, Message], ...] = ()
    killers: tuple[tuple[str, Death], ...] = ()
    errors: tuple[str, ...] = ()
    code: int | None = None


def begin(engine: Engine, *, spare: int) -> Told:
    """Start the first worker, and spare ones beside it; give what it says of itself.

    Raises
    ------
    RuntimeFailed
        When it does not start, or dies before it says anything.
    """
    worker = engine.start("collect")
    for _ in range(spare):
        engine.start("run")
    plain = False
    while True:
        for other, message in engine.messages():
            if message is None:
                worker = _ended(engine, other, worker, plain=plain)
                continue
            engine.hear(other, message)
            match message["type"] if other is worker else None:
                case "plain":
                    plain = True
                    _show(worker, sys.stdout)
                case "end":
                    _rest(worker)
                    if not plain:
                        _show(worker, sys.stderr)
                    return Told(code=message["code"])
                case "config":
                    return Told(config=message)


def _ended(engine: Engine, ended: Worker, first: Worker, *, plain: bool) -> Worker:
    """Give the first worker; another one where it has ended."""
    death = engine.ended(ended)
    if ended is not first:
        return first  # a spare one: it dies again if it matters
    engine.count(death)
    if plain:
        raise RuntimeFailed(death.how, do="see the output above")
    return engine.start("collect")


def _show(worker: Worker, stream: TextIO) -> None:
    stream.write(worker.tail())
    stream.flush()
    worker.show = True


def _rest(worker: Worker) -> None:
    """Read what it still prints before it ends."""
    while worker.output is not None:
        worker.read()


def collect(engine: Engine) -> Collected:
    """Give what the first worker collects; it goes on as one of those that run tests.

    Raises
    ------
    RuntimeFailed
        When workers die outside of any file, or in very many.
    """
    killers: dict[str, Death] = {}
    messages: list[tuple[Worker, Message]] = []
    while True:
        for worker, message in engine.messages():
            if worker.role != "collect":
                if message is None:
                    engine.count(engine.ended(worker))
                else:
                    engine.hear(worker, message)
                continue
            if message is None:
                _again(engine, worker, killers)
                messages.clear()
                continue
            match message["type"]:
                case "collected":
                    return _collected(message, messages, killers)
                case "usage":
                    return Collected(errors=tuple(message["errors"]), code=4)
                case "exit" | "internal":
                    code = message.get("code") or (3 if message["type"] == "internal" else 2)
                    lines = (message.get("reason") or message.get("text", "")).splitlines()
                    return Collected(errors=tuple(lines), code=code, messages=tuple(messages))
                case "collectreport" | "warning":
                    messages.append((worker, message))
                case _:
                    engine.hear(worker, message)


def _again(engine: Engine, worker: Worker, killers: dict[str, Death]) -> None:
    file = worker.importing
    death = engine.ended(worker)
    if not file:
        engine.count(death)
    elif file in killers or len(killers) == KILLERS:
        msg = f"{len(killers) + 1} files end the interpreter that imports them: {death.how}"
        raise RuntimeFailed(msg, do=f"begin with {file}", detail=death.output)
    else:
        killers[file] = death
    engine.start("collect", tuple(killers))


def _collected(
    message: Message, messages: Sequence[tuple[Worker, Message]], killers: dict[str, Death]
) -> Collected:
    return Collected(
        tests=tuple(Test(**item) for item in message["items"]),
        deselected=message["deselected"],
        lines=tuple(message["lines"]),
        messages=tuple(messages),
        killers=tuple(killers.items()),
    )
