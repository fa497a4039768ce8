"""How a project's tests are run when the command line says nothing: ``test-command``.

That of ``[tool.cibuildwheel]``. A command that is pytest with arguments becomes pytest's
arguments here; any other is run by a shell, with the target's Python first on ``PATH``, in a
folder without the project's source.
"""

import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit import cibuildwheel
from toolkit.assignments import evaluated
from toolkit.errors import ProjectIncomplete
from toolkit.project import Project

SHELLS_OWN: Final = re.compile(r"[;&|<>$`(){}*?\n]")
PYTHON: Final = re.compile(r"python(3(\.\d+)?)?$")


@dataclass(frozen=True, kw_only=True)
class TestCommand:
    """What a project says of running its tests.

    Attributes
    ----------
    pytest
        Arguments, where the command is pytest's.
    line
        The command for a shell, where it is another; empty otherwise.
    origin
        Where it stands; empty where nothing is said.
    """

    __test__ = False

    pytest: tuple[str, ...] = ()
    line: str = ""
    origin: str = ""


def test_command(project: Project) -> TestCommand:
    """Give the command of ``[tool.cibuildwheel]``, unless ``[tool.spec14.test]`` names paths.

    Raises
    ------
    SettingsError
        When it is not a string or a list of strings.
    """
    entries = cibuildwheel.option(project.pyproject, "test-command")
    text = cibuildwheel.command(entries)
    if not text or project.settings.test.paths:
        return TestCommand()
    root, folder = shlex.quote(str(project.root)), shlex.quote(str(project.folder))
    filled = cibuildwheel.filled_in(text, project=root, package=folder)
    # A line that goes on (backslash, line end) is one line.
    line = re.sub(r"\\\n\s*", " ", filled).strip()
    origin = f"{entries[-1].origin} test-command"
    words = _pytest_words(line)
    if words is None:
        return TestCommand(line=filled, origin=origin)
    return TestCommand(pytest=words, origin=origin)


test_command.__test__ = False  # type: ignore[attr-defined]


def test_environment(project: Project) -> dict[str, str]:
    """Give the variables of cibuildwheel's ``test-environment``."""
    found: dict[str, str] = {}
    entries = cibuildwheel.option(project.pyproject, "test-environment")
    for text, origin in cibuildwheel.assignments(entries):
        found |= evaluated(text, found, folder=project.folder, origin=f"{origin} test-environment")
    return found


test_environment.__test__ = False  # type: ignore[attr-defined]


def test_folder(project: Project) -> Path | None:
    """Give a folder with ``test-sources`` in it, where cibuildwheel is told of any.

    Raises
    ------
    ProjectIncomplete
        When one of them is not there, or outside the project.
    """
    sources = cibuildwheel.words(cibuildwheel.option(project.pyproject, "test-sources"))
    return _filled(project, sources) if sources else None


test_folder.__test__ = False  # type: ignore[attr-defined]


def suite_words(project: Project, words: Sequence[str]) -> tuple[str, ...]:
    """Give pytest's words for the project's suite: the settings', then the command line's.

    Parameters
    ----------
    project
        The project.
    words
        Those of the command line; without any, those of ``test-command`` count. Paths of the
        settings are left out where a word names a file or folder.
    """
    settings = project.settings.test
    named = any(
        not word.startswith("-") and (project.folder / word.partition("::")[0]).exists()
        for word in words
    )
    return (
        *settings.args,
        *(() if words else test_command(project).pytest),
        *words,
        *(() if named else settings.paths),
    )


def empty_folder(project: Project) -> Path:
    """Give a folder without the project's source."""
    return _filled(project, ())


def _filled(project: Project, sources: tuple[str, ...]) -> Path:
    target = project.cache / "test-folder"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in sources:
        source = (project.folder / name).resolve()
        if not source.exists() or not source.is_relative_to(project.folder.resolve()):
            msg = f"test-sources of [tool.cibuildwheel] names {name}, which is not in the project"
            raise ProjectIncomplete(msg, do="name files and folders of the project")
        copy = target / source.relative_to(project.folder.resolve())
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns(".spec14", "__pycache__"))
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    return target


def _pytest_words(line: str) -> tuple[str, ...] | None:
    """Give pytest's arguments if the line is nothing but a call of it."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    # What a shell would act on stands outside quotes: words joined again have it quoted.
    if SHELLS_OWN.search(re.sub(r"'[^']*'|\"[^\"$`]*\"", "", line)):
        return None
    match words:
        case ["pytest" | "py.test", *arguments]:
            return tuple(arguments)
        case [python, "-m", "pytest", *arguments] if PYTHON.match(python):
            return tuple(arguments)
        case _:
            return None
