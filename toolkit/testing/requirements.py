"""What the tests need besides the project: read off the project's own configuration."""

from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.errors import ProjectIncomplete
from toolkit.project import Project, requirements_for, table

GROUPS: Final = ("test", "tests", "testing", "dev")


def test_requirements(project: Project) -> tuple[str, ...]:
    """Give the requirements of the tests; pytest is always among them.

    In this order: ``[tool.spec14.test] requires``, ``[tool.cibuildwheel] test-requires``
    (its ``pyodide`` part first), the first of the dependency groups and extras named in
    `GROUPS`.

    Raises
    ------
    ProjectIncomplete
        When one is not a requirement.
    """
    found = project.settings.test.requires
    if found is None:
        found = _cibuildwheel(project) or requirements_for(project, GROUPS)
    names = {_name(requirement) for requirement in found}
    return found if "pytest" in names else ("pytest", *found)


test_requirements.__test__ = False  # type: ignore[attr-defined]


def _cibuildwheel(project: Project) -> tuple[str, ...]:
    everywhere = table(project.pyproject, "tool", "cibuildwheel")
    target = table(project.pyproject, "tool", "cibuildwheel", "pyodide")
    match target.get("test-requires", everywhere.get("test-requires", [])):
        case str(words):
            return tuple(words.split())
        case [*items]:
            return tuple(str(item) for item in items)
        case other:
            msg = f"[tool.cibuildwheel] test-requires must be a list of strings, not {other!r}"
            raise ProjectIncomplete(msg, do="write it as cibuildwheel's documentation says")


def _name(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement as error:
        msg = f"{requirement!r} is not a requirement: {str(error).splitlines()[0]}"
        raise ProjectIncomplete(msg, do="write it as PEP 508 says") from error
