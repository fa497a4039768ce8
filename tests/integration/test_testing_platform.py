"""The test plugin in the real runtime: everything its data say is tried there."""

import json
import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.integration.conftest import PROJECTS
from toolkit.testing.platform import FILE, INSIDE, platform
from toolkit.wheels.environment import environment_with

NAMES: Final = ("iniconfig", "numpy", "packaging", "pluggy", "pygments", "pytest")
SKIPPED: Final = {
    "test_a_thread": "threads",
    "test_a_pool_of_threads": "threads",
    "test_a_pool_of_processes": "processes",
    "test_multiprocessing": "processes",
    "test_a_queue_between_processes": "processes",
    "test_shared_memory": "processes",
    "test_a_subprocess": "processes",
    "test_popen": "processes",
    "test_a_server": "sockets",
    "test_a_socket_that_listens": "sockets",
    "test_a_pair_of_sockets": "sockets",
    "test_a_page": "sockets",
    "test_an_alarm": "signals",
    "test_a_loop_of_its_own": "sockets",
    "test_a_library_that_translates": "modules",
    "test_a_library_that_says_from_what": "system",
    "test_several_at_once": "system",
    "test_another_error_was_expected": "system",
    "test_a_fixture": "sockets",
    "test_another_failure_was_expected": "system",
}

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def python(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of an environment for the runtime, with pytest and NumPy."""
    # The launcher shows the folder of /tmp that the working folder lies in.
    folder = tmp_path_factory.mktemp("platform")
    wheels = [
        wheel
        for name in NAMES
        for wheel in (toolchain / "wheelhouse" / "target").glob(f"{name}-*.whl")
    ]
    return environment_with(folder / "env", wheels, what="the plugin's tests").python


@pytest.fixture(scope="module")
def suite(python: Path) -> Run:
    """Give pytest with the plugin, under Pyodide in Node."""

    def run(
        *words: str, told: Mapping[str, Any] | None = None, plugin: bool = True
    ) -> subprocess.CompletedProcess[str]:
        loaded = ["-p", "pytest_spec14.plugins"] if plugin else []
        root = str(PROJECTS / "platform")
        # What stands above it is for our own tests.
        place = ["--rootdir", root, "--confcutdir", root, "-c", os.devnull]
        return subprocess.run(
            [python, "-m", "pytest", *loaded, "-p", "no:cacheprovider", *place, "-rA", *words],
            cwd=python.parents[2],
            env={
                **os.environ,
                "PYTHONPATH": str(INSIDE),
                "PYTHONDONTWRITEBYTECODE": "1",
                "SPEC14_TEST": json.dumps(told or {}),
                "COLUMNS": "300",
            },
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def results(suite: Run, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ET.Element]:
    """Give the whole example's results by the names of tests."""
    report = tmp_path_factory.mktemp("report") / "junit.xml"
    done = suite(str(PROJECTS / "platform" / "tests"), f"--junitxml={report}")
    assert done.returncode == 1, done.stdout + done.stderr
    cases = ET.parse(report).getroot().iter("testcase")
    return {f"{case.get('classname')}.{case.get('name')}": case for case in cases}


def of_file(results: Mapping[str, ET.Element], name: str) -> dict[str, ET.Element]:
    return {
        key.rpartition(f"{name}.")[2]: case
        for key, case in results.items()
        if f".{name}." in f".{key}"
    }


def skip_reason(case: ET.Element) -> str:
    found = case.find("skipped")
    return "" if found is None else str(found.get("message"))


def test_each_entry_of_the_data(results: Mapping[str, ET.Element]) -> None:
    tried = of_file(results, "test_rules")
    assert len(tried) > 150
    wrong = {}
    for name, case in tried.items():
        (said,) = (one.get("value") for one in case.iter("property") if one.get("name") == "cause")
        cause = platform()[str(said)]
        failure = case.find("failure")
        fits = skip_reason(case).startswith(cause.reason) if cause.skip else failure is not None
        if not fits:
            wrong[name] = ET.tostring(case, encoding="unicode")[:500]
    assert wrong == {}


THERE: Final = """
import importlib, importlib.util, json, sys
modules = [name for name in sorted(sys.stdlib_module_names) if importlib.util.find_spec(name)]
names = {
    name: [one for one in dir(module) if one[0] != "_" and callable(getattr(module, one))]
    for name in sys.argv[1:]
    for module in [importlib.import_module(name)]
}
print(json.dumps([modules, names]))
"""


def test_nothing_is_missing_in_the_data(python: Path) -> None:
    """When this fails after a move of the pins, add what it names to ``platform.toml``."""
    known = tomllib.loads(FILE.read_text("utf-8"))
    modules = {name for names in known["modules"].values() for name in names}
    names = {
        (module, name)
        for tables in known["names"].values()
        for module, names in tables.items()
        for name in names
    }
    words = ["-c", THERE, *sorted({module for module, _ in names})]
    there, here = (
        json.loads(subprocess.run([one, *words], capture_output=True, text=True, check=True).stdout)
        for one in (sys.executable, python)
    )
    support = {name for name in there[0] if name.endswith("_support")}  # of other systems
    assert set(there[0]) - set(here[0]) - support - modules == set()
    missing = {
        (module, name)
        for module in there[1]
        for name in set(there[1][module]) - set(here[1][module])
    }
    assert missing - names == set()


def test_tests_as_projects_have_them(results: Mapping[str, ET.Element]) -> None:
    cases = of_file(results, "test_skipped")
    assert set(cases) == set(SKIPPED)
    reasons = {name: skip_reason(case) for name, case in cases.items()}
    wrong = {
        name: reasons[name]
        for name, cause in SKIPPED.items()
        if not reasons[name].startswith(platform()[cause].reason)
    }
    assert wrong == {}


def test_a_module_that_cannot_be_imported(results: Mapping[str, ET.Element]) -> None:
    (case,) = (case for name, case in results.items() if name.endswith("tests.test_import"))
    found = case.find("skipped")
    assert found is not None
    assert "No module named 'resource'" in str(found.text)


def test_verdicts_stay_failures(results: Mapping[str, ET.Element]) -> None:
    cases = of_file(results, "test_failed")
    assert len(cases) == 11
    assert [name for name, case in cases.items() if case.find("failure") is None] == []


def test_what_was_put_right(results: Mapping[str, ET.Element]) -> None:
    cases = of_file(results, "test_passed")
    assert len(cases) >= 9
    assert {
        name: ET.tostring(case, encoding="unicode")
        for name, case in cases.items()
        if len(case)
        and any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
    } == {}


def test_markers(results: Mapping[str, ET.Element]) -> None:
    cases = of_file(results, "test_markers")
    skipped = {name for name, case in cases.items() if case.find("skipped") is not None}
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert skipped == {"test_skipped", "test_xfailed", "test_xfailed_of_the_project"}
    assert failed == {"test_xpassed_strictly"}


UNMENDED: Final = """
import asyncio, os, signal, subprocess, sys, threading

def test_threads_have_no_native_id():
    assert not hasattr(threading, "get_native_id")

def test_runner_refuses():
    async def nothing():
        pass
    coroutine = nothing()
    try:
        asyncio.Runner().run(coroutine)
    except RuntimeError as error:
        assert "running event loop" in str(error)
    else:
        assert False
    finally:
        coroutine.close()

def test_home_is_the_working_folder():
    assert os.path.samefile(os.path.expanduser("~"), os.getcwd())
"""


def test_what_is_put_right_is_still_wrong_without(suite: Run, tmp_path: Path) -> None:
    """When this fails, upstream has mended something: remove it from ``environment.py``."""
    file = tmp_path / "test_unmended.py"
    file.write_text(UNMENDED)
    done = suite(str(file), f"--rootdir={tmp_path}", plugin=False)
    assert "3 passed" in done.stdout, done.stdout + done.stderr
    listens = tmp_path / "test_listens.py"
    listens.write_text("import socket\ndef test_a():\n    socket.socketpair()\n")
    done = suite(str(listens), f"--rootdir={tmp_path}", plugin=False)
    assert "Cannot find module 'ws'" in done.stderr, "the interpreter does not die any more"


@pytest.mark.parametrize("method", ["fd", "sys", "tee-sys", "no"])
def test_capture_works_in_every_way(suite: Run, tmp_path: Path, method: str) -> None:
    file = tmp_path / "test_capture.py"
    file.write_text(
        "import os, sys\n"
        "def test_a():\n"
        "    print('to stdout')\n"
        "    print('to stderr', file=sys.stderr)\n"
        "    assert False\n"
        "def test_b(capfd):\n"
        "    os.write(1, b'by descriptor\\n')\n"
        "    assert capfd.readouterr().out == 'by descriptor\\n'\n"
    )
    done = suite(str(file), f"--capture={method}", f"--rootdir={tmp_path}")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert ("Captured stdout call" in done.stdout) is (method != "no")
    assert "to stdout" in done.stdout


def test_faulthandler_timeout_is_no_internal_error(suite: Run, tmp_path: Path) -> None:
    file = tmp_path / "test_a.py"
    file.write_text("def test_a(tmp_path):\n    assert tmp_path.is_dir()\n")
    done = suite(str(file), "-o", "faulthandler_timeout=5", f"--rootdir={tmp_path}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_overflow_and_the_skip_file(suite: Run, tmp_path: Path) -> None:
    file = tmp_path / "test_32.py"
    file.write_text(
        "import numpy\n"
        "def test_scalar():\n"
        "    value = numpy.intp(2**30)\n"
        "    value * numpy.intp(4)\n"
        "def test_long():\n"
        "    numpy.arange(4)[2**40]\n"
        "def test_passes():\n"
        "    pass\n"
    )
    done = suite(str(file), f"--rootdir={tmp_path}")
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert (
        "test_32.py:4: RuntimeWarning: overflow encountered in scalar multiply (if" in done.stdout
    )
    assert "test_32.py:6: C long, size_t and NumPy's intp" in done.stdout
    entries = [
        {"where": "skips.toml:1", "reason": "needs 64 bits", "cause": "32-bit", "kind": "xfail"},
        {"where": "skips.toml:5", "reason": "broken", "test": "*::test_passes", "kind": "xfail"},
    ]
    done = suite(str(file), f"--rootdir={tmp_path}", told={"skips": entries})
    assert "1 failed, 1 passed, 1 xfailed" in done.stdout, done.stdout + done.stderr
    assert "skips.toml:5: the entry is no longer needed" in done.stdout
