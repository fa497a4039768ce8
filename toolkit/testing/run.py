"""The stage ``test``: the project's suite in one Node process.

Sharding, replacement of workers and the watchdog will take the place of the single
process here; collection, environment and reports stay.
"""

import os
import signal
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.cache import read_record, write_record
from toolkit.errors import INTERRUPTED, RuntimeFailed
from toolkit.process import attach
from toolkit.project import Project
from toolkit.testing.command import (
    empty_folder,
    suite_words,
    test_command,
    test_environment,
    test_folder,
)
from toolkit.testing.requirements import test_requirements
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.dependencies import suite_wheels
from toolkit.wheels.environment import TargetEnvironment, environment_with

PYTEST_CODES: Final = range(6)
COUNTS: Final = ("tests", "failures", "errors", "skipped")


@dataclass(frozen=True, kw_only=True)
class TestRun:
    """How a run of the tests ended.

    Attributes
    ----------
    code
        pytest's exit code.
    counts
        Numbers of tests, failures, errors and skipped tests (of the JUnit report).
    """

    __test__ = False

    code: int
    counts: Mapping[str, int]


def run_tests(
    project: Project,
    wheel: BuiltWheel,
    words: Sequence[str],
    *,
    say: Callable[[str], None] | None = None,
) -> TestRun:
    """Run the project's tests under Pyodide in Node, on this process's terminal.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel, which is installed into a clean environment.
    words
        Arguments for pytest.
    say
        Told what takes long before the tests start.

    Returns
    -------
    TestRun
        pytest's own exit code, and the counts; ``.spec14/report`` holds ``junit.xml`` and
        ``tests.json`` with the wheel's SHA-256.

    Raises
    ------
    RuntimeFailed
        When the interpreter dies instead of giving one of pytest's codes.
    KeyboardInterrupt
        When Ctrl-C ended it: Node does not hand the signal on to Python.
    """
    environment = environment_with(
        project.cache / "test-env",
        suite_wheels(project, wheel, test_requirements(project), say=say),
        what=f"the tests of {project.name}",
    )
    junit = project.report / "junit.xml"
    junit.unlink(missing_ok=True)
    own = test_command(project)
    if own.line and not words:
        code = _run_shell(project, environment, own.line)
    else:
        code = attach(
            [environment.python, "-P", "-m", "pytest", *_pytest_words(project, junit, words)],
            cwd=test_folder(project) or project.folder,
            env={**test_environment(project), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""},
        )
    if code in (-signal.SIGINT, INTERRUPTED):
        raise KeyboardInterrupt
    if junit.is_file():
        junit.chmod(0o644)  # Emscripten has no umask: it was written for all to write
    counts = read_counts(junit)
    write_record(
        project.report / "tests.json",
        {
            "schema": 1,
            "wheel": wheel.path.name,
            "wheel_sha256": wheel.sha256,
            "exit_code": code,
            "arguments": list(words),
            **counts,
        },
    )
    if code not in PYTEST_CODES and not (own.line and not words):
        msg = f"Python in Node ended with code {code} in the middle of the tests"
        raise RuntimeFailed(
            msg, do="run again with `-- -v -x` to see which test was the last", detail=""
        )
    return TestRun(code=code, counts=counts)


def _pytest_words(project: Project, junit: Path, words: Sequence[str]) -> list[str]:
    return [
        f"--junitxml={junit}",
        # pytest's own cache belongs into .spec14 like everything that is written.
        "-o",
        f"cache_dir={project.cache / 'pytest'}",
        *suite_words(project, words),
    ]


def _run_shell(project: Project, environment: TargetEnvironment, text: str) -> int:
    """Run a test command that is not pytest's, as cibuildwheel does: away from the source."""
    folder = environment.folder
    return attach(
        ["sh", "-c", text],
        cwd=test_folder(project) or empty_folder(project),
        env={
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(folder),
            **test_environment(project),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": "",
        },
    )


def was_tested(project: Project, wheel_sha256: str) -> bool | None:
    """Say whether the tests passed with this wheel; ``None``: not run, or not all of them."""
    record = read_record(project.report / "tests.json")
    if record.get("wheel_sha256") != wheel_sha256 or record.get("arguments"):
        return None
    return bool(record.get("exit_code") == 0)


def read_counts(junit: Path) -> dict[str, int]:
    """Give the totals of a JUnit file; zeros when pytest did not get as far as writing it all."""
    totals = dict.fromkeys(COUNTS, 0)
    if junit.is_file():
        # Written by pytest for the project's own user; expat (>= 2.4) stops entity bombs.
        try:
            root = ET.parse(junit).getroot()  # noqa: S314
        except ET.ParseError:
            return totals  # the interpreter died while it wrote
        for suite in root.iter("testsuite"):
            for name in COUNTS:
                totals[name] += int(suite.get(name, 0))
    return totals
