"""C, C++, Cython and build files read for an assessment."""

from typing import Final

import pytest

from toolkit.assess.buildfiles import (
    Asked,
    only_under_a_condition,
    read_cmake,
    read_meson,
    read_setup,
)
from toolkit.assess.compiled import read_c, read_cython
from toolkit.assess.findings import Guard

MACROS: Final = {"__EMSCRIPTEN__": "1", "__wasm__": "1", "__unix__": "1", "__clang_major__": "21"}


def used(source: str) -> list[tuple[str, int, Guard]]:
    return [(use.name, use.line, use.guard) for use in read_c(source, MACROS).uses]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("int f() { return fork(); }", ["fork"]),
        ("pid_t fork(void);", []),
        ("/* fork() */ // fork()\n", []),
        ('puts("fork()");', []),
        ("x.fork(); y->fork(); a::fork(); my_fork();", []),
        ("std::thread t(f);", ["std::thread"]),
        ("int n = std::thread::hardware_concurrency();", []),
        ("pthread_create(&t, 0, f, 0);", ["pthread_create"]),
        ("#pragma omp parallel for\nfor (;;) {}", ["#pragma omp"]),
        ('__asm__ volatile ("rdtsc" : "=a"(x));', ["asm"]),
        ('__asm__ volatile ("" ::: "memory");', []),
        ('asm("nop");', ["asm"]),
        ("int asm_count = 1;", []),
    ],
)
def test_what_c_does(source: str, names: list[str]) -> None:
    assert [name for name, *_ in used(source)] == names


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        ("#ifdef _WIN32", Guard.PLATFORM),
        ("#ifndef _WIN32", Guard.NONE),
        ("#ifdef __EMSCRIPTEN__", Guard.NONE),
        ("#ifndef __EMSCRIPTEN__", Guard.PLATFORM),
        ("#if defined(__x86_64__) || defined(_M_X64)", Guard.PLATFORM),
        ("#if defined(__linux__) && HAVE_FORK", Guard.PLATFORM),
        ("#if !defined(_WIN32) && __clang_major__ >= 5", Guard.NONE),
        ("#if (__clang_major__ < 5)", Guard.PLATFORM),
        ("#ifdef _OPENMP", Guard.PLATFORM),
        ("#ifdef HAVE_FORK", Guard.OPTION),
        ("#if HAVE_FORK + 1 > 2", Guard.OPTION),
        ("#if __has_include(<x.h>)", Guard.OPTION),
        ("#ifndef MY_HEADER_H\n#define MY_HEADER_H", Guard.NONE),
        ("#if 0", Guard.PLATFORM),
        ("#if 1\n#else", Guard.PLATFORM),
        ("#ifdef _WIN32\n#elif defined(__unix__)", Guard.NONE),
        ("#ifdef HAVE_X\n#else", Guard.OPTION),
        ("#if defined(_WIN32) \\\n  || defined(__APPLE__)", Guard.PLATFORM),
        ("#if (", Guard.OPTION),
        ("#if " + "(" * 20_000, Guard.OPTION),
        ("#if " + "!" * 20_000 + "1", Guard.OPTION),
    ],
)
def test_conditions(condition: str, guard: Guard) -> None:
    source = f"{condition}\nint f() {{ return fork(); }}\n#endif\nint g() {{ return fork(); }}"
    (_, _, first), (_, line, last) = used(source)
    assert (first, last) == (guard, Guard.NONE)
    assert line == source.count("\n") + 1


def test_headers() -> None:
    seen = read_c(
        '#include <a/b.h>\n#include "c.h"\n#ifdef _WIN32\n# include <w.h>\n#endif', MACROS
    )
    assert [(one.module, one.line, one.guard) for one in seen.imports] == [
        ("<a/b.h>", 1, Guard.NONE),
        ('"c.h"', 2, Guard.NONE),
        ("<w.h>", 4, Guard.PLATFORM),
    ]


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("void A_clear(A* self) {}\nSlot s[] = {{ Py_tp_clear, void_cast( A_clear ) }};", True),
        ("static int\nA_clear(A* self) {}\nSlot s[] = {{Py_tp_clear, A_clear}};", False),
        ("static void A_clear(A *s) {}\nT t = {(inquiry)A_clear};", True),
        ("static int A_free(A *s) {}\nT t = {(destructor) A_free};", True),
        ("static void A_free(A *s) {}\nT t = {(destructor)&A_free};", False),
        ("void A_c(A*) {}\nS s = {Py_tp_clear, reinterpret_cast<void*>(A_c)};", True),
    ],
)
def test_slots(body: str, wrong: object) -> None:
    assert any(name.startswith("wrong type") for name, *_ in used(body)) is wrong


def test_long_lines_are_read_in_time() -> None:
    line = "x(" * 20_000 + "fork(" + ")" * 20_001
    assert [name for name, *_ in used(line)] == ["fork"]
    assert read_c('"' * 50_000 + "/*" * 50_000 + 'R"(' * 10_000, MACROS).uses == ()
    read_cython("\n" * 50_000 + "a(" * 20_000)


def test_cython() -> None:
    seen = read_cython(
        '"""import resource"""\n'
        "import threading as th\n"
        "from cython.parallel cimport prange\n"
        'cdef extern from "geos_c.h":\n'
        "    int f()\n"
        "def g():\n"
        "    import resource  # why\n"
        "    th.Thread(target=g)\n"
        "    for i in prange(10, nogil=True): pass\n"
    )
    assert [(one.module, one.line, one.at_import) for one in seen.imports] == [
        ("<geos_c.h>", 4, True),
        ("threading", 2, True),
        ("resource", 7, False),
    ]
    names = [(use.name, use.line) for use in seen.uses]
    assert ("threading.Thread", 8) in names
    assert ("#pragma omp", 9) in names


def test_meson() -> None:
    asked = read_meson(
        "project('x', 'c', 'fortran')  # dependency('no')\n"
        "geos = dependency('geos', version: '>=3')\n"
        "dependency('openmp', required: false)\n"
        "if host_machine.system() == 'windows'\n"
        "  dependency('winlib')\n"
        "endif\n"
        "dependency('z', fallback: ['zlib', 'z'])\n"
        "dependency(name)\n"
        "cc.find_library('fftw3')\n"
        "py.extension_module('m', 'a.c', 'b.S')\n"
    )
    assert [(one.kind, one.name, one.line, one.guard) for one in asked] == [
        ("fortran", "", 1, Guard.NONE),
        ("library", "geos", 2, Guard.NONE),
        ("openmp", "", 3, Guard.OPTION),
        ("library", "winlib", 5, Guard.OPTION),
        ("library", "z", 7, Guard.OPTION),
        ("library", "fftw3", 9, Guard.NONE),
        ("source", "a.c", 10, Guard.NONE),
        ("assembly", "b.S", 10, Guard.NONE),
    ]


def test_cmake() -> None:
    asked = read_cmake(
        "project(x LANGUAGES C Fortran)\n"
        "find_package(GSL REQUIRED) # find_package(No REQUIRED)\n"
        "find_package(OpenMP)\n"
        "if(WIN32)\n  find_package(W REQUIRED)\nendif()\n"
        "pkg_check_modules(LIB REQUIRED libfoo>=1)\n"
        "add_library(core SHARED a.c)\n"
    )
    assert [(one.kind, one.name, one.line, one.guard) for one in asked] == [
        ("fortran", "", 1, Guard.NONE),
        ("library", "GSL", 2, Guard.NONE),
        ("openmp", "OpenMP", 3, Guard.OPTION),
        ("library", "W", 5, Guard.OPTION),
        ("library", "libfoo", 7, Guard.NONE),
        ("source", "a.c", 8, Guard.NONE),
        ("shared-library", "core", 8, Guard.NONE),
    ]


def test_sources_under_a_condition() -> None:
    asked = read_cmake(
        "if(X64)\n  rf_add_library(a a.cpp ${HERE}/cpu.cpp)\nendif()\nadd_library(b a.cpp b.c)\n"
    )
    assert only_under_a_condition(asked) == {"cpu.cpp"}


def test_setup() -> None:
    asked = list(
        read_setup(
            "from setuptools import Extension, setup\n"
            "if x:\n    args = ['-fopenmp']\n"
            "setup(ext_modules=[Extension('m', ['m.c', 'fast.S'], libraries=['zfp', 'm'],\n"
            "      extra_link_args=['-lcurl'])])\n"
        )
    )
    found = {(one.kind, one.name, one.guard) for one in asked}
    assert found == {
        ("openmp", "", Guard.OPTION),
        ("assembly", "fast.S", Guard.NONE),
        ("library", "zfp", Guard.NONE),
        ("library", "m", Guard.NONE),
        ("library", "curl", Guard.NONE),
    }
    assert list(read_setup("def (")) == []
    assert list(read_setup("from numpy.distutils.core import setup\n")) == [
        Asked(kind="distutils", name="numpy.distutils.core", line=1)
    ]
