"""scikit-build-core: CMake."""

from pathlib import Path
from typing import Final

from tests.artefacts import write_tree
from tests.backends.package import PACKAGE, PYBIND11, C, pyproject

NANOBIND: Final = """
    #include <nanobind/nanobind.h>
    NB_MODULE(_core, module) {
        module.def("twice", [](int number) { return 2 * number; });
    }
    """
CMAKE: Final = """
    cmake_minimum_required(VERSION 3.18)
    project(sample LANGUAGES {language})
    find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
    {more}
    install(TARGETS _core DESTINATION sample)
    """


def scikit_build_c(folder: Path) -> Path:
    """scikit-build-core with an extension in C."""
    text = pyproject("scikit_build_core.build", '"scikit-build-core"')
    more = "python_add_library(_core MODULE WITH_SOABI sample/_core.c)"
    cmake = CMAKE.format(language="C", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})


def scikit_build_pybind11(folder: Path) -> Path:
    """scikit-build-core with an extension in C++ through pybind11."""
    text = pyproject("scikit_build_core.build", '"scikit-build-core", "pybind11"')
    add = "pybind11_add_module(_core sample/_core.cpp)"
    more = f"find_package(pybind11 CONFIG REQUIRED)\n    {add}"
    cmake = CMAKE.format(language="CXX", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.cpp": PYBIND11}
    return write_tree(folder, {**PACKAGE, **files})


def scikit_build_nanobind(folder: Path) -> Path:
    """scikit-build-core with an extension in C++ through nanobind."""
    text = pyproject("scikit_build_core.build", '"scikit-build-core", "nanobind"')
    more = "find_package(nanobind CONFIG REQUIRED)\n    nanobind_add_module(_core sample/_core.cpp)"
    cmake = CMAKE.format(language="CXX", more=more)
    files = {"pyproject.toml": text, "CMakeLists.txt": cmake, "sample/_core.cpp": NANOBIND}
    return write_tree(folder, {**PACKAGE, **files})
