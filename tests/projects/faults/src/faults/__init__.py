"""Ways to end an interpreter in WebAssembly, or to keep it busy for ever."""

import collections
import itertools


def leave():
    """End the process without a word."""
    import os

    os._exit(3)


def abort():
    """Call C's abort."""
    import os

    os.abort()


def trap():
    """Call a function that is not there."""
    import ctypes

    ctypes.CFUNCTYPE(None)(0x7FFFFFF)()


def overflow():
    """Recurse in C until the stack is full."""
    import sys

    sys.setrecursionlimit(2**30)
    nested = []
    for _ in range(1_000_000):
        nested = [nested]
    repr(nested)


def killed():
    """Be ended from outside, as the kernel does when memory runs out."""
    import js

    js.process.kill(js.process.pid, "SIGKILL")


def loop_in_c():
    """Never return to Python, which therefore sees no signal."""
    collections.deque(itertools.count(), maxlen=0)


def loop_in_python():
    """Never end."""
    while True:
        pass


def wait_for_ever():
    """Wait for a promise that nobody resolves."""
    import js
    from pyodide.ffi import run_sync

    run_sync(js.Promise.new(lambda *_: None))


def fill():
    """Ask for memory until there is none."""
    import os

    os.environ["filled"] = "yes"
    kept = []
    while True:
        kept.append(bytes(64 << 20))


def fill_javascript():
    """Have JavaScript ask for memory until Node gives up."""
    from pyodide.code import run_js

    run_js("const kept = []; for (;;) kept.push(new Array(1000).fill({}))")
