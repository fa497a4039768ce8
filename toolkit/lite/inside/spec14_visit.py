"""Runs in WebAssembly: what goes into the kernel's memory snapshot, and what each visit makes new.

A snapshot has all that was in memory when it was made, on another machine and long ago: the state
of random numbers, the time zone, the environment, what was known of folders and of packages.
"""

import gc
import importlib
import importlib.util
import json
import locale
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import spec14_restored

PREPARING: Final = (
    *("spec14_cells", "spec14_data", "spec14_drive", "spec14_later"),
    *("spec14_packages", "spec14_site"),
)
"""What prepares a kernel for its first cell (``spec14-prepare.mjs``)."""

_set: dict[str, str] = {}
"""Environment variables that the kernel's own modules have set."""

_home: dict[str, bytes | None] = {}
"""What they have made in the home folder: files' contents; ``None`` for a folder."""

_main: list[ModuleType] = []
"""The module ``__main__`` of the kernel: IPython puts one of its own in the place of Python's."""


def prepare(modules: Iterable[str], magic: str) -> str:
    """Import modules, and leave nothing behind that depends on this process.

    Parameters
    ----------
    modules
        Their names, in the order in which they are imported.
    magic
        The magic number of the byte code that lies beside them, as hexadecimal digits.

    Returns
    -------
    str
        JSON: the names of the modules in the snapshot.

    Raises
    ------
    ImportError
        When one is missing, or the byte code is not for this Python.
    """
    if importlib.util.MAGIC_NUMBER.hex() != magic:
        msg = f"the byte code is for {magic}, this Python's is {importlib.util.MAGIC_NUMBER.hex()}"
        raise ImportError(msg)
    os.environ.pop("PYTHONHASHSEED", None)
    before, main = dict(os.environ), sys.modules["__main__"]
    for module in modules:
        importlib.import_module(module)
    _main.append(sys.modules["__main__"])
    # Pyodide takes that one for its globals when it starts, before anything of the kernel's.
    sys.modules["__main__"] = main
    for path in sorted(Path.home().rglob("*")):
        _home[str(path)] = None if path.is_dir() else path.read_bytes()
    _set.update({key: value for key, value in os.environ.items() if before.get(key) != value})
    for module in PREPARING:
        importlib.import_module(module)
    sys.path_importer_cache.clear()
    _drop_tracebacks()
    gc.collect()
    return json.dumps(sorted(sys.modules))


def _drop_tracebacks() -> None:
    """Let go of the last error's frames: they hold whatever their functions were given."""
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)


def make_new(variables: Iterable[str], agent: str) -> None:
    """Make new what a start would have made.

    Parameters
    ----------
    variables
        ``NAME=value``, as libc would give them to a program.
    agent
        What the browser calls itself.
    """
    spec14_restored.renew(variables)
    os.environ.update({key: value for key, value in _set.items() if key not in os.environ})
    # As Python does when it starts.
    locale.setlocale(locale.LC_CTYPE, "")
    sys.modules["__main__"] = _main[0]
    for path, content in _home.items():
        if content is None:
            Path(path).mkdir(exist_ok=True)
        else:
            Path(path).write_bytes(content)
    # Pyodide puts it there at each start (finalizeSetup of src/js/pyodide.ts, 314.0).
    while sys.path.count("") > 1:
        sys.path.remove("")
    info = vars(sys)["_emscripten_info"]
    vars(sys)["_emscripten_info"] = type(info)((info[0], agent, *info[2:]))
    _renew_lock()


def renew(variables: Iterable[str], agent: str) -> str:
    """Do that, and say what went wrong; empty if nothing did.

    An exception would reach JavaScript without its text: Pyodide reads that from the standard
    error, which is the kernel's own stream by now (``wrap_exception`` of error_handling.c, 314.0).
    """
    try:
        make_new(variables, agent)
    except Exception as error:  # noqa: BLE001 - whatever it is, an ordinary start follows
        return f"{type(error).__name__}: {error}"
    return ""


def _renew_lock() -> None:
    """Give micropip the lock of this site: it took a copy when it was imported.

    ``micropip._compat`` 0.11.1; others hold the same dictionaries, so they are filled anew.
    """
    import pyodide_js  # noqa: PLC0415 - in WebAssembly only

    held: Any = importlib.import_module("micropip._compat")
    for old, now in (
        (held.LOCKFILE_PACKAGES, pyodide_js._api.lockfile_packages),  # noqa: SLF001
        (held.LOCKFILE_INFO, pyodide_js._api.lockfile_info),  # noqa: SLF001
    ):
        old.clear()
        old.update(now.to_py())
    for place in (held, held.compatibility_layer):
        place.lockfile_base_url = pyodide_js.lockfileBaseUrl
