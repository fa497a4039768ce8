"""Runs in WebAssembly: what goes into a memory snapshot, and what is made new after it.

Started from a snapshot, an interpreter has all that was in memory when it was made: the
environment, the state of random numbers, the time zone, what was known of folders.
"""

import contextlib
import gc
import importlib
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable


def prepare(modules: Iterable[str]) -> None:
    """Import modules, and leave nothing behind that depends on this process."""
    for module in modules:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(module)
    if "_pytest.config" in sys.modules:
        for plugin in sys.modules["_pytest.config"].default_plugins:
            importlib.import_module(f"_pytest.{plugin}")
    sys.path_importer_cache.clear()
    gc.collect()


def renew(variables: Iterable[str]) -> None:
    """Make new what a start would have made; `variables` are ``NAME=value``."""
    library_path = os.environ.get("LD_LIBRARY_PATH")
    os.environ.clear()
    for variable in variables:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    if library_path is not None:
        os.environ["LD_LIBRARY_PATH"] = library_path  # Pyodide's own, from sys.prefix
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    random.seed()
    tempfile._name_sequence = None  # type: ignore[attr-defined]  # noqa: SLF001
    tempfile.tempdir = None
    logging._startTime = time.time_ns()  # type: ignore[attr-defined]  # noqa: SLF001
    _renew_time_zone()


def _renew_time_zone() -> None:
    # There is no time.tzset in WebAssembly. Like init_timezone of CPython's timemodule.c (3.14),
    # which looks at the first days of January and July.
    year = time.localtime().tm_year
    january, july = (
        time.localtime(time.mktime((year, month, 1, 12, 0, 0, 0, 0, -1))) for month in (1, 7)
    )
    standard, summer = sorted((january, july), key=lambda moment: moment.tm_gmtoff)
    time.timezone, time.altzone = -standard.tm_gmtoff, -summer.tm_gmtoff
    time.daylight = int(standard.tm_gmtoff != summer.tm_gmtoff)
    time.tzname = (standard.tm_zone, summer.tm_zone)
