"""``spec14 wheel`` with what projects carry for cibuildwheel and git, by the real tools."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.artefacts import CPYTHON, write_tree
from tests.integration.conftest import Spec14, error_lines, the_wheel

CONFIGURED = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "configured"
        version = "1"
        [tool.setuptools]
        packages = ["configured"]
        [tool.cibuildwheel]
        skip = "*pyodide*"
        environment = {CFLAGS = "-DFROM_CFLAGS=20 $MORE", NOTE = "$(cat note.txt)"}
        before-build = ["python {project}/make.py > {package}/configured/made.h"]
        [[tool.cibuildwheel.overrides]]
        select = "cp3*-pyodide*"
        inherit.before-build = "append"
        before-build = "python -m pip --version && git --version"
        inherit.environment = "append"
        environment = "EXTRA='a b'"
        [tool.cibuildwheel.pyodide]
        test-command = "python -c 'import configured._k as k; assert k.value() == 23, k.value()'"
        test-requires = []
        """,
    "setup.py": """
        import os
        from setuptools import Extension, setup

        assert os.environ["EXTRA"] == "a b" and os.environ["NOTE"] == "from a file"
        setup(ext_modules=[Extension("configured._k", ["configured/_k.c"])])
        """,
    "note.txt": "from a file\n",
    "make.py": 'print("#define MADE 3")\n',
    "configured/__init__.py": "",
    "configured/_k.c": """
        #include <Python.h>
        #include "made.h"

        static PyObject *value(PyObject *self, PyObject *args)
        {
            return PyLong_FromLong(FROM_CFLAGS + MADE);
        }

        static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {NULL}};
        static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_k", "", -1, methods};

        PyMODINIT_FUNC PyInit__k(void)
        {
            return PyModule_Create(&module);
        }
        """,
}


@pytest.fixture(scope="module")
def configured(tmp_path_factory: pytest.TempPathFactory, spec14: Spec14) -> Path:
    project = write_tree(tmp_path_factory.mktemp("settings") / "configured", CONFIGURED)
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_variables_and_commands_count(configured: Path, spec14: Spec14) -> None:
    """The module has a value from each; the project's own test command reads it in Node."""
    done = spec14("test", "--project", configured)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (configured / "configured" / "made.h").exists(), "made in the copy alone"


def test_a_test_command_that_fails(configured: Path, spec14: Spec14) -> None:
    file = configured / "pyproject.toml"
    text = file.read_text()
    try:
        file.write_text(text.replace("== 23", "== 24"))
        assert spec14("test", "--project", configured).returncode == 1
    finally:
        file.write_text(text)


def test_explained(configured: Path, spec14: Spec14) -> None:
    before = sorted(path.name for path in (configured / ".spec14" / "cache").iterdir())
    done = spec14("--json", "wheel", "--explain", "--project", configured, env={"MORE": "-DMORE"})
    assert done.returncode == 0, done.stderr
    values = {entry["name"]: (entry["value"], entry["origin"]) for entry in json.loads(done.stdout)}
    everywhere, override = (
        "[tool.cibuildwheel]",
        "[[tool.cibuildwheel.overrides]] select = 'cp3*-pyodide*'",
    )
    assert values["environment CFLAGS"] == ("-DFROM_CFLAGS=20 -DMORE", everywhere)
    assert values["environment NOTE"] == ("from a file", everywhere)
    assert values["environment EXTRA"] == ("a b", override)
    assert values["before-build"][1] == override
    assert values["kind"][0] == "compiled"
    assert values["version"] == ("1", "pyproject.toml")
    assert values["Python"][0] == CPYTHON
    assert values["built by cibuildwheel"][1] == "[tool.cibuildwheel] skip"
    assert values["test-command"][1] == "[tool.cibuildwheel.pyodide] test-command"
    assert sorted(path.name for path in (configured / ".spec14" / "cache").iterdir()) == before
    table = spec14("wheel", "--explain", "--project", configured)
    assert "environment NOTE" in table.stdout


def test_a_command_of_the_projects_that_fails(tmp_path: Path, spec14: Spec14) -> None:
    files = {**CONFIGURED, "make.py": "import sys\nsys.exit('no luck today')\n"}
    project = write_tree(tmp_path / "p", files)
    done = spec14("wheel", "--project", project)
    assert done.returncode == 40
    what, do = error_lines(done)
    assert what.startswith("before-build of configured ended with code 1: python ./make.py")
    assert "before-build = []" in do
    assert "no luck today" in done.stderr
    assert not list((project / ".spec14" / "dist").iterdir())


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


SCM = {
    "setuptools-scm": """
        [build-system]
        requires = ["setuptools", "setuptools-scm"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "dated"
        requires-python = ">=3.9"
        dynamic = ["version"]
        [tool.setuptools_scm]
        [tool.setuptools]
        packages = ["dated"]
        """,
    "hatch-vcs": """
        [build-system]
        requires = ["hatchling", "hatch-vcs"]
        build-backend = "hatchling.build"
        [project]
        name = "dated"
        requires-python = ">=3.9"
        dynamic = ["version"]
        [tool.hatch.version]
        source = "vcs"
        """,
    "pdm": """
        [build-system]
        requires = ["pdm-backend"]
        build-backend = "pdm.backend"
        [project]
        name = "dated"
        requires-python = ">=3.9"
        dynamic = ["version"]
        [tool.pdm.version]
        source = "scm"
        """,
}


@pytest.mark.parametrize("backend", SCM)
def test_the_version_comes_from_git(tmp_path: Path, spec14: Spec14, backend: str) -> None:
    project = write_tree(
        tmp_path / "dated",
        {"pyproject.toml": SCM[backend], "dated/__init__.py": "", "dated/data.txt": "x"},
    )
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "1")
    git(project, "tag", "v1.4")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert the_wheel(project).name == "dated-1.4-py3-none-any.whl"
    # setuptools-scm and hatch-vcs know from git that this is package data.
    with zipfile.ZipFile(the_wheel(project)) as wheel:
        assert "dated/data.txt" in wheel.namelist()
    done = spec14("wheel", "--project", project)
    assert "is up to date" in done.stdout
    git(project, "commit", "--allow-empty", "-m", "2")
    git(project, "tag", "v1.5")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert the_wheel(project).name == "dated-1.5-py3-none-any.whl"


def test_a_changed_checkout_gives_the_same_bytes_tomorrow(tmp_path: Path, spec14: Spec14) -> None:
    """A local version with a date in it has SOURCE_DATE_EPOCH's."""
    project = write_tree(
        tmp_path / "dated", {"pyproject.toml": SCM["setuptools-scm"], "dated/__init__.py": ""}
    )
    git(project, "init")
    git(project, "add", ".")
    git(project, "commit", "-m", "1")
    git(project, "tag", "v1.4")
    (project / "dated" / "__init__.py").write_text("changed = True\n")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert the_wheel(project).name == "dated-1.5.dev0+g" + git(project, "rev-parse", "HEAD")[
        : len(the_wheel(project).name.split("+g")[1].split(".d")[0])
    ] + (".d19800101-py3-none-any.whl")


def test_no_git_here(tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(
        tmp_path / "dated", {"pyproject.toml": SCM["setuptools-scm"], "dated/__init__.py": ""}
    )
    done = spec14("wheel", "--project", project)
    assert done.returncode == 40
    what, do = error_lines(done)
    assert "there is no git repository with a commit here" in what
    assert "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DATED" in do
    (project / "pyproject.toml").write_text(
        (project / "pyproject.toml").read_text()
        + '\n[tool.spec14.wheel]\nenvironment = {SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DATED = "7"}\n'
    )
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert the_wheel(project).name == "dated-7-py3-none-any.whl"
