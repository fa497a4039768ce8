"""Reports of real runs: coverage from WebAssembly, against native, shards that are merged."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from coverage import CoverageData

from tests.integration.conftest import Spec14
from toolkit.testing.coverage import DATA

DIFFERENT = """
import os, sys, threading
import pytest

WASM = sys.platform == "emscripten"

def test_that_is_the_same():
    pass

def test_with_a_thread():
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()

@pytest.mark.skipif(WASM, reason="no sockets")
def test_that_is_skipped_here():
    pass

def test_that_dies_here():
    if WASM:
        os._exit(9)

def test_that_fails_everywhere():
    assert 1 == 2

@pytest.mark.skipif(not WASM, reason="only there")
def test_that_runs_here_only():
    pass
"""


@pytest.fixture(scope="module")
def project(pure: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("reports") / "pure"
    shutil.copytree(pure, copy, symlinks=True)
    (copy / "tests" / "test_different.py").write_text(DIFFERENT)
    return copy


def record(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / ".spec14" / "report" / "tests.json").read_text())
    return found


def test_coverage_is_that_of_the_source(project: Path, spec14: Spec14) -> None:
    words = ("tests/test_measures.py", "--cov", "--cov-branch", "--cov-report=xml")
    done = spec14("test", "--project", project, "--workers", "2", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = project / ".spec14" / "report" / "coverage"
    assert 'filename="src/measures/__init__.py"' in (folder / "coverage.xml").read_text()
    data = CoverageData(str(folder / DATA))
    data.read()
    assert data.measured_files() == {"src/measures/__init__.py"}
    assert data.has_arcs()
    assert len(data.lines("src/measures/__init__.py") or ()) > 20
    data.close()


def test_too_little_coverage_fails(project: Path, spec14: Spec14) -> None:
    words = ("-k", "test_that_is_the_same", "--cov=measures", "--cov-fail-under=90")
    done = spec14("test", "--project", project, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Required test coverage of 90% not reached" in done.stdout
    assert record(project)["exit_code"] == 1
    assert record(project)["failures"] == 0


def test_against_native(project: Path, spec14: Spec14) -> None:
    done = spec14("--json", "test", "--project", project, "--against-native")
    assert done.returncode == 1, done.stdout + done.stderr
    report = project / ".spec14" / "report"
    comparison = json.loads((report / "against-native.json").read_text())

    def ids(groups: list[dict[str, Any]]) -> set[str]:
        return {name.partition("::")[2] for group in groups for name in group["ids"]}

    assert ids(comparison["fails_here"]) == {"test_that_dies_here"}
    # The plugin has made a skip of the thread that could not be started.
    assert ids(comparison["skipped_here"]) == {"test_that_is_skipped_here", "test_with_a_thread"}
    assert ids(comparison["fails_there"]) == {"test_that_fails_everywhere"}
    assert comparison["only_here"] == comparison["only_there"] == []
    assert {speed["file"] for speed in comparison["speeds"]} == {
        "tests/test_measures.py",
        "tests/test_different.py",
    }
    assert "Against native" in (report / "tests.html").read_text()
    native = json.loads((report / "native.json").read_text())
    assert native["tests"] == record(project)["tests"] == comparison["both"]


def test_shards_are_merged(project: Path, tmp_path: Path, spec14: Spec14) -> None:
    whole = spec14("test", "--project", project)
    wanted = record(project)
    for number in (1, 2):
        done = spec14("test", "--project", project, "--shard", f"{number}/2")
        assert done.returncode in (0, 1, 5), done.stdout + done.stderr
        shutil.copytree(project / ".spec14" / "report", tmp_path / f"report-{number}")
    out = tmp_path / "whole"
    done = spec14("report", "merge", "--out", out, tmp_path / "report-1", tmp_path / "report-2")
    assert done.returncode == whole.returncode == 1, done.stdout + done.stderr
    merged = json.loads((out / "tests.json").read_text())
    for name in ("tests", "collected", "failures", "errors", "skipped", "wheel_sha256"):
        assert merged[name] == wanted[name], name
    assert {item["id"] for item in merged["results"]} == {item["id"] for item in wanted["results"]}
    assert (out / "junit.xml").is_file()
    done = spec14("report", "merge", "--out", out, tmp_path / "report-2")
    assert done.returncode == 52
    assert "missing: shard 1/2" in done.stderr
