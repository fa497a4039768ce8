"""``spec14 init``, as it is typed."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.artefacts import write_tree
from toolkit.cli import cli
from toolkit.errors import NotAdopted, NotOverwritten, ProjectIncomplete

PROJECT = '[project]\nname = "my-pkg"  # ours\n'
WORKFLOW = ".github/workflows/spec14.yml"


def init(folder: Path, *words: str, before: tuple[str, ...] = (), typed: str = "") -> Result:
    return CliRunner().invoke(cli, [*before, "init", "--project", str(folder), *words], input=typed)


def tree(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "p", {"pyproject.toml": PROJECT, "src/my_pkg/__init__.py": ""})


def test_a_bare_project_gets_settings_pages_and_a_workflow(project: Path) -> None:
    done = init(project, "--ci", "github", "--yes")
    assert done.exit_code == 0, done.output
    written = tree(project)
    assert set(written) == {
        "pyproject.toml",
        "src/my_pkg/__init__.py",
        "docs/conf.py",
        "docs/index.rst",
        WORKFLOW,
    }
    assert written["pyproject.toml"].startswith(PROJECT)
    assert "spec14" in tomllib.loads(written["pyproject.toml"])["tool"]
    compile(written["docs/conf.py"], "conf.py", "exec")
    assert "import my_pkg" in written["docs/index.rst"]
    assert f"+++ b/{WORKFLOW}" in done.output


def test_the_second_run_has_nothing_to_do(project: Path) -> None:
    for service in ("github", "gitlab", "circleci"):
        init(project, "--ci", service, "--yes", "--docs-host", "readthedocs")
        before = tree(project)
        again = init(project, "--ci", service, "--docs-host", "readthedocs")
        assert again.exit_code == 0, again.output
        assert "nothing to do" in again.output
        assert tree(project) == before


def test_nothing_is_written_before_somebody_says_yes(project: Path) -> None:
    before = tree(project)
    done = init(project, "--ci", "github")
    assert done.exit_code == NotAdopted.exit_code
    assert f"+++ b/{WORKFLOW}" in done.output
    assert "--yes" in done.output
    assert tree(project) == before


def test_check_fails_as_long_as_something_is_missing(project: Path) -> None:
    before = tree(project)
    done = init(project, "--ci", "github", "--check", "--yes")
    assert done.exit_code == NotAdopted.exit_code
    assert WORKFLOW in done.output
    assert tree(project) == before
    init(project, "--ci", "github", "--yes")
    assert init(project, "--check").exit_code == 0


def test_what_somebody_changed_is_not_replaced(project: Path) -> None:
    init(project, "--ci", "github", "--yes")
    file = project / WORKFLOW
    file.write_text(file.read_text() + "# mine\n")
    before = tree(project)
    done = init(project, "--yes")
    assert done.exit_code == NotOverwritten.exit_code
    assert f"--force {WORKFLOW}" in done.output
    assert "-# mine" in done.output
    assert tree(project) == before
    assert init(project, "--yes", "--force", WORKFLOW).exit_code == 0
    assert "# mine" not in file.read_text()


def test_a_circleci_configuration_is_not_replaced(project: Path) -> None:
    write_tree(project, {".circleci/config.yml": "version: 2.1\njobs: {}\n"})
    before = tree(project)
    done = init(project, "--yes")
    assert done.exit_code == NotOverwritten.exit_code
    assert tree(project) == before


def test_gitlab_includes_our_file_and_keeps_the_rest(project: Path) -> None:
    theirs = "# mine\nstages: [build, check]\ntests:\n  script: !reference [.x, script]\n"
    write_tree(project, {".gitlab-ci.yml": theirs})
    assert init(project, "--yes").exit_code == 0
    written = tree(project)
    assert written[".gitlab-ci.yml"].startswith(theirs)
    assert "local: .gitlab/spec14.yml" in written[".gitlab-ci.yml"]
    jobs = yaml.safe_load(written[".gitlab/spec14.yml"])
    assert jobs[".spec14"]["stage"] == "check"
    assert "nothing to do" in init(project).output


def test_an_include_of_theirs_is_left_to_them(project: Path) -> None:
    theirs = "include:\n  - template: x.yml\n"
    write_tree(project, {".gitlab-ci.yml": theirs})
    done = init(project, "--yes")
    assert done.exit_code == 0
    assert "by hand: `- local: .gitlab/spec14.yml`" in done.output
    assert (project / ".gitlab-ci.yml").read_text() == theirs


@pytest.mark.parametrize("text", ["a: [", "- a\n", "x: 1\nx\n"])
def test_a_gitlab_file_that_cannot_be_read_is_named(project: Path, text: str) -> None:
    write_tree(project, {".gitlab-ci.yml": text})
    before = tree(project)
    done = init(project, "--yes")
    assert done.exit_code == NotAdopted.exit_code
    assert ".gitlab-ci.yml" in done.output
    assert tree(project) == before


def test_documentation_in_an_unusual_place_is_named(project: Path) -> None:
    write_tree(project, {"documentation/conf.py": ""})
    assert init(project, "--yes").exit_code == 0
    written = tree(project)
    settings = tomllib.loads(written["pyproject.toml"])["tool"]["spec14"]
    assert settings == {"docs": {"source": "documentation"}}
    assert "docs/conf.py" not in written


def test_a_workflow_goes_to_the_repository_above(tmp_path: Path) -> None:
    write_tree(tmp_path, {".git/HEAD": "", "python/pyproject.toml": PROJECT})
    assert init(tmp_path / "python", "--ci", "github", "--yes").exit_code == 0
    text = (tmp_path / WORKFLOW).read_text()
    assert "spec14 ci --project python" in text
    assert (tmp_path / "python" / "pyproject.toml").read_text().startswith(PROJECT)


def test_read_the_docs_gets_its_file(project: Path) -> None:
    write_tree(project, {"docs/conf.py": ""})
    assert init(project, "--docs-host", "readthedocs", "--yes").exit_code == 0
    made = yaml.safe_load((project / ".readthedocs.yaml").read_text())
    assert made["build"]["tools"] == {"python": "3.14", "nodejs": "24"}
    assert made["sphinx"] == {"configuration": "docs/conf.py"}


def test_json_says_what_was_done(project: Path) -> None:
    done = init(project, "--ci", "github", "--yes", before=("--json",))
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["written"] is True
    assert [one["change"] for one in told["changes"]] == ["extend", "create", "create", "create"]
    told = json.loads(init(project, "--check", before=("--json",)).stdout)
    assert (told["changes"], told["written"]) == ([], False)


def test_setup_py_alone_needs_no_pyproject(tmp_path: Path) -> None:
    write_tree(tmp_path, {"setup.py": "", "docs/conf.py": ""})
    done = init(tmp_path, "--yes")
    assert done.exit_code == 0
    assert sorted(tree(tmp_path)) == ["docs/conf.py", "setup.py"]


def test_a_folder_that_is_no_project_is_named(tmp_path: Path) -> None:
    done = init(tmp_path, "--yes")
    assert done.exit_code == ProjectIncomplete.exit_code
    assert list(tmp_path.iterdir()) == []


def test_quiet_says_nothing(project: Path) -> None:
    assert init(project, "--yes", before=("--quiet",)).output == ""
