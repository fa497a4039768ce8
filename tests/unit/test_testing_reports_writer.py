"""The plugins in a session of pytest: what they leave in the folder of reports."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.reports import ROOT, make_built, make_project, run_pytest
from toolkit.project import Project
from toolkit.testing.reports.writer import source_root

SUITE: Final = """
import pytest

def test_passes():
    pass

def test_fails():
    assert "<script>alert(1)</script>" == "]]>"

@pytest.mark.skip(reason="later & never")
def test_skips():
    pass
"""
CONFTEST: Final = """
from pathlib import Path
from toolkit.project import read_project
from toolkit.testing.reports import plugins
from toolkit.wheels.build import BuiltWheel

def pytest_configure(config):
    project = read_project(Path(__file__).parent)
    (wheel,) = project.dist.iterdir()
    built = BuiltWheel(path=wheel, sha256="ab" * 32, compiled=False, fresh=True)
    options = {"arguments": ["-k", "a b"], "workers": 2, "shard": (1, 3), "runtime": {"node": 24}}
    for plugin in plugins(project, built, options):
        config.pluginmanager.register(plugin)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = make_project(
        tmp_path / "shapes",
        {"tests/test_all.py": SUITE, "conftest.py": CONFTEST, "pytest.ini": "[pytest]\n"},
    )
    make_built(made)
    return made


def run(
    project: Project, *words: str, env: Mapping[str, str] | None = None
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    own = {name: "" for name in os.environ if name.startswith("GITHUB_")}
    done = run_pytest(project.folder, *words, env={**own, "PYTHONPATH": str(ROOT), **(env or {})})
    return done, json.loads((project.report / "tests.json").read_text())


def test_the_record(project: Project) -> None:
    done, record = run(project)
    assert done.returncode == record["exit_code"] == 1, done.stdout + done.stderr
    assert record["schema"] == 2
    assert (record["tests"], record["failures"], record["skipped"], record["collected"]) == (
        3,
        1,
        1,
        3,
    )
    assert (record["arguments"], record["workers"], record["shard"]) == (["-k", "a b"], 2, "1/3")
    assert record["runtime"] == {"node": "24"}
    assert record["wheel"] == "shapes-1.0-py3-none-any.whl"
    assert record["root"] == "../.."
    outcomes = {item["id"]: item["outcome"] for item in record["results"]}
    assert outcomes == {
        "tests/test_all.py::test_passes": "passed",
        "tests/test_all.py::test_fails": "failed",
        "tests/test_all.py::test_skips": "skipped",
    }


def test_the_page_stands_beside_it(project: Project) -> None:
    run(project)
    page = (project.report / "tests.html").read_text("utf-8")
    assert "tests/test_all.py::test_fails" in page
    assert "<script>alert" not in page
    assert 'href="../../tests/test_all.py#L7"' in page
    assert (project.report / "../../tests/test_all.py").is_file()


def test_codes_are_those_of_the_session(project: Project) -> None:
    done, record = run(project, "-k", "nothing_is_called_so")
    assert done.returncode == record["exit_code"] == 5
    assert (record["tests"], record["collected"]) == (0, 0)
    done, record = run(project, "-k", "passes")
    assert done.returncode == record["exit_code"] == 0


def test_a_run_that_stops_says_how_many_there_were(project: Project) -> None:
    _done, record = run(project, "-x")
    assert (record["tests"], record["collected"]) == (2, 3)


def test_annotations_in_actions_only(project: Project, tmp_path: Path) -> None:
    done, _record = run(project)
    assert "::error" not in done.stdout
    summary = tmp_path / "summary.md"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done, _record = run(project, env=env)
    lines = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert len(lines) == 1
    assert lines[0].startswith(
        "::error file=tests/test_all.py,line=7,title=tests/test_all.py%3A%3A"
    )
    assert "| 3 | 1 | 1 | 0 | 1 |" in summary.read_text()


def test_tests_in_a_copy_are_those_of_the_project(project: Project) -> None:
    copy = project.cache / "test-folder"
    assert source_root(project, copy / "python") == project.folder / "python"
    assert source_root(project, None) == project.folder
    elsewhere = project.folder.parent
    assert source_root(project, elsewhere) == elsewhere
