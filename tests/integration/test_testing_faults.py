"""``spec14 test`` with a suite that ends its interpreters in every way known.

Many faults go into one run: starting an interpreter is what takes long.
"""

import collections
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final

import pytest

from tests.integration.conftest import ROOT, Spec14, copy_project

LINE: Final = re.compile(r"^(ERROR|FAILED) (\S+)(?: - (.*))?$", re.MULTILINE)


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory, spec14: Spec14) -> Path:
    project = copy_project("faults", tmp_path_factory.mktemp("faults") / "faults")
    done = spec14("test", "--project", project, "tests/plain", "-k", "test_passes")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def cases(project: Path) -> dict[str, str]:
    """Give what the JUnit file says of each test."""
    found = {}
    root = ET.parse(project / ".spec14" / "report" / "junit.xml").getroot()
    for case in root.iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        found[f"{case.get('classname')}.{case.get('name')}"] = " ".join(kinds) or "passed"
    return found


def totals(output: str) -> dict[str, int]:
    last = output.rstrip().splitlines()[-1]
    names = {"errors": "error", "warnings": "warning"}
    return {names.get(name, name): int(n) for n, name in re.findall(r"(\d+) ([a-z]+)", last)}


def test_every_way_to_die(faults: Path, spec14: Spec14) -> None:
    words = ["test", "--project", faults, "--timeout", "5", "tests/deaths", "--", "-ra"]
    done = spec14(*words, env={"COLUMNS": "200"}, timeout=900)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr == ""
    lines = {name.removeprefix("tests/deaths/"): why for _, name, why in LINE.findall(done.stdout)}
    reasons = {
        "test_calls.py::test_leaves": "[died] the interpreter was ended by os._exit(3) in this",
        "test_calls.py::test_aborts": "[died] the interpreter was ended by os.abort() in this",
        "test_calls.py::test_traps": "[died] the interpreter was ended by R",
        "test_calls.py::test_overflows_the_stack": "[died] the interpreter was ended by "
        "RangeError: Maximum call stack size exceeded in this test",
        "test_calls.py::test_is_killed": "[died] the interpreter ended with signal 9 (SIGKILL) in",
        "test_fixtures.py::test_set_up": "[died] the interpreter was ended by os._exit(3) in the "
        "set-up of",
        "test_fixtures.py::test_tear_down": "[died] the interpreter was ended by os._exit(3) in "
        "the tear-down of",
        "test_loops.py::test_in_python": "Failed: [time limit] the test took more than 5 s",
        "test_loops.py::test_for_a_promise": "Failed: [time limit] the test took more than 5 s",
        "test_loops.py::test_in_c": "[time limit] it took more than 5 s and could not be",
        "test_second_import.py::test_where_it_was_collected": "[died] the interpreter was ended",
        "test_import.py": "[died] the interpreter was ended by os._exit(3) while",
        "test_collection.py": "[died] the interpreter was ended by R",
    }
    assert set(lines) == set(reasons)
    for name, reason in reasons.items():
        assert lines[name].startswith(reason), (name, lines[name])
    # test_tear_down had passed when its tear-down ended the interpreter.
    assert totals(done.stdout) == {"failed": 2, "passed": 9, "error": 11}
    assert len(cases(faults)) == 19 + 2, "the tests, and two files that could not be collected"
    assert "the last words" in done.stdout, "what was captured when it left"
    assert "faults.leave()" in done.stdout, "where Python stood"
    assert "in loop_in_c" in done.stdout, "where Python stood, in C"
    assert "wasm-function[" in done.stdout, "where WebAssembly stood"


def test_no_more_memory(faults: Path, spec14: Spec14) -> None:
    words = ["test", "--project", faults, "--workers", "1", "tests/memory", "--", "-v"]
    done = spec14(*words, env={"NODE_OPTIONS": "--max-old-space-size=100"}, timeout=600)
    assert done.returncode == 1, done.stdout + done.stderr
    assert totals(done.stdout) == {"failed": 1, "passed": 3, "error": 1}
    assert "test_fills_the_heap - MemoryError" in done.stdout
    assert re.search(r"ended with signal \d+ \(SIG\w+\) in this test", done.stdout), done.stdout
    assert "JavaScript heap out of memory" in done.stdout, "its last words"
    # The second by --heap-limit, the third in the place of the one that died.
    assert "interpreters: 3, started" in done.stdout


def test_a_death_when_all_tests_are_through(faults: Path, spec14: Spec14) -> None:
    done = spec14("test", "--project", faults, "tests/ending")
    assert done.returncode == 1, done.stdout + done.stderr
    assert totals(done.stdout) == {"passed": 1, "error": 1}
    assert "os._exit(3) while the fixtures of the session ended, after this test" in done.stdout


def test_ten_thousand_tests(faults: Path, spec14: Spec14) -> None:
    words = ["test", "--project", faults, "--replace-after", "4000", "--workers", "2"]
    done = spec14(*words, "tests/many", timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert totals(done.stdout)["passed"] == 10_000
    found = cases(faults)
    assert len(found) == 10_000
    assert set(found.values()) == {"passed"}
    durations = json.loads((faults / ".spec14" / "cache" / "durations.json").read_text())
    known = durations["files"]["tests/many/test_many.py"]
    assert known["tests"] + len(known["slow"]) == 10_000


def test_output_and_names(faults: Path, spec14: Spec14) -> None:
    done = spec14("test", "--project", faults, "tests/output", "tests/names")
    assert done.returncode == 1, done.stdout[-3000:] + done.stderr
    assert totals(done.stdout) == {"failed": 3, "passed": 13}
    assert len(done.stdout) < 2_000_000
    assert "the first line" in done.stdout
    assert "the last line" in done.stdout
    assert re.search(r"\[spec14: \d+ of 100\d{6} characters left out\]", done.stdout)
    found = cases(faults)
    assert len(found) == 16
    assert collections.Counter(found.values()) == {"passed": 13, "failure": 3}
    assert any("größe" in name for name in found)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["tests/broken"], 4, "this conftest raises"),
        (["tests/empty"], 5, "no tests ran"),
        (["tests/nowhere/test_x.py"], 4, "file or directory not found"),
        (["tests/plain", "--", "--pdb"], 4, "--pdb and --trace need a terminal"),
        (["tests/plain", "--", "--markers"], 0, "@pytest.mark.slow: takes long"),
        (["tests/plain", "--", "-x", "-k", "not passes"], 1, "stopping after 1 failures"),
    ],
)
def test_codes(faults: Path, spec14: Spec14, words: list[str], code: int, said: str) -> None:
    done = spec14("test", "--project", faults, *words)
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_what_pytest_makes_of_results(faults: Path, spec14: Spec14) -> None:
    done = spec14("test", "--project", faults, "--", "--durations=2", "-v")
    assert done.returncode == 1
    assert totals(done.stdout) == {
        "failed": 1, "passed": 4, "skipped": 1, "xfailed": 1, "xpassed": 1, "warning": 1, "error": 2
    }  # fmt: skip
    assert "slowest 2 durations" in done.stdout
    assert "UserWarning: careful" in done.stdout
    assert "printed before it fails" in done.stdout
    assert "tests/plain/test_plain.py::test_fails FAILED" in done.stdout
    last = spec14("test", "--project", faults, "--", "--lf", "-q")
    assert totals(last.stdout) == {"failed": 1, "passed": 1, "error": 2}
    marked = spec14("test", "--project", faults, "--", "-m", "slow", "-rA", "--junitxml=own.xml")
    assert marked.returncode == 0
    assert "PASSED tests/plain/test_plain.py::test_warns" in marked.stdout
    assert (faults / "own.xml").read_text().count("<testcase") == 1


def test_shards_together_are_the_suite(faults: Path, spec14: Spec14) -> None:
    ids: collections.Counter[str] = collections.Counter()
    dealt = set()
    for shard in ("1/2", "2/2"):
        words = ["test", "--project", faults, "--shard", shard, "tests/plain", "tests/names"]
        done = spec14(*words, "--", "-rA")
        match = re.search(rf"shard {shard}: \d+ of \d+ tests, dealt by .* \((\w+)\)", done.stdout)
        assert match, done.stdout
        dealt.add(match[1])
        ids.update(cases(faults).keys())
    assert len(dealt) == 1
    assert set(ids.values()) == {1}
    assert len(ids) == 9 + 13


def processes_of(project: Path) -> list[int]:
    """Give the Node processes that run tests of a project."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"worker.mjs" in words and os.fsencode(project) in words:
            found.append(int(folder.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_behind(faults: Path, number: signal.Signals) -> None:
    words = [sys.executable, "-m", "toolkit.cli", "test", "--project", str(faults)]
    words += ["--timeout", "0", "tests/deaths/test_loops.py", "--", "-k", "first or in_c", "-v"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        assert child.stdout is not None
        said = []
        for line in child.stdout:
            said.append(line)
            if "test_first PASSED" in line:
                break
        assert processes_of(faults), "".join(said)
        child.send_signal(number)
        rest = child.stdout.read()
        code = child.wait(30)
    if number is signal.SIGINT:
        assert code == 2, rest
        assert "KeyboardInterrupt" in rest
        assert "1 passed" in rest.rstrip().splitlines()[-1]
    until = time.monotonic() + 10
    while processes_of(faults) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_of(faults) == []


def test_the_whole_run_takes_too_long(faults: Path, spec14: Spec14) -> None:
    words = ["test", "--project", faults, "--run-timeout", "15", "tests/deaths/test_loops.py"]
    done = spec14(*words, "--", "-k", "first or python or last")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "[time limit] the time limit of the whole run was reached" in done.stdout
    assert re.search(r"the whole run took more than 15 s: \d tests did not run", done.stdout)
