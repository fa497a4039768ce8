"""``spec14 init`` on a bare project, then ``spec14 ci`` on it: as a whole and in shards."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import GREETINGS, write_tree
from tests.integration.conftest import Spec14, the_wheel
from toolkit.errors import ReportsDisagree, WheelNotTested

BARE = {
    "pyproject.toml": """
        [build-system]
        requires = ["hatchling"]
        build-backend = "hatchling.build"
        [project]
        name = "greetings"
        version = "1.0"
        [dependency-groups]
        test = ["pytest"]
        [tool.spec14.docs]
        snapshot = false
        """,
    "greetings.py": GREETINGS,
    "tests/test_greetings.py": """
        import greetings

        def test_you():
            assert greetings.greet("you") == "hello you"

        def test_me():
            assert greetings.greet("me") == "hello me"
        """,
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    """Give a project without documentation, as ``spec14 init`` leaves it, with its wheel."""
    project = write_tree(tmp_path_factory.mktemp("bare") / "p", BARE)
    done = documented("init", "--project", project, "--ci", "none", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "docs" / "index.rst").is_file()
    done = documented("ci", "--project", project, "--until", "audit")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="module")
def shards(bare: Path, documented: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the reports of two jobs."""
    folder = tmp_path_factory.mktemp("shards")
    for number in ("1", "2"):
        done = documented("ci", "--project", bare, "--shard", f"{number}/2")
        assert done.returncode == 0, done.stdout + done.stderr
        shutil.copytree(bare / ".spec14" / "report", folder / number)
    return folder


def outcomes(told: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["outcome"] for stage in told["stages"]}


def test_the_whole_row_after_shards(
    bare: Path, shards: Path, documented: Spec14, tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    actions = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    done = documented(
        "--json", "ci", "--project", bare, "--merge", shards, "--browser", "none", env=actions
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads((bare / ".spec14" / "report" / "ci.json").read_text())
    assert set(outcomes(told).values()) == {"passed"}
    assert (told["merged"], told["tested"], told["exit_code"]) == (2, True, 0)
    site = json.loads((bare / ".spec14" / "site" / "spec14-site.json").read_text())
    assert (site["wheel_sha256"], site["tested"]) == (told["wheel_sha256"], True)
    said = {stage["name"]: stage["said"] for stage in told["stages"]}
    assert "2 of 2 examples have a button" in said["docs"], "the console and the docstring"
    assert "2 passed" in said["test"]
    assert f"sha256 `{told['wheel_sha256']}`" in page.read_text()


def test_a_missing_shard_ends_it(bare: Path, shards: Path, documented: Spec14) -> None:
    done = documented("--json", "ci", "--project", bare, "--merge", shards / "1")
    assert done.returncode == ReportsDisagree.exit_code
    assert "missing: shard 2/2" in done.stderr
    told = json.loads(done.stdout)
    assert outcomes(told)["test"] == "failed"
    assert outcomes(told)["docs"] == "not run"


def test_reports_of_another_wheel_are_refused(
    bare: Path, shards: Path, documented: Spec14, tmp_path: Path
) -> None:
    copy = shutil.copytree(shards, tmp_path / "shards")
    for file in copy.rglob("tests.json"):
        record = json.loads(file.read_text())
        file.write_text(json.dumps({**record, "wheel_sha256": "1" * 64}))
    done = documented("ci", "--project", bare, "--merge", copy)
    assert done.returncode == WheelNotTested.exit_code
    assert "error: the reports are of a wheel with sha256 111111111111" in done.stderr
    assert the_wheel(bare).is_file()


def test_tests_that_fail_end_it_with_pytests_code(
    bare: Path, documented: Spec14, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(bare, tmp_path / "p"))
    test = project / "tests" / "test_greetings.py"
    test.write_text(test.read_text().replace('"hello me"', '"hello you"'))
    done = documented("ci", "--project", project, env={"GITHUB_ACTIONS": "true"})
    assert done.returncode == 1, done.stderr
    assert "::error title=spec14 test ended with 1::" in done.stdout
    told = json.loads((project / ".spec14" / "report" / "ci.json").read_text())
    assert list(outcomes(told).values()) == ["passed", "passed", "failed", *["not run"] * 3]
