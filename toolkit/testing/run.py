"""The stage ``test``: the project's suite in interpreters that can die without loss."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from toolkit.cache import read_record, write_record
from toolkit.errors import INTERRUPTED
from toolkit.process import attach
from toolkit.project import Project
from toolkit.testing.command import (
    empty_folder,
    suite_words,
    test_command,
    test_environment,
    test_folder,
)
from toolkit.testing.coverage_options import with_coverage
from toolkit.testing.environment import environment_of_tests
from toolkit.testing.requirements import test_requirements
from toolkit.testing.results import Record, read
from toolkit.testing.suite import Suite, TestChoices
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.environment import TargetEnvironment


@dataclass(frozen=True, kw_only=True)
class TestRun:
    """How a run of the tests ended.

    Attributes
    ----------
    code
        pytest's exit code.
    counts
        Numbers of tests, by outcome (see `Record`).
    """

    __test__ = False

    code: int
    counts: Mapping[str, int]


def run_tests(
    project: Project,
    wheel: BuiltWheel,
    words: Sequence[str],
    choices: TestChoices | None = None,
    *,
    say: Callable[[str], None] | None = None,
) -> TestRun:
    """Run the project's tests under Pyodide in Node.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel, which is installed into a clean environment.
    words
        Arguments for pytest.
    choices
        Limits, and the shard.
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
        When interpreters die again and again with no test to blame.
    LostTests
        When fewer or more tests were reported than collected.
    KeyboardInterrupt
        When Ctrl-C ended a command that is not pytest's, or came before the tests.
    """
    requirements = with_coverage(suite_words(project, words), test_requirements(project))
    environment = environment_of_tests(project, wheel, requirements, say=say)
    record = project.report / "tests.json"
    for old in (project.report / "junit.xml", record):
        old.unlink(missing_ok=True)
    own = test_command(project)
    if own.line and not words:
        code = _run_shell(project, environment, own.line)
        if code in (-signal.SIGINT, INTERRUPTED):
            raise KeyboardInterrupt
    else:
        suite = Suite(project, environment, choices or TestChoices(limits={}))
        code = suite.run(wheel, words, say=say or (lambda _line: None))
    if not record.is_file():
        # Another command than pytest, or pytest did not get as far as a session.
        empty = Record(
            wheel=wheel.path.name,
            wheel_sha256=wheel.sha256,
            exit_code=code,
            arguments=tuple(words),
        )
        write_record(record, empty.as_json())
    return TestRun(code=code, counts=read(record).counts)


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
    partly = record.get("arguments") or record.get("shard")
    if record.get("wheel_sha256") != wheel_sha256 or partly:
        return None
    return bool(record.get("exit_code") == 0)
