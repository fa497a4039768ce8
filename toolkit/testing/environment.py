"""The environment of a project's tests: its wheel and what the tests require."""

from collections.abc import Callable, Sequence

from toolkit.project import Project
from toolkit.testing.requirements import test_requirements
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.dependencies import suite_wheels
from toolkit.wheels.environment import TargetEnvironment, environment_with


def environment_of_tests(
    project: Project,
    wheel: BuiltWheel,
    requirements: Sequence[str] | None = None,
    *,
    say: Callable[[str], None] | None = None,
) -> TargetEnvironment:
    """Give the environment with the project's wheel and what its tests require.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel.
    requirements
        Instead of the tests' own: those with coverage. They have a folder of their own, so
        that with and without it in turn neither is made anew each time.
    say
        Told what takes long.
    """
    plain = test_requirements(project)
    wanted = plain if requirements is None else tuple(requirements)
    return environment_with(
        project.cache / ("test-env" if wanted == plain else "test-cov-env"),
        suite_wheels(project, wheel, wanted, say=say),
        what=f"the tests of {project.name}",
    )
