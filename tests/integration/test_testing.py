"""``spec14 test``: pytest under Pyodide in Node."""

import hashlib
import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.artefacts import MINOR
from tests.integration.conftest import Spec14, error_lines, the_wheel


def junit(project: Path) -> dict[str, int]:
    root = ET.parse(project / ".spec14" / "report" / "junit.xml").getroot()
    (suite,) = root.iter("testsuite")
    assert len(list(suite.iter("testcase"))) == int(suite.attrib["tests"])
    return {key: int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")}


@pytest.mark.parametrize("name", ["demo", "pure"])
def test_a_suite_that_passes(request: pytest.FixtureRequest, spec14: Spec14, name: str) -> None:
    project: Path = request.getfixturevalue(name)
    done = spec14("test", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"platform emscripten -- Python {MINOR}" in done.stdout, "pytest's own output"
    assert "without a memory snapshot" not in done.stdout, done.stdout
    passed = re.search(r"=+ (\d+) passed in ", done.stdout)
    assert passed is not None
    counts = junit(project)
    assert counts == {"tests": int(passed[1]), "failures": 0, "errors": 0, "skipped": 0}
    assert counts["tests"] >= 30
    report = json.loads((project / ".spec14" / "report" / "tests.json").read_text())
    assert {key: report[key] for key in counts} == counts
    assert report["exit_code"] == 0
    assert report["wheel"] == the_wheel(project).name
    assert report["wheel_sha256"] == hashlib.sha256(the_wheel(project).read_bytes()).hexdigest()
    caches = [path for path in project.rglob("*cache*") if ".spec14" not in path.parts]
    assert caches == [], "nothing is written but .spec14"


FAILING = """
import os

def test_that_fails():
    assert [1, 2] == [1, 3]

def test_that_is_skipped():
    import pytest
    pytest.skip("not today")

def test_that_ends_the_interpreter():
    if "SPEC14_TEST_CRASH" in os.environ:
        os._exit(77)
"""


@pytest.fixture(scope="module")
def failing(pure: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("failing") / "pure"
    shutil.copytree(pure, project, symlinks=True)
    (project / "tests" / "test_failing.py").write_text(FAILING)
    return project


def test_a_test_that_fails(failing: Path, spec14: Spec14) -> None:
    done = spec14("test", "--project", failing, "tests/test_failing.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "assert [1, 2] == [1, 3]" in done.stdout
    assert "At index 1 diff: 2 != 3" in done.stdout, "pytest's rewritten assertions"
    assert done.stderr == "", "a failing test is pytest's to tell"
    assert junit(failing) == {"tests": 3, "failures": 1, "errors": 0, "skipped": 1}
    report = json.loads((failing / ".spec14" / "report" / "tests.json").read_text())
    assert (report["exit_code"], report["failures"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-k", "no_test_is_called_like_this"], 5),
        (["--", "--no-such-option"], 4),
        (["--co", "-q", "tests/test_failing.py"], 0),
    ],
)
def test_words_and_codes_are_pytests(
    failing: Path, spec14: Spec14, words: list[str], code: int
) -> None:
    done = spec14("test", "--project", failing, *words)
    assert done.returncode == code, done.stdout + done.stderr


def test_an_interpreter_that_dies(failing: Path, spec14: Spec14) -> None:
    crash = {"SPEC14_TEST_CRASH": "1"}
    done = spec14("test", "--project", failing, "tests/test_failing.py", env=crash)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "[died] the interpreter was ended by os._exit(77) in this test" in done.stdout
    assert junit(failing) == {"tests": 3, "failures": 1, "errors": 1, "skipped": 1}


def test_a_requirement_of_the_tests_that_nobody_has(
    pure: Path, tmp_path: Path, spec14: Spec14
) -> None:
    project = tmp_path / "pure"
    shutil.copytree(pure, project, symlinks=True, ignore=shutil.ignore_patterns("test-env"))
    file = project / "pyproject.toml"
    text = file.read_text()
    file.write_text(text.replace('test = ["pytest"', 'test = ["spec14-no-such-package"'))
    # An index that is not there: this test asks nobody.
    index = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = spec14("test", "--project", project, env={"PIP_CONFIG_FILE": "/dev/null", **index})
    assert done.returncode == 42, done.stdout + done.stderr
    what, _do = error_lines(done)
    assert what.startswith("the requirements of the tests of measures-demo cannot be had: ")
    assert not (project / ".spec14" / "cache" / "test-env").exists(), "no environment half made"
