"""Python in WebAssembly with the project's wheel: the environment of the tests, used by hand."""

import signal
from collections.abc import Callable, Sequence

from toolkit.errors import INTERRUPTED
from toolkit.process import attach
from toolkit.project import Project
from toolkit.testing.requirements import test_requirements
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.dependencies import suite_wheels
from toolkit.wheels.environment import TargetEnvironment, environment_with


def environment_of_tests(
    project: Project, wheel: BuiltWheel, *, say: Callable[[str], None] | None = None
) -> TargetEnvironment:
    """Give the environment with the project's wheel and what its tests require.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel.
    say
        Told what takes long.
    """
    return environment_with(
        project.cache / "test-env",
        suite_wheels(project, wheel, test_requirements(project), say=say),
        what=f"the tests of {project.name}",
    )


def run_python(environment: TargetEnvironment, words: Sequence[str]) -> int:
    """Run CPython on this process's terminal, in the working folder, and give its exit code.

    The working folder is not on ``sys.path``, where the source would hide the wheel; the
    folder of a script is.

    Parameters
    ----------
    environment
        What can be imported.
    words
        Its command line.
    """
    script = bool(words) and not words[0].startswith("-")
    code = attach(
        [environment.python, *(() if script else ("-P",)), *words],
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""},
    )
    return INTERRUPTED if code == -signal.SIGINT else code
