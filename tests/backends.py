"""A tiny project for each build backend: ``sample``, whose ``twice`` doubles a number."""

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Final

from tests.artefacts import write_tree

C: Final = """
    #include <Python.h>
    #include <assert.h>
    static PyObject *twice(PyObject *self, PyObject *number) {
        assert(number != NULL); /* names this file, unless NDEBUG is defined */
        return PyNumber_Add(number, number);
    }
    static PyObject *where(PyObject *self, PyObject *nothing) {
        return PyUnicode_FromString(__FILE__);
    }
    static PyMethodDef methods[] = {
        {"twice", twice, METH_O, 0}, {"where", where, METH_NOARGS, 0}, {0}
    };
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
    PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
    """
PYBIND11: Final = """
    #include <pybind11/pybind11.h>
    PYBIND11_MODULE(_core, module) {
        module.def("twice", [](int number) { return 2 * number; });
        module.def("where", []() { return __FILE__; });
    }
    """
NANOBIND: Final = """
    #include <nanobind/nanobind.h>
    NB_MODULE(_core, module) {
        module.def("twice", [](int number) { return 2 * number; });
    }
    """
CYTHON: Final = """
    # cython: language_level=3
    cimport numpy as np

    def twice(number):
        return number + number

    def total(np.ndarray[double, ndim=1] numbers):
        cdef double found = 0
        for number in numbers:
            found += number
        return found
    """
CFFI: Final = """
    from cffi import FFI

    builder = FFI()
    builder.cdef("int twice(int);")
    builder.set_source("sample._core", "static int twice(int number) { return 2 * number; }")
    """
PACKAGE: Final = {
    "sample/__init__.py": '"""A sample."""\n\nfrom sample._core import twice\n',
    "sample/other.py": "OTHER = 1\n",
}
PURE: Final = {**PACKAGE, "sample/_core.py": "def twice(number):\n    return 2 * number\n"}
EXTENSION: Final = """
    from setuptools import Extension, setup

    setup(packages=["sample"], ext_modules=[Extension("sample._core", ["sample/_core.c"])])
    """
CYTHONIZED: Final = """
    import numpy
    from Cython.Build import cythonize
    from setuptools import Extension, setup

    core = Extension("sample._core", ["sample/_core.pyx"], include_dirs=[numpy.get_include()])
    setup(packages=["sample"], ext_modules=cythonize([core]))
    """
MESON: Final = """
    project('sample', 'c', version: '1.0')
    py = import('python').find_installation(pure: false)
    py.extension_module('_core', 'sample/_core.c', subdir: 'sample', install: true)
    py.install_sources('sample/__init__.py', 'sample/other.py', subdir: 'sample')
    """
CMAKE: Final = """
    cmake_minimum_required(VERSION 3.18)
    project(sample LANGUAGES {language})
    find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
    {more}
    install(TARGETS _core DESTINATION sample)
    """


def _pyproject(backend: str, requires: str, more: str = "") -> str:
    return (
        f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{backend}"\n'
        f'[project]\nname = "sample"\nversion = "1.0"\ndescription = "A sample."\n{dedent(more)}'
    )


def setuptools_c(folder: Path) -> Path:
    """Setuptools with an extension in C."""
    text = _pyproject("setuptools.build_meta", '"setuptools"')
    files = {"pyproject.toml": text, "setup.py": EXTENSION, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})


def setuptools_cython(folder: Path) -> Path:
    """Setuptools with a Cython module that includes NumPy's headers."""
    # Otherwise the C that Cython writes is packed, and its first lines name NumPy's folder.
    more = "[tool.setuptools]\ninclude-package-data = false\n"
    text = _pyproject("setuptools.build_meta", '"setuptools", "cython", "numpy"', more)
    files = {"pyproject.toml": text, "setup.py": CYTHONIZED, "sample/_core.pyx": CYTHON}
    return write_tree(folder, {**PACKAGE, **files})


def setuptools_cffi(folder: Path) -> Path:
    """Setuptools with a module that cffi writes."""
    text = _pyproject("setuptools.build_meta", '"setuptools", "cffi"')
    setup = """
        from setuptools import setup

        setup(packages=["sample"], cffi_modules=["build_core.py:builder"])
        """
    package = {**PACKAGE, "sample/__init__.py": "from sample._core import lib\n"}
    files = {"pyproject.toml": text, "setup.py": setup, "build_core.py": CFFI}
    return write_tree(folder, {**package, **files})


def meson_c(folder: Path) -> Path:
    """meson-python with an extension in C."""
    text = _pyproject("mesonpy", '"meson-python"')
    files = {"pyproject.toml": text, "meson.build": MESON, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})


def scikit_build_c(folder: Path) -> Path:
    """scikit-build-core with an extension in C."""
    text = _pyproject("scikit_build_core.build", '"scikit-build-core"')
    more = "python_add_library(_core MODULE WITH_SOABI sample/_core.c)"
    cmake = CMAKE.format(language="C", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})


def scikit_build_pybind11(folder: Path) -> Path:
    """scikit-build-core with an extension in C++ through pybind11."""
    text = _pyproject("scikit_build_core.build", '"scikit-build-core", "pybind11"')
    add = "pybind11_add_module(_core sample/_core.cpp)"
    more = f"find_package(pybind11 CONFIG REQUIRED)\n    {add}"
    cmake = CMAKE.format(language="CXX", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.cpp": PYBIND11}
    return write_tree(folder, {**PACKAGE, **files})


def scikit_build_nanobind(folder: Path) -> Path:
    """scikit-build-core with an extension in C++ through nanobind."""
    text = _pyproject("scikit_build_core.build", '"scikit-build-core", "nanobind"')
    more = "find_package(nanobind CONFIG REQUIRED)\n    nanobind_add_module(_core sample/_core.cpp)"
    cmake = CMAKE.format(language="CXX", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.cpp": NANOBIND}
    return write_tree(folder, {**PACKAGE, **files})


def setuptools_pure(folder: Path) -> Path:
    """Setuptools with nothing to compile."""
    text = _pyproject("setuptools.build_meta", '"setuptools"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def hatchling(folder: Path) -> Path:
    """Hatchling."""
    return write_tree(
        folder, {**PURE, "pyproject.toml": _pyproject("hatchling.build", '"hatchling"')}
    )


def flit(folder: Path) -> Path:
    """Flit."""
    text = _pyproject("flit_core.buildapi", '"flit_core"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def poetry(folder: Path) -> Path:
    """Poetry's backend."""
    text = _pyproject("poetry.core.masonry.api", '"poetry-core"')
    return write_tree(folder, {**PURE, "pyproject.toml": text})


def uv_build(folder: Path) -> Path:
    """uv's backend."""
    more = '[tool.uv.build-backend]\nmodule-root = ""\n'
    text = _pyproject("uv_build", '"uv_build"', more)
    return write_tree(folder, {**PURE, "pyproject.toml": text})


type Backend = Callable[[Path], Path]

COMPILED: Final[Mapping[str, Backend]] = {
    "setuptools-c": setuptools_c,
    "setuptools-cython": setuptools_cython,
    "meson-c": meson_c,
    "scikit-build-c": scikit_build_c,
    "scikit-build-pybind11": scikit_build_pybind11,
}
"""Their build requirements are in the image's wheelhouse."""
FROM_THE_INDEX: Final[Mapping[str, Backend]] = {
    "scikit-build-nanobind": scikit_build_nanobind,
    "setuptools-cffi": setuptools_cffi,
}
"""Theirs are not."""
WITHOUT_A_COMPILER: Final[Mapping[str, Backend]] = {
    "setuptools-pure": setuptools_pure,
    "hatchling": hatchling,
    "flit": flit,
    "poetry": poetry,
    "uv-build": uv_build,
}
