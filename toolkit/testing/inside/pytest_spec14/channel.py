"""Messages between a worker and the process that deals out the tests: JSON, one a line.

In WebAssembly the JavaScript module ``spec14_channel`` carries them; where there is none
(CPython on a host) they go over the file descriptors 3 (out) and 4 (in) themselves.
"""

import functools
import importlib
import json
import os
from collections.abc import Mapping
from typing import Any, Final, Protocol

OUT: Final = 3
IN: Final = 4


class Carrier(Protocol):
    """What carries the lines."""

    def send(self, text: str) -> None:
        """Send a line."""

    def receive(self) -> str:
        """Wait for a line; an empty one when there will be none."""

    def heap(self) -> int:
        """Give the size of the interpreter's memory in bytes."""


class Descriptors:
    """The lines over file descriptors.

    Parameters
    ----------
    out, into
        Descriptors: written to and read from.
    """

    def __init__(self, out: int = OUT, into: int = IN) -> None:
        self._out = out
        self._in = open(into, encoding="utf-8", closefd=False)  # noqa: SIM115

    def send(self, text: str) -> None:
        """Write a line."""
        data = f"{text}\n".encode()
        while data:
            data = data[os.write(self._out, data) :]

    def receive(self) -> str:
        """Read a line."""
        return self._in.readline()

    def heap(self) -> int:
        """Give 0: a host's process has no one memory."""
        return 0


@functools.cache
def carrier() -> Carrier:
    """Give what carries the lines here."""
    try:
        module: Carrier = importlib.import_module("spec14_channel")
    except ModuleNotFoundError:
        return Descriptors()
    return module


def send(kind: str, /, **values: Any) -> None:
    """Send a message.

    Parameters
    ----------
    kind
        Its type.
    values
        The rest of it; what JSON cannot hold goes as its ``repr``.
    """
    # ASCII only: lone surrogates (names of files, invalid output) must arrive as they are.
    carrier().send(json.dumps({"type": kind, **values}, default=repr))


def receive() -> Mapping[str, Any]:
    """Wait for a message; ``end`` when the other side is gone."""
    line = carrier().receive()
    message: Mapping[str, Any] = json.loads(line) if line.strip() else {"type": "end"}
    return message


def heap() -> int:
    """Give the size of the interpreter's memory in bytes."""
    return carrier().heap()
