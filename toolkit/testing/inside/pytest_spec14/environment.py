"""What is put right in the interpreter itself before tests are imported.

Each is a line that projects write into their conftest by hand, or something that would end the
interpreter. All was seen with Pyodide 314.0.6; tests/integration/test_testing_platform.py
fails for one that is no longer needed.
"""

import asyncio
import errno
import functools
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Coroutine
from contextvars import Context
from pathlib import Path
from typing import Any, NoReturn

from pytest_spec14.causes import here


def prepare() -> None:
    """Put everything right; nothing is done outside WebAssembly, or twice."""
    if here():
        name_threads()
        refuse_listening()
        leave_running_loop()
        move_home()


def name_threads() -> None:
    """Give ``threading.get_native_id``: the one thread's, which on Linux is the process's.

    CPython has it where the C library tells (``Python/thread_pthread.h``, 3.14).
    """
    if not hasattr(threading, "get_native_id"):
        threading.get_native_id = os.getpid
        sys.modules["_thread"].get_native_id = os.getpid  # type: ignore[attr-defined]
        threading.Thread.native_id = property(_native_id)  # type: ignore[assignment, method-assign]


def _native_id(thread: threading.Thread) -> int | None:
    return os.getpid() if thread.is_alive() else None


def refuse_listening() -> None:
    """Let ``socket.listen`` raise.

    Emscripten's asks Node for the package "ws" (``src/lib/libsockfs.js``, 5.0.3), and without it
    the interpreter dies. ``socketpair`` and every server come here.
    """
    socket.socket.listen = _no_listening  # type: ignore[method-assign, assignment]


def _no_listening(self: socket.socket, backlog: int = 0, /) -> NoReturn:
    del self, backlog
    raise OSError(errno.ENOTSUP, f"{sys.platform} does not support sockets that listen.")


def leave_running_loop() -> None:
    """Let ``asyncio.Runner`` run: pytest-asyncio and ``IsolatedAsyncioTestCase`` use it.

    Pyodide has patched ``asyncio.run`` (``pyodide/webloop.py``, 314.0), not the runner, which
    refuses to run in a running loop; here one always is, and stack switching makes it no fault.
    """
    original = asyncio.Runner.run
    if not hasattr(original, "spec14"):
        asyncio.Runner.run = _outside_loop(original)  # type: ignore[method-assign]


def _outside_loop(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def run(
        self: asyncio.Runner, coro: Coroutine[Any, Any, Any], *, context: Context | None = None
    ) -> Any:
        loop = asyncio._get_running_loop()  # noqa: SLF001 - documented for loops' authors
        asyncio._set_running_loop(None)  # noqa: SLF001
        try:
            return original(self, coro, context=context)
        finally:
            asyncio._set_running_loop(loop)  # noqa: SLF001

    run.spec14 = True  # type: ignore[attr-defined]
    return run


def move_home() -> None:
    """Put the home folder into memory where it is the project's.

    The launcher of ``pyodide venv`` makes the working folder the home: caches in ``~`` (those of
    matplotlib, for instance) would be written between the project's files.
    """
    home = Path.home()
    if home == Path.cwd() or not home.is_dir():
        os.environ["HOME"] = tempfile.mkdtemp(prefix="home-")
