"""What ``spec14 init`` sees of a project."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.adopt.seen import Seen, look
from toolkit.project import read_project

PROJECT = '[project]\nname = "my-pkg"\n'


def seen(folder: Path, files: dict[str, str], project: str = ".") -> Seen:
    write_tree(folder, {f"{project}/pyproject.toml": PROJECT, **files})
    return look(read_project(folder / project))


@pytest.mark.parametrize(
    ("files", "service"),
    [
        ({}, None),
        ({".github/workflows/tests.yml": ""}, "github"),
        ({".circleci/config.yml": ""}, "circleci"),
        ({".gitlab-ci.yml": ""}, "gitlab"),
        ({".git/config": '[remote "origin"]\n\turl = git@github.com:me/x.git\n'}, "github"),
        ({".git/config": '[remote "origin"]\n\turl = https://gitlab.gnome.org/me/x\n'}, "gitlab"),
        ({".git/config": '[remote "origin"]\n\turl = https://example.org/github.git\n'}, None),
        ({".git/config": "[remote\n"}, None),
        ({".git": "gitdir: ../elsewhere\n"}, None),
        (
            {
                ".git/config": '[remote "a"]\nurl = https://gitlab.com/x\n'
                '[remote "origin"]\nurl = https://github.com/x\nurl = https://github.com/x\n'
            },
            "github",
        ),
    ],
)
def test_the_service(tmp_path: Path, files: dict[str, str], service: str | None) -> None:
    assert seen(tmp_path, files).service == service


@pytest.mark.parametrize(
    ("files", "branch"),
    [
        ({}, "main"),
        ({".git/HEAD": "ref: refs/heads/master\n"}, "master"),
        ({".git/HEAD": "ref: refs/heads/my-work\n"}, "main"),
        ({".git/HEAD": "0123456789\n"}, "main"),
        (
            {
                ".git/HEAD": "ref: refs/heads/main\n",
                ".git/refs/remotes/origin/HEAD": "ref: refs/remotes/origin/release/next\n",
            },
            "release/next",
        ),
        ({".git/refs/remotes/origin/HEAD": "ref: refs/remotes/origin/${{ x }}\n"}, "main"),
    ],
)
def test_the_default_branch(tmp_path: Path, files: dict[str, str], branch: str) -> None:
    assert seen(tmp_path, files).branch == branch


def test_the_repository_may_be_above(tmp_path: Path) -> None:
    found = seen(tmp_path, {".git/HEAD": ""}, "python/core")
    assert (found.repository, found.below) == (tmp_path, "python/core")
    assert seen(tmp_path / "other", {".git/HEAD": ""}).below == "."


@pytest.mark.parametrize(
    ("files", "documentation"),
    [
        ({}, None),
        ({"docs/conf.py": "", "other/conf.py": ""}, "docs"),
        ({"doc/source/conf.py": ""}, "doc/source"),
        ({"documentation/conf.py": ""}, "documentation"),
        ({"a/conf.py": "", "b/conf.py": ""}, None),
        ({"build/conf.py": "", ".tox/conf.py": "", "tests/conf.py": ""}, None),
    ],
)
def test_the_documentation(
    tmp_path: Path, files: dict[str, str], documentation: str | None
) -> None:
    assert seen(tmp_path, files).documentation == documentation


@pytest.mark.parametrize(
    ("said", "needed"),
    [
        ("", False),
        ('[build-system]\nrequires = ["setuptools_scm[toml]>=8"]\n', True),
        ('[build-system]\nrequires = ["hatchling", "hatch-vcs"]\n', True),
        ('[build-system]\nrequires = ["hatchling", "not a requirement!"]\n', False),
        ('[tool.pdm.version]\nsource = "scm"\n', True),
    ],
)
def test_versions_from_git_need_its_history(tmp_path: Path, said: str, needed: object) -> None:
    assert seen(tmp_path, {"pyproject.toml": PROJECT + said}).needs_history is needed


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({}, None),
        ({"src/my_pkg/__init__.py": ""}, "my_pkg"),
        ({"my_pkg.py": ""}, "my_pkg"),
        ({"mypkg/__init__.py": ""}, None),
    ],
)
def test_the_import_package(tmp_path: Path, files: dict[str, str], package: str | None) -> None:
    assert seen(tmp_path, files).package == package


def test_read_the_docs_is_used_already(tmp_path: Path) -> None:
    assert seen(tmp_path, {".readthedocs.yml": ""}).readthedocs == ".readthedocs.yml"
