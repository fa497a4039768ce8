"""What the documentation writes beside its sources is no source of the wheel."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.project import Project, read_project
from toolkit.wheels.generated import noting_generated, project_files

FILES = {
    "pyproject.toml": "[project]\nname = 'sample'\n",
    "sample/__init__.py": "",
    "docs/conf.py": "",
    "docs/page.md": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = write_tree(tmp_path / "sample", FILES)
    (folder / ".spec14" / "cache").mkdir(parents=True)
    return read_project(folder)


def documented(project: Project, *written: str) -> None:
    """Stand for a Sphinx whose ``conf.py`` writes files."""
    with noting_generated(project, project.root / "docs"):
        write_tree(project.root, dict.fromkeys(written, "again"))


def names(project: Project) -> list[str]:
    return [path.as_posix() for path in project_files(project)]


def test_a_file_that_came_to_be_does_not_count(project: Project) -> None:
    before = names(project)
    documented(project, "docs/page.ipynb", "docs/generated/api.rst")
    assert names(project) == before
    documented(project, "docs/page.ipynb")
    assert names(project) == before


def test_a_file_that_was_there_counts(project: Project) -> None:
    documented(project, "docs/page.md")
    assert "docs/page.md" in names(project)


def test_a_file_elsewhere_counts(project: Project) -> None:
    documented(project, "sample/version.py")
    assert "sample/version.py" in names(project)


def test_one_that_is_gone_is_forgotten(project: Project) -> None:
    documented(project, "docs/page.ipynb")
    (project.root / "docs/page.ipynb").unlink()
    documented(project)
    write_tree(project.root, {"docs/page.ipynb": "the user's own"})
    assert "docs/page.ipynb" in names(project)


def failing(project: Project) -> None:
    with noting_generated(project, project.root / "docs"):
        write_tree(project.root, {"docs/page.ipynb": ""})
        raise ZeroDivisionError


def test_a_build_that_fails_is_noted_too(project: Project) -> None:
    with pytest.raises(ZeroDivisionError):
        failing(project)
    assert "docs/page.ipynb" not in names(project)
