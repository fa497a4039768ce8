"""Runs in WebAssembly: starts the main module, and makes waiting for a promise interruptible."""

import asyncio
import functools
import runpy
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable
from types import FrameType
from typing import Any

import pyodide.ffi
import pyodide.webloop
import spec14_wake

type RunSync = Callable[[Awaitable[Any]], Any]

_waiting: list[FrameType] = []


def run(module: str, arguments: Iterable[str]) -> int:
    """Run a module as ``python -P -m`` does, and give the exit code."""
    sys.path[:] = [folder for folder in sys.path if folder]
    sys.argv[:] = [module, *map(str, arguments)]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
        if code is None or isinstance(code, int):
            return code or 0
        sys.stderr.write(f"{code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - the interpreter's own last resort
        traceback.print_exc()
        return 1
    else:
        return 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def waiting() -> str:
    """Give the traceback of what waits for a promise."""
    if not _waiting:
        return ""
    return "".join(traceback.format_stack(_waiting[-1]))


def interruptible[T](
    run_sync: Callable[[Awaitable[object]], object],
) -> Callable[[Awaitable[T]], T]:
    """Make ``run_sync`` return to Python when a signal has arrived, so that its handler runs.

    While WebAssembly is suspended nobody looks at the interrupt buffer. JavaScript, which is
    told of the signal too, ends the wait; it is begun again unless the handler raised.
    """

    @functools.wraps(run_sync)
    def wait(awaitable: Awaitable[Any]) -> Any:
        if not pyodide.ffi.can_run_sync():
            return run_sync(awaitable)  # which raises
        future = asyncio.ensure_future(awaitable)
        _waiting.append(sys._getframe(1))  # noqa: SLF001
        try:
            while not future.done():
                _wait_once(run_sync, future)
        except BaseException:
            future.cancel()
            raise
        finally:
            _waiting.pop()
        return future.result()

    return wait


def _wait_once(run_sync: RunSync, future: asyncio.Future[Any]) -> None:
    wait = spec14_wake.begin()
    future.add_done_callback(lambda _future: wait.end())
    try:
        run_sync(wait.promise)
    finally:
        number = spec14_wake.over()
    if number:
        signal.raise_signal(number)


pyodide.ffi.run_sync = pyodide.webloop.run_sync = interruptible(pyodide.ffi.run_sync)
