"""CMake configures with our toolchain file; what it mends is still to be mended upstream."""

import os
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyodide_build.config import DEFAULT_CONFIG

from tests.artefacts import MINOR, RUNTIME, write_tree
from toolkit.crossenv.cmake_toolchain import toolchain_variables
from toolkit.wheels.index import Wheelhouse

THEIRS = {"CMAKE_TOOLCHAIN_FILE": DEFAULT_CONFIG["cmake_toolchain_file"]}
OURS = toolchain_variables(THEIRS)
PLAIN = "cmake_minimum_required(VERSION 3.18)\nproject(plain LANGUAGES C CXX)\n"
MODULE = "add_library(plain MODULE plain.c plain.cpp)\n"
FIND = "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)\n"
WISH = "set(Python_FIND_ABI OFF OFF OFF OFF)\n"
MISSING = r"Could NOT find Python \(missing:[\w.\s]* Development\.Module\)"
MARKS = {"SIDE_MODULE_CFLAGS": "-DOF_C -DC", "SIDE_MODULE_CXXFLAGS": "-DOF_CXX"}

pytestmark = pytest.mark.usefixtures("toolchain")


def make_project(folder: Path, text: str) -> Path:
    """Write a project, and beside it what FindPython reads of Python's headers."""
    header = f'#define PY_VERSION "{RUNTIME["python"]}"\n'
    headers = {"target/patchlevel.h": header, "target/pyconfig.h": "", "target/Python.h": ""}
    files = {"CMakeLists.txt": text, "plain.c": "", "plain.cpp": ""}
    return write_tree(folder, {**files, **headers})


def configure(project: Path, variables: Mapping[str, str], *options: str) -> str:
    """Give what CMake says and, where it succeeds, ninja's build file."""
    known = {**MARKS, "PYTHONINCLUDE": str(project / "target"), **variables}
    folder = project / "objects"
    done = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", project, "-B", folder, *options],
        env={**{name: os.environ[name] for name in ("PATH", "HOME")}, **known},
        capture_output=True,
        text=True,
        check=False,
    )
    ninja = (folder / "build.ninja").read_text() if done.returncode == 0 else ""
    return done.stdout + done.stderr + ninja


def flags(said: str) -> list[str]:
    found = re.findall(r"^  FLAGS = (.*)$", said, re.MULTILINE)
    assert len(found) == 2, said
    return found


def test_flags_are_there_once_at_every_configuration(tmp_path: Path) -> None:
    project = make_project(tmp_path, PLAIN + MODULE)
    # What CMake reads of its own accord is in its cache from the second time on.
    variables = {**OURS, "CFLAGS": " -DOWN", "CXXFLAGS": "-DOWN"}
    first, second, third = (flags(configure(project, variables)) for _ in range(3))
    assert first == second == third
    for line, mark in zip(first, MARKS.values(), strict=True):
        assert line.split().count(mark.split()[0]) == 1


def test_flags_of_the_project_stay(tmp_path: Path) -> None:
    options = ("-DCMAKE_C_FLAGS=-DMINE -DC", "-DCMAKE_CXX_FLAGS=-DMINE")
    later = 'string(APPEND CMAKE_C_FLAGS " -DLATER")\nenable_language(CXX)\n'
    text = PLAIN.replace(" CXX", "") + later + MODULE
    project = make_project(tmp_path, text)
    first, second = (flags(configure(project, OURS, *options)) for _ in range(2))
    assert first == second
    assert first[0].split()[:3] == ["-DMINE", "-DC", "-DOF_C"]
    assert "-DLATER" in first[0].split()
    assert first[1].split()[:2] == ["-DMINE", "-DOF_CXX"]


def test_upstream_repeats_them(tmp_path: Path) -> None:
    """pyodide-build 0.39.2: where this fails, see what our toolchain file is still needed for."""
    project = make_project(tmp_path, PLAIN + MODULE)
    first, second = (flags(configure(project, THEIRS)) for _ in range(2))
    assert first != second
    assert all(line.split().count("-DOF_C") > 1 for line in (first[0], second[0]))


@pytest.mark.parametrize("wish", ["", WISH])
def test_the_headers_are_those_of_the_target(tmp_path: Path, wish: str) -> None:
    text = PLAIN + wish + FIND + MODULE + "target_link_libraries(plain Python::Module)\n"
    named = f"-DPython_INCLUDE_DIR=/usr/include/python{MINOR}"  # as scikit-build-core does
    project = make_project(tmp_path, text)
    for options in ((), (named,)):
        said = configure(project, OURS, *options)
        included = re.findall(r"^  INCLUDES = (.*)$", said, re.MULTILINE)
        assert included == [f"-isystem {project / 'target'}"] * 2, said


def test_upstream_and_cmake_do_not_find_them(tmp_path: Path) -> None:
    """pyodide-build 0.39.2; CMake 4.3 where an ABI is wished for."""
    project = make_project(tmp_path / "plain", PLAIN + FIND)
    python = "-DPython_EXECUTABLE=/usr/bin/python3"
    assert re.search(MISSING, configure(project, THEIRS, python))
    project = make_project(tmp_path / "wish", PLAIN + WISH + FIND)
    named = f"-DPython_INCLUDE_DIR={project / 'target'}"
    assert re.search(MISSING, configure(project, THEIRS, python, named))


@pytest.mark.parametrize("mode", ["ON", "OFF"])
def test_both_ways_of_pybind11(tmp_path: Path, mode: str) -> None:
    """Its own search for Python and CMake's; without asking for link-time optimisation."""
    (wheel,) = Wheelhouse().native.glob("pybind11-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    there = tmp_path / "unpacked" / "pybind11" / "share" / "cmake" / "pybind11"
    find = "find_package(pybind11 CONFIG REQUIRED)\npybind11_add_module(plain plain.cpp)\n"
    project = make_project(tmp_path / "project", PLAIN + find)
    said = configure(project, OURS, f"-Dpybind11_DIR={there}", f"-DPYBIND11_FINDPYTHON={mode}")
    (included,) = re.findall(r"^  INCLUDES = (.*)$", said, re.MULTILINE)
    assert str(project / "target") in included
    assert "/usr/include" not in included
    assert "-flto" not in said
    assert "HAS_FLTO" not in said


def test_a_wish_for_link_time_optimisation_counts(tmp_path: Path) -> None:
    text = PLAIN + 'message(STATUS "wished: ${CMAKE_INTERPROCEDURAL_OPTIMIZATION}")\n'
    project = make_project(tmp_path, text)
    assert "wished: OFF" in configure(project, OURS)
    assert "wished: ON" in configure(project, OURS, "-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON")
