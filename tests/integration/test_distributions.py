"""Recipes from real builds: pyodide-build builds one, and libraries are found in real wheels."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Final

import pytest
import yaml
from rattler_build import Stage0Recipe

from tests.artefacts import SUFFIX, write_tree
from tests.integration.conftest import Spec14, copy_project, error_lines
from toolkit.audit.wheel import audit_wheel
from toolkit.crossenv.libraries import LIBRARIES
from toolkit.distributions.linked import linked_libraries
from toolkit.errors import RecipeFailed
from toolkit.pins import RUNTIME, WHEELHOUSE
from toolkit.process import run
from toolkit.wheels.index import uv_environment

SQUEEZE_C: Final = """\
#include <Python.h>
#include <zlib.h>

static PyObject *there_and_back(PyObject *self, PyObject *args) {
    const char *text;
    Py_ssize_t size;
    unsigned char packed[512], plain[512];
    uLongf packed_size = sizeof packed, plain_size = sizeof plain;
    if (!PyArg_ParseTuple(args, "y#", &text, &size)) return NULL;
    if (compress2(packed, &packed_size, (const Bytef *)text, size, LEVEL) != Z_OK ||
        uncompress(plain, &plain_size, packed, packed_size) != Z_OK) {
        PyErr_SetString(PyExc_ValueError, "no");
        return NULL;
    }
    return Py_BuildValue("y#n", plain, (Py_ssize_t)plain_size, (Py_ssize_t)packed_size);
}

static PyMethodDef methods[] = {
    {"there_and_back", there_and_back, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_kernel", NULL, -1, methods};
PyMODINIT_FUNC PyInit__kernel(void) { return PyModule_Create(&module); }
"""
SQUEEZE: Final = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "squeeze"
        version = "1.0"
        description = "There and back"
        license = "MIT"
        urls = {Homepage = "https://squeeze.example.org"}
        [tool.spec14.wheel]
        environment = {CFLAGS = "-DLEVEL=9"}
        """,
    "setup.py": """
        from setuptools import Extension, setup
        setup(ext_modules=[Extension("squeeze._kernel", ["squeeze/_kernel.c"], libraries=["z"])])
        """,
    "squeeze/__init__.py": "",
    "squeeze/_kernel.c": SQUEEZE_C,
}


def built_by_pyodide(tree: Path, name: str) -> Path:
    """Build a recipe as ``pyodide build-recipes-no-deps`` does, from the image's wheels alone."""
    shutil.copytree(LIBRARIES, tree / ".libs", symlinks=True)
    words = ["pyodide", "build-recipes-no-deps", name, "--recipe-dir", str(tree)]
    env = uv_environment(tree, offline=True)
    done = run([*words, "--skip-emscripten-install"], cwd=tree, env=env)
    assert done.code == 0, done.output
    (wheel,) = (tree / name / "dist").glob("*.whl")
    return wheel


def test_a_recipe_with_a_library_is_built_by_pyodide_build(tmp_path: Path, spec14: Spec14) -> None:
    project, tree = write_tree(tmp_path / "squeeze", SQUEEZE), tmp_path / "recipes"
    words = ("--project", project, "--out", tree, "--with-source", "--maintainer", "somebody")
    done = spec14("recipe", "pyodide", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "libz.a of the image is in its modules" in done.stdout
    said = yaml.safe_load((tree / "squeeze" / "meta.yaml").read_text())
    assert said["package"]["top-level"] == ["squeeze"]
    assert said["requirements"] == {"host": ["libzlib"], "executable": ["pkg-config"]}
    assert said["build"]["cflags"] == "-DLEVEL=9 -I$(WASM_LIBRARY_DIR)/include"
    assert said["about"]["home"] == "https://squeeze.example.org"
    assert not (tree / "squeeze" / "src" / ".spec14").exists()
    wheel = built_by_pyodide(tree, "squeeze")
    assert audit_wheel(wheel, RUNTIME).errors == ()
    with zipfile.ZipFile(wheel) as archive:
        assert f"squeeze/_kernel{SUFFIX}" in archive.namelist()


def test_the_recipe_of_the_demo(demo: Path, tmp_path: Path, spec14: Spec14) -> None:
    """Built with meson-python, against NumPy's headers."""
    tree = tmp_path / "recipes"
    words = ("--project", demo, "--out", tree, "--with-source", "--offline")
    assert spec14("recipe", "pyodide", *words).returncode == 0
    said = yaml.safe_load((tree / "ripple-demo" / "meta.yaml").read_text())
    assert said["requirements"] == {"run": ["numpy"], "host": ["numpy"]}
    assert said["test"]["imports"] == ["ripple", "ripple._kernel"]
    assert audit_wheel(built_by_pyodide(tree, "ripple-demo"), RUNTIME).errors == ()


def test_nothing_is_overwritten_unasked(demo: Path, tmp_path: Path, spec14: Spec14) -> None:
    words = ("emscripten-forge", "--project", demo, "--out", tmp_path, "--with-source")
    assert spec14("recipe", *words).returncode == 0
    folder = tmp_path / "ripple-demo"
    names = {"recipe.yaml", "test_import_ripple_demo.py", "build.sh", "emscripten.meson.cross"}
    assert {path.name for path in folder.iterdir()} == {*names, "src"}
    assert Stage0Recipe.from_file(folder / "recipe.yaml").schema_version == 1
    (folder / "recipe.yaml").write_text("mine\n")
    again = spec14("recipe", *words)
    assert again.returncode == RecipeFailed.exit_code
    what, do = error_lines(again)
    assert "is there already" in what
    assert "--force" in do
    assert (folder / "recipe.yaml").read_text() == "mine\n"
    assert spec14("recipe", *words, "--force").returncode == 0
    assert (folder / "recipe.yaml").read_text() != "mine\n"
    assert not list(folder.glob("src.*"))


def test_a_recipe_is_printed(pure: Path, spec14: Spec14) -> None:
    address = "https://files.example.org/ripple_pure-1.0.0.tar.gz"
    words = ("--project", pure, "--url", address, "--sha256", "a" * 64)
    done = spec14("recipe", "emscripten-forge", *words)
    assert done.returncode == 0, done.stderr
    said = yaml.safe_load(done.stdout)
    assert said["build"]["noarch"] == "python"
    assert "beside it belongs test_import_" in done.stderr
    machine = spec14("--json", "recipe", "pyodide", *words)
    assert yaml.safe_load(json.loads(machine.stdout)["files"]["meta.yaml"])["source"] == {
        "url": address,
        "sha256": "a" * 64,
    }


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 76, "may be a private mirror"),
        (("--url", "https://u:secret@host.example/x.tar.gz"), 76, "not the public address"),
        (("--url", "https://host.example/x.tar.gz"), 76, "SHA-256"),
        (("--sha256", "12"), 76, "is not a SHA-256"),
        (("--maintainer", "@somebody"), 76, "is not a name at GitHub"),
        (("--offline",), 76, "is not known without an index"),
    ],
)
def test_what_is_refused(
    pure: Path, spec14: Spec14, words: tuple[str, ...], code: int, said: str
) -> None:
    mirror = {"PIP_INDEX_URL": "https://mirror.internal.example/simple"}
    done = spec14("recipe", "pyodide", "--project", pure, *words, env=mirror)
    assert done.returncode == code
    what, do = error_lines(done)
    assert said in what
    assert do
    assert done.stdout == ""


def test_a_source_is_not_laid_into_itself(tmp_path: Path, spec14: Spec14) -> None:
    project = copy_project("pure", tmp_path / "pure")
    out = project / "recipes"
    done = spec14("recipe", "pyodide", "--project", project, "--out", out, "--with-source")
    assert done.returncode == RecipeFailed.exit_code
    assert "lies in the project" in error_lines(done)[0]
    assert not out.exists()


@pytest.mark.usefixtures("toolchain")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("numpy", set()),
        ("kiwisolver", set()),
        ("pyyaml", {"libyaml"}),
        ("pillow", {"libz", "libjpeg", "libfreetype"}),
        # Raqm is in it, too, and has no texts.
        ("matplotlib", {"libfreetype", "libharfbuzz", "libsheenbidi", "libqhull"}),
    ],
)
def test_libraries_in_the_images_own_wheels(name: str, expected: set[str]) -> None:
    """What their recipes name, and what those libraries need, is found again."""
    (wheel,) = (WHEELHOUSE / "target").glob(f"{name}-*.whl")
    assert {library.name for library in linked_libraries(wheel, [])} == expected


@pytest.mark.network
def test_the_address_of_a_release(tmp_path: Path, spec14: Spec14) -> None:
    """Of the client's own default index, as nobody has configured another."""
    env = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": "", "PIP_EXTRA_INDEX_URL": ""}
    words = ("--project", tmp_path, "--out", tmp_path / "recipes", "tabulate==0.9.0")
    done = spec14("recipe", "pyodide", *words, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    source = yaml.safe_load((tmp_path / "recipes" / "tabulate" / "meta.yaml").read_text())["source"]
    assert source["url"].endswith("/tabulate-0.9.0.tar.gz")
    assert source["url"].startswith("https://")
    assert source["sha256"] == "0095b12bf5966de529c0feb1fa08671671b3368eec77d7ef7ab114be2c068b3c"
