"""Projects, wheels and records for tests of reports."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.artefacts import make_wheel
from toolkit.project import Project, prepare_output, read_project
from toolkit.testing.native_plugin import TARGET
from toolkit.testing.results import Record, Result, read
from toolkit.wheels.build import BuiltWheel

ROOT: Final = Path(__file__).resolve().parents[1]


def make_project(folder: Path, files: Mapping[str, str] | None = None) -> Project:
    """Write a project called ``shapes`` and make its ``.spec14``."""
    folder.mkdir(parents=True, exist_ok=True)
    own = {"pyproject.toml": '[project]\nname = "shapes"\nversion = "1.0"\n'}
    for name, text in (own | dict(files or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    project = read_project(folder)
    prepare_output(project)
    return project


def make_built(project: Project, files: Mapping[str, str] | None = None) -> BuiltWheel:
    """Write the wheel of a project."""
    path = make_wheel(project.dist, "shapes", files=files)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return BuiltWheel(path=path, sha256=sha256, compiled=False, fresh=True)


def result(
    name: str = "tests/test_a.py::test_a", outcome: str = "passed", **more: object
) -> Result:
    values = {"seconds": 0.5, "file": name.partition("::")[0], "line": 3, **more}
    return Result(id=name, outcome=outcome, **values)  # type: ignore[arg-type]


def record(*results: Result, exit_code: int = 0, **more: object) -> Record:
    values = {
        "wheel": "shapes-1.0-py3-none-any.whl",
        "wheel_sha256": "ab" * 32,
        "collected": len(results),
        **more,
    }
    return Record(exit_code=exit_code, results=results, **values)  # type: ignore[arg-type]


def run_pytest(
    folder: Path, *words: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process and a folder of its own, as a project's tests are run."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def recorded(folder: Path, *words: str) -> tuple[Record, subprocess.CompletedProcess[str]]:
    """Run pytest with the recorder of native runs; give its record, and how it ended."""
    target = folder / "record.json"
    plugin = ("-p", "toolkit.testing.native_plugin")
    env = {TARGET: str(target), "PYTHONPATH": str(ROOT)}
    done = run_pytest(folder, *plugin, *words, env=env)
    return read(target), done
