"""What the tests need besides the project: read off the project's own configuration."""

from collections.abc import Iterator
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit import cibuildwheel
from toolkit.errors import ProjectIncomplete
from toolkit.project import Project, extra, group, requirements_for, table
from toolkit.testing.command import test_command
from toolkit.wheels.plan import Value

GROUPS: Final = ("test", "tests", "testing", "dev")


def test_requirements(project: Project) -> tuple[str, ...]:
    """Give the requirements of the tests; pytest is always among them.

    In this order: ``[tool.spec14.test] requires``; ``test-requires``, ``test-groups`` and
    ``test-extras`` of ``[tool.cibuildwheel]``; the first of the dependency groups and
    extras named in `GROUPS`.

    Raises
    ------
    ProjectIncomplete
        When one is not a requirement, or a group or extra is not there.
    """
    found = tuple(value.value for value in _requires(project))
    names = {_name(requirement) for requirement in found}
    return found if "pytest" in names else ("pytest", *found)


test_requirements.__test__ = False  # type: ignore[attr-defined]


def explained_tests(project: Project) -> tuple[Value, ...]:
    """Give what decides the tests, each value with its origin."""
    command = test_command(project)
    shown = command.line or " ".join(("pytest", *command.pytest))
    return (
        *_requires(project),
        Value(name="test-command", value=shown, origin=command.origin or "default"),
    )


def _requires(project: Project) -> Iterator[Value]:
    own = project.settings.test.requires
    if own is not None:
        for text in own:
            yield Value(name="test-requires", value=text, origin="[tool.spec14.test]")
        return
    told = list(_cibuildwheel(project))
    yield from told
    if not told:
        for text in requirements_for(project, GROUPS):
            origin = f"the first group or extra named {', '.join(GROUPS)}"
            yield Value(name="test-requires", value=text, origin=origin)


def _cibuildwheel(project: Project) -> Iterator[Value]:
    for entry in cibuildwheel.option(project.pyproject, "test-requires"):
        for text in cibuildwheel.words([entry]):
            yield Value(name="test-requires", value=text, origin=entry.origin)
    for entry in cibuildwheel.option(project.pyproject, "test-groups"):
        for name in cibuildwheel.names([entry]):
            found = group(project, name)
            if found is None:
                raise _missing(f"test-groups names {name!r}", "[dependency-groups]")
            for text in found:
                origin = f"{entry.origin} test-groups {name}"
                yield Value(name="test-requires", value=text, origin=origin)
    for entry in cibuildwheel.option(project.pyproject, "test-extras"):
        for name in cibuildwheel.names([entry]):
            for text in _of_extra(project, name):
                origin = f"{entry.origin} test-extras {name}"
                yield Value(name="test-requires", value=text, origin=origin)


def _of_extra(project: Project, name: str) -> tuple[str, ...]:
    """Give what an extra requires; the extra itself where only the built wheel knows it."""
    found = extra(project, name)
    if found is not None:
        return found
    metadata = table(project.pyproject, "project")
    if metadata and "optional-dependencies" not in metadata.get("dynamic", []):
        raise _missing(f"test-extras names {name!r}", "[project.optional-dependencies]")
    return (f"{project.name}[{name}]",)


def _missing(what: str, where: str) -> ProjectIncomplete:
    msg = f"[tool.cibuildwheel] {what}, which is not in {where}"
    return ProjectIncomplete(msg, do="add it there, or correct the name")


def _name(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement as error:
        msg = f"{requirement!r} is not a requirement: {str(error).splitlines()[0]}"
        raise ProjectIncomplete(msg, do="write it as PEP 508 says") from error
