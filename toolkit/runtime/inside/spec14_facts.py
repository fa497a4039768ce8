"""Runs in WebAssembly: tells what can be seen of how the interpreter was started.

``same`` has to be equal after a plain start and after one from a memory snapshot, ``own`` has to
differ between any two interpreters.
"""

import asyncio
import contextlib
import io
import json
import locale
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
import uuid
from pathlib import Path
from typing import Any

import js
import spec14_channel
from pyodide.ffi import can_run_sync, run_sync

TESTS = """
import asyncio, os, pytest

@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    yield tmp_path_factory.mktemp("shared")

@pytest.mark.parametrize("number", [1, 2])
def test_passes(number, tmp_path, shared, monkeypatch, capsys, recwarn):
    monkeypatch.setenv("NUMBER", str(number))
    print("said", flush=True)
    assert capsys.readouterr().out == "said\\n"
    assert (tmp_path / "file").write_text("x") == 1
    assert asyncio.run(asyncio.sleep(0, number)) == number

def test_fails(capfd):
    os.write(1, b"written")
    assert capfd.readouterr().out == "other"

@pytest.mark.skipif("sys.platform == 'emscripten'")
def test_is_skipped():
    raise AssertionError
"""


def facts() -> dict[str, Any]:
    """Give the facts."""
    local = time.localtime()
    return {
        "same": {
            "sys.version": sys.version,
            "sys.path": list(sys.path),
            "sys.prefix": [sys.prefix, sys.base_prefix, sys.executable],
            "sys.flags": repr(sys.flags),
            "sys.warnoptions": sys.warnoptions,
            "sys.meta_path": [type(finder).__name__ for finder in sys.meta_path],
            "sys.stdout": [sys.stdout.encoding, sys.stdout.isatty(), sys.stdout.line_buffering],
            "sys.stdin": [sys.stdin.encoding, sys.stdin.read()],
            "recursion": [sys.getrecursionlimit(), _recursion()],
            "hash": [hash("spec14"), hash(b"spec14")],
            "os.environ": dict(os.environ),
            "os.getcwd": str(Path.cwd()),
            "os.listdir": sorted(os.listdir("/tmp")),  # noqa: S108, PTH208
            "locale": [locale.getlocale(), locale.getpreferredencoding()],
            "time zone": [time.timezone, time.altzone, time.daylight, time.tzname],
            "local time": [
                local.tm_gmtoff,
                local.tm_zone,
                abs(time.time() - js.Date.now() / 1000) < 1,
            ],
            "signals": repr([signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]),
            "run_sync": [can_run_sync(), run_sync(asyncio.sleep(0.001, 5))],
            "new modules": _new_modules(),
            "traceback": _traceback(),
            "pytest": _pytest(),
            "numpy": _numpy(),
        },
        "own": {
            "random": random.random(),  # noqa: S311
            "tempfile": tempfile.mktemp(),  # noqa: S306
            "uuid": str(uuid.uuid4()),
        },
    }


def _recursion() -> str:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        return str(error)
    return ""


def _new_modules() -> list[Any]:
    """Import what was written a moment ago, from a folder that was on the path before."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        sys.path.insert(0, folder)
        for name in ("spec14_first", "spec14_second"):
            # A finder sees that a folder has changed by its time, which is one of milliseconds.
            time.sleep(0.005)
            Path(folder, f"{name}.py").write_text("VALUE = 3\n")
            found.append(__import__(name).VALUE)
        sys.path.remove(folder)
    return found


def _traceback() -> str:
    try:
        json.loads("{")
    except ValueError:
        return traceback.format_exc()
    return ""


def _pytest() -> Any:
    try:
        import pytest  # noqa: PLC0415
    except ImportError:
        return None

    class Outcomes:
        def __init__(self) -> None:
            self.found: list[list[str]] = []

        def pytest_runtest_logreport(self, report: Any) -> None:
            self.found.append([report.nodeid, report.when, report.outcome, report.longreprtext])

    outcomes = Outcomes()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        Path(folder, "test_facts.py").write_text(TESTS)
        words = ["-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}", folder]
        words.append("--import-mode=importlib")
        code = pytest.main(words, plugins=[outcomes])
    sys.modules.pop("test_facts", None)
    # Below the working folder, or beside it, pytest names the folder without what is above it.
    chance = re.compile(rf"{re.escape(folder)}|{re.escape(Path(folder).name)}|(?<=0x)\w+")
    texts = [chance.sub("", found[3]) for found in outcomes.found]
    found = [[*found[:3], text] for found, text in zip(outcomes.found, texts, strict=True)]
    return [int(code), found]


def _numpy() -> Any:
    try:
        import numpy as np  # type: ignore[import-not-found, unused-ignore]  # noqa: PLC0415
    except ImportError:
        return None
    generator = np.random.default_rng(14)
    matrix = generator.normal(size=(4, 4))
    return [str(np.linalg.det(matrix)), np.fft.fft([1.0, 2.0]).real.tolist(), np.__version__]


if __name__ == "__main__":
    spec14_channel.send(json.dumps({"type": "facts", **facts()}))
