"""Setuptools: it compiles itself, or has Cython, cffi or CMake do so."""

from pathlib import Path
from typing import Final

from tests.artefacts import write_tree
from tests.backends.package import PACKAGE, PYBIND11, C, pyproject

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

BY_CMAKE: Final = """
    import subprocess
    import sys
    from pathlib import Path

    import pybind11
    from setuptools import Extension, setup
    from setuptools.command.build_ext import build_ext


    class CMakeBuild(build_ext):
        def build_extension(self, extension):
            module = Path(self.get_ext_fullpath(extension.name)).resolve()
            options = {
                "CMAKE_BUILD_TYPE": "Release",
                "CMAKE_LIBRARY_OUTPUT_DIRECTORY": module.parent,
                "Python_EXECUTABLE": sys.executable,
                "pybind11_DIR": pybind11.get_cmake_dir(),
            }
            words = [f"-D{name}={value}" for name, value in options.items()]
            subprocess.check_call(["cmake", "-S", ".", "-B", self.build_temp, *words])
            subprocess.check_call(["cmake", "--build", self.build_temp])


    setup(
        packages=["sample"],
        ext_modules=[Extension("sample._core", [])],
        cmdclass={"build_ext": CMakeBuild},
    )
    """
WISHED: Final = """
    cmake_minimum_required(VERSION 3.18)
    project(sample LANGUAGES CXX)
    set(PYBIND11_FINDPYTHON ON)
    set(Python_FIND_ABI OFF OFF OFF OFF)
    find_package(pybind11 CONFIG REQUIRED)
    pybind11_add_module(_core sample/_core.cpp)
    """


def setuptools_c(folder: Path) -> Path:
    """Setuptools with an extension in C."""
    text = pyproject("setuptools.build_meta", '"setuptools"')
    files = {"pyproject.toml": text, "setup.py": EXTENSION, "sample/_core.c": C}
    return write_tree(folder, {**PACKAGE, **files})


def setuptools_cython(folder: Path) -> Path:
    """Setuptools with a Cython module that includes NumPy's headers."""
    # Otherwise the C that Cython writes is packed, and its first lines name NumPy's folder.
    more = "[tool.setuptools]\ninclude-package-data = false\n"
    text = pyproject("setuptools.build_meta", '"setuptools", "cython", "numpy"', more)
    files = {"pyproject.toml": text, "setup.py": CYTHONIZED, "sample/_core.pyx": CYTHON}
    return write_tree(folder, {**PACKAGE, **files})


def setuptools_cffi(folder: Path) -> Path:
    """Setuptools with a module that cffi writes."""
    text = pyproject("setuptools.build_meta", '"setuptools", "cffi"')
    setup = """
        from setuptools import setup

        setup(packages=["sample"], cffi_modules=["build_core.py:builder"])
        """
    package = {**PACKAGE, "sample/__init__.py": "from sample._core import lib\n"}
    files = {"pyproject.toml": text, "setup.py": setup, "build_core.py": CFFI}
    return write_tree(folder, {**package, **files})


def setuptools_cmake(folder: Path) -> Path:
    """Setuptools that has CMake build a module in C++ through pybind11, for one ABI."""
    text = pyproject("setuptools.build_meta", '"setuptools", "pybind11"')
    build = {"setup.py": BY_CMAKE, "CMakeLists.txt": WISHED}
    files = {"pyproject.toml": text, **build, "sample/_core.cpp": PYBIND11}
    return write_tree(folder, {**PACKAGE, **files})
