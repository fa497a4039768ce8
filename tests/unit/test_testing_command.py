"""How the tests are run, and what they need, where cibuildwheel has been told."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import ProjectIncomplete, SettingsError
from toolkit.project import Project, read_project
from toolkit.testing.command import (
    empty_folder,
    test_command,
    test_environment,
    test_folder,
)
from toolkit.testing.requirements import explained_tests, test_requirements


def project(folder: Path, text: str) -> Project:
    return read_project(write_tree(folder / "a b", {"pyproject.toml": text, "tests/test_a.py": ""}))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"pytest"', []),
        ('"pytest {project}/tests -x"', ["{}/tests", "-x"]),
        ('"pytest {package}/tests"', ["{}/tests"]),
        ('"python -m pytest --pyargs pkg"', ["--pyargs", "pkg"]),
        ('"python3.14 -m pytest"', []),
        ('"pytest -k \'a or (b)\' -m \\"not slow\\""', ["-k", "a or (b)", "-m", "not slow"]),
        ('["pytest tests"]', ["tests"]),
        (
            "'''\n    python -m pytest --pyargs numpy \\\n        -m 'not slow' \\\n        -q\n'''",
            ["--pyargs", "numpy", "-m", "not slow", "-q"],
        ),
    ],
)
def test_pytest_with_arguments(tmp_path: Path, text: str, words: list[str]) -> None:
    given = project(tmp_path, f"tool.cibuildwheel.test-command = {text}")
    found = test_command(given)
    assert list(found.pytest) == [word.format(given.folder) for word in words]
    assert found.line == ""
    assert found.origin == "[tool.cibuildwheel] test-command"


@pytest.mark.parametrize(
    "text",
    [
        '"cd {project} && pytest"',
        '"pytest; echo"',
        '"pytest $ARGUMENTS"',
        '"pytest \\"$HOME\\""',
        '"pytest tests/*.py"',
        '"pytest > log"',
        "\"python -c 'import pkg; pkg.test()'\"",
        '"bash {project}/run.sh"',
        '["pytest a", "pytest b"]',
        '"pytest \'unclosed"',
    ],
)
def test_what_takes_a_shell(tmp_path: Path, text: str) -> None:
    found = test_command(project(tmp_path, f"tool.cibuildwheel.test-command = {text}"))
    assert found.pytest == ()
    assert found.line


def test_the_projects_path_is_one_word(tmp_path: Path) -> None:
    found = test_command(project(tmp_path, 'tool.cibuildwheel.test-command = "sh {project}/t"'))
    assert found.line == f"sh '{tmp_path / 'a b'}'/t"


def test_our_own_paths_win(tmp_path: Path) -> None:
    text = 'tool.spec14.test.paths = ["x"]\ntool.cibuildwheel.test-command = "pytest y"'
    assert test_command(project(tmp_path, text)).pytest == ()
    assert test_command(project(tmp_path, "")).origin == ""


def test_sources_of_the_tests(tmp_path: Path) -> None:
    given = project(tmp_path, 'tool.cibuildwheel.test-sources = ["tests", "pyproject.toml"]')
    folder = test_folder(given)
    assert folder is not None
    assert {path.name for path in folder.iterdir()} == {"tests", "pyproject.toml"}
    assert (folder / "tests" / "test_a.py").is_file()
    assert list(empty_folder(given).iterdir()) == []
    assert test_folder(project(tmp_path, "")) is None
    for name in ("nowhere", "..", "/etc/hostname"):
        text = f'tool.cibuildwheel.test-sources = ["{name}"]'
        with pytest.raises(ProjectIncomplete, match="test-sources"):
            test_folder(project(tmp_path, text))


def test_variables_of_the_tests(tmp_path: Path) -> None:
    text = 'tool.cibuildwheel.test-environment = {A = "1", B = "$A 2"}'
    assert test_environment(project(tmp_path, text)) == {"A": "1", "B": "1 2"}
    with pytest.raises(SettingsError, match="test-environment"):
        test_environment(project(tmp_path, 'tool.cibuildwheel.test-environment = "A=$(exit 1)"'))


EVERYTHING = """
[project]
name = "pkg"
[project.optional-dependencies]
more = ["of-the-extra"]
[dependency-groups]
test = ["of-the-group", {include-group = "base"}]
base = ["of-the-base"]
[tool.cibuildwheel]
test-requires = "everywhere pytest>=8"
test-groups = ["test"]
test-extras = "more"
[tool.cibuildwheel.pyodide]
test-requires = ["for-pyodide"]
"""


def test_what_the_tests_need(tmp_path: Path) -> None:
    assert test_requirements(project(tmp_path, EVERYTHING)) == (
        "pytest",
        "for-pyodide",
        "of-the-group",
        "of-the-base",
        "of-the-extra",
    )
    ours = EVERYTHING + '[tool.spec14.test]\nrequires = ["pytest-mock", "pytest==9"]'
    assert test_requirements(project(tmp_path, ours)) == ("pytest-mock", "pytest==9")
    groups = EVERYTHING.partition("[tool.cibuildwheel]")[0]
    assert test_requirements(project(tmp_path, groups)) == (
        "pytest",
        "of-the-group",
        "of-the-base",
    )
    nothing = groups + "[tool.cibuildwheel]\ntest-requires = []"
    assert "of-the-group" in test_requirements(project(tmp_path, nothing))


def test_an_extra_that_only_the_wheel_knows(tmp_path: Path) -> None:
    text = 'project = {name = "pkg", dynamic = ["optional-dependencies"]}\n'
    text += 'tool.cibuildwheel.test-extras = ["more"]'
    assert test_requirements(project(tmp_path, text)) == ("pytest", "pkg[more]")


@pytest.mark.parametrize(
    "text",
    [
        'test-groups = "nowhere"',
        'test-extras = "nowhere"',
        'test-requires = ["not a requirement!"]',
    ],
)
def test_what_is_not_there(tmp_path: Path, text: str) -> None:
    with pytest.raises(ProjectIncomplete):
        test_requirements(project(tmp_path, f"project.name = 'p'\n[tool.cibuildwheel]\n{text}"))


def test_every_value_says_where_it_stands(tmp_path: Path) -> None:
    text = EVERYTHING + 'test-command = "python -m pytest --pyargs pkg"'
    shown = {
        value.value: (value.name, value.origin)
        for value in explained_tests(project(tmp_path, text))
    }
    place = "[tool.cibuildwheel.pyodide]"
    assert shown["for-pyodide"] == ("test-requires", place)
    assert shown["of-the-base"] == ("test-requires", "[tool.cibuildwheel] test-groups test")
    assert shown["pytest --pyargs pkg"] == ("test-command", f"{place} test-command")
