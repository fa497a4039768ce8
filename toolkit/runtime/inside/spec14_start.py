"""Runs in WebAssembly: starts the main module, and makes waiting for a promise interruptible."""

import asyncio
import functools
import runpy
import sys
import traceback
from collections.abc import Awaitable, Callable
from types import FrameType

import pyodide.ffi
import pyodide.webloop
import spec14_wake

_waiting: list[FrameType] = []


def run(module: str, arguments: object) -> int:
    """Run a module as ``python -P -m`` does, and give the exit code."""
    sys.path[:] = [folder for folder in sys.path if folder]
    sys.argv[:] = [module, *map(str, arguments)]  # type: ignore[call-overload]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
        if code is None or isinstance(code, int):
            return code or 0
        print(code, file=sys.stderr)
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


def interruptible[T](run_sync: Callable[[Awaitable[object]], object]) -> Callable[[Awaitable[T]], T]:
    """Make ``run_sync`` return to Python when a signal has arrived, so that its handler runs.

    While WebAssembly is suspended nobody looks at the interrupt buffer. JavaScript, which is
    told of the signal, ends the wait; afterwards it is begun again unless a handler raised.
    """

    @functools.wraps(run_sync)
    def wait(awaitable: Awaitable[T]) -> T:
        if not pyodide.ffi.can_run_sync():
            return run_sync(awaitable)  # type: ignore[return-value] # raises what it should
        future = asyncio.ensure_future(awaitable)
        _waiting.append(sys._getframe())  # noqa: SLF001
        try:
            while not future.done():
                wake = spec14_wake.create()
                future.add_done_callback(lambda _future, wake=wake: wake.done())
                run_sync(wake.promise)
        except BaseException:
            future.cancel()
            raise
        finally:
            _waiting.pop()
        return future.result()

    return wait


pyodide.ffi.run_sync = pyodide.webloop.run_sync = interruptible(pyodide.ffi.run_sync)
