"""What the image's recipes give: libraries a project links, and wheels built later."""

import zipfile
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import COMPILED, write_tree
from tests.integration.conftest import Spec14, the_wheel
from toolkit.crossenv.recipes import RECIPES, build_recipe, recipe_for
from toolkit.pins import WHEELHOUSE, read_pins
from toolkit.project import prepare_output, read_project
from toolkit.wheels.from_sdist import build_sdist
from toolkit.wheels.store import Store

PINS: Final = read_pins().wheelhouse

SETUP_PY: Final = """\
import subprocess

from setuptools import Extension, setup

flags = {
    what: subprocess.check_output(["pkg-config", what, "zlib", "libjpeg"], text=True).split()
    for what in ("--cflags", "--libs")
}
setup(
    ext_modules=[
        Extension(
            "squeeze._kernel",
            ["src/squeeze/_kernel.c"],
            extra_compile_args=flags["--cflags"],
            extra_link_args=flags["--libs"],
        ),
        Extension("squeeze._yaml", ["src/squeeze/_yaml.c"], libraries=["yaml"]),
    ]
)
"""
KERNEL_C: Final = """\
#include <Python.h>
#include <stdio.h>
#include <zlib.h>
#include <jpeglib.h>

static PyObject *there_and_back(PyObject *self, PyObject *args) {
    const char *text;
    Py_ssize_t size;
    unsigned char packed[512], plain[512];
    uLongf packed_size = sizeof packed, plain_size = sizeof plain;
    struct jpeg_error_mgr errors;
    if (!PyArg_ParseTuple(args, "y#", &text, &size)) return NULL;
    if (compress2(packed, &packed_size, (const Bytef *)text, size, 9) != Z_OK ||
        uncompress(plain, &plain_size, packed, packed_size) != Z_OK ||
        jpeg_std_error(&errors) != &errors) {
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
YAML_C: Final = """\
#include <Python.h>
#include <yaml.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_yaml", NULL, -1, NULL};
PyMODINIT_FUNC PyInit__yaml(void) {
    PyObject *made = PyModule_Create(&module);
    PyModule_AddStringConstant(made, "version", yaml_get_version_string());
    return made;
}
"""
TESTS: Final = """\
from squeeze import _kernel, _yaml

def test_zlib() -> None:
    plain, size = _kernel.there_and_back(b"a" * 400)
    assert plain == b"a" * 400
    assert size < 40

def test_yaml() -> None:
    assert _yaml.version == "%s"
"""


def test_a_project_links_libraries_of_the_image(tmp_path: Path, spec14: Spec14) -> None:
    """By pkg-config, and by the plain name as on any system; and they work in the runtime."""
    project = tmp_path / "squeeze"
    write_tree(
        project,
        {
            "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n'
            'build-backend = "setuptools.build_meta"\n'
            '[project]\nname = "squeeze"\nversion = "1.0"\n',
            "setup.py": SETUP_PY,
            "src/squeeze/__init__.py": "",
            "src/squeeze/_kernel.c": KERNEL_C,
            "src/squeeze/_yaml.c": YAML_C,
            "tests/test_it.py": TESTS % PINS["libyaml"].version,
        },
    )
    done = spec14("test", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(the_wheel(project)) as wheel:
        assert len([name for name in wheel.namelist() if name.endswith(".so")]) == 2


@pytest.mark.usefixtures("toolchain")
def test_a_wheel_is_built_by_its_recipe_later(tmp_path: Path) -> None:
    """With the image's own libyaml: only PyYAML's source is fetched."""
    name = recipe_for("PyYAML")
    assert name is not None
    wheel = build_recipe(name, tmp_path / "out", tmp_path / "cache")
    assert wheel.parent == tmp_path / "out"
    assert wheel.name.startswith(f"pyyaml-{PINS['pyyaml'].version}-{COMPILED}")
    assert len([path for path in (tmp_path / "cache").iterdir() if path.is_dir()]) == 1
    again = build_recipe(name, tmp_path / "again", tmp_path / "cache")
    assert again.read_bytes() == wheel.read_bytes()


@pytest.mark.usefixtures("toolchain")
def test_a_requirement_is_built_by_its_recipe(tmp_path: Path) -> None:
    """Plain, PyYAML's sdist would not be: without libyaml it gives a pure wheel."""
    write_tree(tmp_path, {"pyproject.toml": '[project]\nname = "reader"\nversion = "1"\n'})
    project = read_project(tmp_path)
    prepare_output(project)
    store = Store(folder=project.cache / "wheels")
    with store.held():
        locked = build_sdist("PyYAML>=6", project, store)
    assert (locked.name, locked.version) == ("pyyaml", PINS["pyyaml"].version)
    assert locked.origin == "sdist"
    found = store.find(locked.file, locked.sha256)
    assert found is not None
    with zipfile.ZipFile(found) as wheel:
        assert any(name.startswith("yaml/_yaml.cpython") for name in wheel.namelist())


@pytest.mark.usefixtures("toolchain")
def test_the_image_holds_what_is_prebuilt() -> None:
    assert {path.name for path in RECIPES.iterdir()} == set(PINS)
    for name, pin in PINS.items():
        found = list((WHEELHOUSE / "target").glob(f"{name}-{pin.version}-*.whl"))
        assert len(found) == pin.is_wheel, name
