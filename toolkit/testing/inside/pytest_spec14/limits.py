"""Time limits, and the ways to leave the interpreter that it can itself tell of.

The process that deals out the tests measures the time. It raises a signal here first: the
handler fails the test where it stands, and pytest reports it with a traceback.
"""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final, NoReturn

import pytest

from pytest_spec14 import channel, wire

TEST_OVERDUE: Final = signal.SIGUSR1
RUN_OVERDUE: Final = signal.SIGUSR2
OUTPUT: Final = 8_000
"""Characters of captured output that go with the last words."""


class State:
    """Whether a test is running: between tests there is nobody to fail."""

    running = False


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Say that a test runs."""
    State.running = True
    try:
        yield
    finally:
        State.running = False


def watch(config: pytest.Config, *, timeout: float) -> None:
    """Set the handlers of the limits, and see who leaves the interpreter.

    Parameters
    ----------
    config
        Whose captured output is told.
    timeout
        Seconds a test may take, for the message.
    """

    def overdue(number: int, frame: FrameType | None) -> None:
        del frame
        __tracebackhide__ = True
        if State.running:
            said = {
                TEST_OVERDUE: f"[time limit] the test took more than {timeout:g} s",
                RUN_OVERDUE: "[time limit] the time limit of the whole run was reached",
            }
            pytest.fail(said[signal.Signals(number)])

    signal.signal(TEST_OVERDUE, overdue)
    signal.signal(RUN_OVERDUE, overdue)
    os._exit = _told(config, os._exit, "os._exit")
    os.abort = _told(config, os.abort, "os.abort")


def _told(
    config: pytest.Config, leave: Callable[..., NoReturn], name: str
) -> Callable[..., NoReturn]:
    def leaving(*values: Any) -> NoReturn:
        frame = sys._getframe(1)  # noqa: SLF001
        channel.send(
            "leaving",
            call=f"{name}({', '.join(map(repr, values))})",
            stack="".join(traceback.format_stack(frame)[-12:]),
            output=_captured(config),
        )
        leave(*values)

    return leaving


def _captured(config: pytest.Config) -> str:
    capture: Any = config.pluginmanager.getplugin("capturemanager")
    if capture is None or not capture.is_globally_capturing():
        return ""
    out, err = capture.read_global_capture()
    return wire.cut(f"{out}{err}", OUTPUT)
