"""One interpreter in WebAssembly: a Node process that is spoken to in messages.

It runs ``python -m MODULE`` on the Pyodide runtime with the packages of one environment. Three
pipes lead to it beside its output: messages to us, messages to it (lines of JSON; inside, the
module ``spec14_channel`` has ``send(text)``, ``receive()`` and ``heap()``), and one to a thread
of its process that answers whatever the interpreter does. When the last is closed, as it is when
this process dies, so does the other.
"""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from toolkit.errors import RuntimeFailed
from toolkit.process import find_tool, started

NODE_FLAGS: Final = ("--experimental-wasm-stack-switching",)
"""Node 20 to 24 hide JavaScript promise integration (``run_sync``) behind it."""

HERE: Final = Path(__file__).parent
TAIL: Final = 64 * 1024
"""Bytes that are kept of what an interpreter wrote."""

FIXED: Final = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}

type Message = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Start:
    """How an interpreter is started.

    Attributes
    ----------
    runtime
        Folder of the Pyodide runtime.
    python
        ``bin/python`` of the environment whose packages it has.
    cwd
        Folder it runs in, on the host. The host's folders are shown under their own names,
        except ``/tmp``, which is in its memory (but for the folder there that `cwd` is in).
    module
        What it runs, as ``python -P -m`` does.
    args
        Arguments of the module.
    env
        All of its environment; `FIXED` is added.
    inside
        Folders added to ``sys.path``, by the names they get in the interpreter.
    snapshot
        A memory snapshot to start from; ``None`` for a plain start.
    prepare
        A module of JavaScript and a JSON file, on the host: ``prepare(content of the file)`` is
        called before `module` runs. Not when a snapshot is made.
    """

    runtime: Path
    python: Path
    cwd: Path
    module: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    inside: Mapping[str, Path] = field(default_factory=dict)
    snapshot: Path | None = None
    prepare: tuple[Path, Path] | None = None


def settings(start: Start) -> dict[str, Any]:
    """Give what the scripts in ``node`` are told of a start, as JSON holds it."""
    shown = {"/lib/spec14-runtime": HERE / "inside", **start.inside}
    return {
        "runtime": str(start.runtime),
        "program": str(start.python),
        "cwd": str(start.cwd),
        "env": {**start.env, **FIXED},
        "shown": {place: str(folder) for place, folder in shown.items()},
        "module": start.module,
        "args": list(start.args),
        "snapshot": str(start.snapshot) if start.snapshot else None,
        "prepare": [str(path) for path in start.prepare] if start.prepare else None,
    }


class Interpreter:
    """A running interpreter; a context manager that ends it.

    Parameters
    ----------
    start
        How it is started.

    Raises
    ------
    ToolMissing
        When there is no Node.
    """

    def __init__(self, start: Start) -> None:
        self.start = start
        self._open = contextlib.ExitStack()
        self._mine: set[int] = set()
        self._open.callback(self._close_pipes)
        self._lines = bytearray()
        self._unsent = bytearray()
        self._tail = bytearray()
        self._written = 0
        try:
            self._spawn()
        except BaseException:
            self._open.close()
            raise

    def _spawn(self) -> None:
        messages, child_send = self._pipe()
        child_receive, self._orders = self._pipe()
        child_control, self._control = self._pipe()
        ends = {"send": child_send, "receive": child_receive, "control": child_control}
        words: list[str | Path] = [find_tool("node"), *NODE_FLAGS, HERE / "node" / "worker.mjs"]
        child = started(
            [*words, json.dumps({**settings(self.start), "fds": ends})],
            cwd=self.start.cwd,
            env={**self.start.env, **FIXED},
            own_env=True,
            stdout=subprocess.PIPE,
            pass_fds=tuple(ends.values()),
        )
        self._child = self._open.enter_context(child)
        for end in ends.values():
            os.close(end)
        self._mine.difference_update(ends.values())
        assert self._child.stdout is not None  # noqa: S101 - for mypy
        self.messages: int | None = messages
        self.output: int | None = self._child.stdout.fileno()
        for end in (messages, self._orders, self._control, self.output):
            os.set_blocking(end, False)

    def _pipe(self) -> tuple[int, int]:
        ends = os.pipe()
        self._mine.update(ends)
        return ends

    def _close_pipes(self) -> None:
        while self._mine:
            os.close(self._mine.pop())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """Its process, which leads a group of its own."""
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code; negative for the signal that ended it; ``None`` while it runs."""
        return self._child.poll()

    @property
    def sources(self) -> tuple[int, ...]:
        """File descriptors to wait for; call `read` when one has something.

        Empty when it has closed them all, as a process that has ended has.
        """
        return tuple(end for end in (self.messages, self.output) if end is not None)

    @property
    def sink(self) -> int | None:
        """File descriptor to wait for to be written to, while messages to it are unsent."""
        return self._orders if self._unsent else None

    def send(self, message: Message) -> None:
        """Send a message; what the pipe does not take now goes with later calls of `read`.

        Nothing is said when it is dead: `sources` will say that.
        """
        self._unsent += json.dumps(message).encode() + b"\n"
        self._flush()

    def read(self) -> list[Message]:
        """Give the messages that are there, without waiting; keep the tail of the output."""
        self._flush()
        self._read_output()
        if self.messages is None:
            return []
        data = _read(self.messages)
        if data is None:
            os.close(self.messages)
            self._mine.discard(self.messages)
            self.messages = None
            return []
        self._lines += data
        *lines, rest = self._lines.split(b"\n")
        self._lines = bytearray(rest)
        return [self._message(bytes(line)) for line in lines]

    def _message(self, line: bytes) -> Message:
        try:
            message = json.loads(line)
        except ValueError as error:
            msg = f"the interpreter sent something that is no message: {line[:80]!r}"
            raise RuntimeFailed(msg, do="see `spec14 info`") from error
        return dict(message)

    def _read_output(self) -> None:
        if self.output is None:
            return
        data = _read(self.output)
        if data is None:
            self.output = None
            return
        self._written += len(data)
        self._tail += data
        del self._tail[:-TAIL]
        self.on_output(data)

    def on_output(self, data: bytes) -> None:
        """Take what it wrote on its two outputs: nothing is done with it here."""

    @property
    def written(self) -> int:
        """How many bytes it has written on its outputs."""
        return self._written

    def tail(self) -> str:
        """Give the last of what it wrote; bytes that are not UTF-8 are shown as escapes."""
        return self._tail.decode("utf-8", "backslashreplace")

    def interrupt(self, number: int = signal.SIGINT) -> None:
        """Have Python's handler for a signal run inside.

        It runs between two instructions of Python, and when Python waits for a promise;
        not in the middle of a function in C.
        """
        self._order(f"interrupt {int(number)}")

    def where(self) -> None:
        """Ask where it stands; the answer is a message of type ``where``.

        ``state`` is ``running`` (``stack``: functions of JavaScript and WebAssembly, the
        innermost first; ``traceback``: Python's), ``waiting`` for a promise, or ``unknown`` when it
        did not stop within five seconds, in a system call for instance.
        """
        self._order("where")

    def _order(self, text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._control, text.encode() + b"\n")

    def _flush(self) -> None:
        while self._unsent:
            try:
                sent = os.write(self._orders, self._unsent)
            except BlockingIOError:
                return
            except BrokenPipeError:
                self._unsent.clear()
                return
            del self._unsent[:sent]

    def end(self) -> None:
        """End its process group, at once; what it had written is read first."""
        with contextlib.suppress(ProcessLookupError):
            if self._child.poll() is None:
                os.killpg(self._child.pid, signal.SIGKILL)
        self._open.close()
        self.messages = self.output = None


def _read(end: int) -> bytes | None:
    """Give what a pipe holds, without waiting; ``None`` when it is closed."""
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(end, 1 << 16)
        except BlockingIOError:
            return b"".join(parts)
        if not part:
            return b"".join(parts) or None
        parts.append(part)
        if len(parts) == 64:  # noqa: PLR2004 - others have their turn after 4 MiB
            return b"".join(parts)
