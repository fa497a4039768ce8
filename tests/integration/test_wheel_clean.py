"""Nothing but the project is in its wheel: built twice, among the leftovers of other tools."""

import sys
import zipfile
from pathlib import Path

import pytest

from tests.artefacts import MINOR, write_tree
from tests.backends import COMPILED, WITHOUT_A_COMPILER
from tests.integration.conftest import Spec14, the_wheel

EVERYWHERE = {**COMPILED, **WITHOUT_A_COMPILER}
LEFTOVERS = {
    ".pyodide_build/pywasmcross_symlinks/cc": "",
    "build/lib/sample/gone.py": "",
    "dist/sample-0.9-py3-none-any.whl": "",
    "sample.egg-info/SOURCES.txt": "sample/gone.py",
    f"sample/__pycache__/other.{sys.implementation.cache_tag}.pyc": "",
    f".venv/lib/python{MINOR}/site-packages/foreign.py": "",
}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_nothing_of_ours_and_nothing_left_over(name: str, tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(EVERYWHERE[name](tmp_path / "sample"), LEFTOVERS)
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    first = the_wheel(project).read_bytes()
    # Again, with all that the first run has left.
    (project / ".spec14" / "cache" / "wheel.json").unlink()
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert the_wheel(project).read_bytes() == first
    with zipfile.ZipFile(the_wheel(project)) as archive:
        names = archive.namelist()
    modules = {name for name in names if not name.startswith("sample-1.0.dist-info/")}
    sources = {"sample/__init__.py", "sample/other.py"}
    assert sources < modules
    (core,) = {name for name in modules if Path(name).suffix == ".so" or name.endswith("_core.py")}
    written = {"sample/_core.c", "sample/_core.cpp", "sample/_core.pyx"}
    assert modules - sources - {core} <= written, "what a backend packs besides is the project's"
