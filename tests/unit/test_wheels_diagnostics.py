"""Errors of real compilers and build tools, word for word; some are asked on the spot."""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import write_tree
from toolkit.errors import BuildFailed, DiskFull, RequirementsFailed, ToolchainMissing
from toolkit.process import Finished
from toolkit.project import Project, read_project
from toolkit.wheels.diagnostics import backend_words, excerpt, first_error, reason
from toolkit.wheels.failure import build_error

CLANG: Final = """\
[1/2] Compiling C object src/pkg/_k.so.p/_k.c.o
FAILED: [code=1] src/pkg/_k.so.p/_k.c.o
/opt/pywasmcross/cc -Isrc/pkg/_k.so.p -c ../../src/pkg/_k.c
../../src/pkg/_k.c:7:9: warning: unused variable 'x' [-Wunused-variable]
    7 |     int x;
      |         ^
../../src/pkg/_k.c:9:12: error: use of undeclared identifier 'missing_name'
    9 |     return missing_name
      |            ^~~~~~~~~~~~
1 warning and 1 error generated.
ninja: build stopped: subcommand failed.
"""
GCC: Final = """\
src/pkg/_k.c: In function \N{LEFT SINGLE QUOTATION MARK}f\N{RIGHT SINGLE QUOTATION MARK}:
src/pkg/_k.c:3:12: error: 'missing_name' undeclared (first use in this function)
    3 |     return missing_name
src/pkg/_k.c:3:24: error: expected ';' before '}' token
"""
FATAL: Final = """\
In file included from src/pkg/_k.c:1:
/usr/include/thing.h:1:10: fatal error: 'no_such.h' file not found
"""
HEADER_AND_OURS: Final = FATAL + "src/pkg/_k.c:2:1: error: unknown type name 'thing'\n"
CYTHON: Final = """\
warning: src/pkg/fast.pyx:1:0: The 'language_level' is not set
performance hint: src/pkg/fast.pyx:3:5: Exception check

Error compiling Cython file:
------------------------------------------------------------
...
def f(int x):
    return undefined_name
           ^
------------------------------------------------------------

src/pkg/fast.pyx:4:11: undeclared name not builtin: undefined_name
Traceback (most recent call last):
  File "setup.py", line 3, in <module>
"""
MESON: Final = """\
The Meson build system
../meson.build:8:8: ERROR: Dependency "thing" not found, tried pkgconfig and cmake

A full log can be found at /x/meson-logs/meson-log.txt
"""
CMAKE: Final = """\
-- The C compiler identification is Clang 21.1.8
CMake Error at CMakeLists.txt:5 (find_package):
  Could not find a package configuration file provided by "Thing"
"""
RUST: Final = """\
   Compiling pkg v0.1.0
error[E0425]: cannot find value `x` in this scope
 --> src/lib.rs:3:5
  |
3 |     x
"""
FLANG: Final = "src/pkg/a.f90:3:7: error: Must be a constant value\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    files = ["src/pkg/_k.c", "src/pkg/fast.pyx", "src/pkg/a.f90", "src/lib.rs"]
    files += ["meson.build", "CMakeLists.txt"]
    write_tree(tmp_path / "p", {"pyproject.toml": "", **dict.fromkeys(files, "")})
    return read_project(tmp_path / "p")


def failed(output: str) -> Finished:
    return Finished(command=("pyodide", "build"), code=1, output=output)


@pytest.mark.parametrize(
    ("output", "place", "said"),
    [
        (CLANG, "src/pkg/_k.c:9", "use of undeclared identifier 'missing_name'"),
        (GCC, "src/pkg/_k.c:3", "'missing_name' undeclared (first use in this function)"),
        (FATAL, "/usr/include/thing.h:1", "'no_such.h' file not found"),
        (HEADER_AND_OURS, "src/pkg/_k.c:2", "unknown type name 'thing'"),
        (CYTHON, "src/pkg/fast.pyx:4", "undeclared name not builtin: undefined_name"),
        (MESON, "meson.build:8", 'Dependency "thing" not found, tried pkgconfig and cmake'),
        (CMAKE, "CMakeLists.txt:5", "Could not find a package configuration file"),
        (RUST, "src/lib.rs:3", "cannot find value `x` in this scope"),
        (FLANG, "src/pkg/a.f90:3", "Must be a constant value"),
    ],
)
def test_file_and_line_come_first(project: Project, output: str, place: str, said: str) -> None:
    error = build_error(project, failed(output), project.cache / "source")
    assert isinstance(error, BuildFailed)
    assert error.what.startswith(f"{place}: {said}")
    assert said in error.detail, "the tool's own words are kept"


def test_the_private_copy_is_not_named(project: Project) -> None:
    source = project.cache / "source"
    output = f"{source}/src/pkg/_k.c:3:1: error: expected ';'\n"
    error = build_error(project, failed(output), source)
    assert error.what == "src/pkg/_k.c:3: expected ';'"
    assert ".spec14" not in error.detail


def test_colours_and_the_frontends_own_traceback_are_left_out(project: Project) -> None:
    output = (
        "\x1b[1msrc/pkg/_k.c:3:1: \x1b[0m\x1b[0;1;31merror: \x1b[0mexpected ';'\n"
        "1 error generated.\n\n\x1b[2mTraceback (most recent call last):\n  File ...\n"
    )
    error = build_error(project, failed(output), project.cache / "source")
    assert error.what == "src/pkg/_k.c:3: expected ';'"
    assert error.detail == "src/pkg/_k.c:3:1: error: expected ';'\n1 error generated."


def test_the_first_in_time_is_told(project: Project) -> None:
    error = build_error(project, failed(CYTHON + GCC), project.cache / "source")
    assert error.what.startswith("src/pkg/fast.pyx:4: ")


def test_a_path_above_the_project_is_not_looked_for(project: Project) -> None:
    (project.folder.parent / "above.c").write_text("")
    found = first_error(
        "../above.c:1:1: error: x\n", lambda path: (project.folder / path).is_file()
    )
    assert found is not None
    assert found.file == "../above.c"


def test_words_that_are_no_diagnostics(project: Project) -> None:
    output = (
        "note: error: 3\nhttp://x:80: error\n12:30:01 error: late\nsrc/pkg/_k.c:3: warning: x\n"
    )
    assert first_error(output, lambda path: (project.folder / path).is_file()) is None
    error = build_error(project, failed(output), project.cache / "source")
    assert error.what.endswith("does not build (exit code 1)")
    assert error.detail == output.rstrip()


@pytest.mark.parametrize(
    "output",
    [
        "  x No solution found when resolving dependencies:\n  Because nothing was found\n",
        "hint: Packages were unavailable because the network was disabled (UV_OFFLINE)\n",
    ],
)
def test_a_requirement_that_cannot_be_had(project: Project, output: str) -> None:
    error = build_error(project, failed(output), project.cache / "source")
    assert isinstance(error, RequirementsFailed)
    assert output.strip() in error.detail


def test_a_full_disk_is_no_error_of_the_source(project: Project) -> None:
    output = "LLVM ERROR: IO failure on output stream: No space left on device\n"
    with pytest.raises(DiskFull):
        build_error(project, failed(GCC + output), project.cache / "source")


def test_an_excerpt_has_lines_before_and_after() -> None:
    text = "".join(f"{number}\n" for number in range(100))
    at = text.index("50")
    assert excerpt(text, at, before=2, lines=3) == "48\n49\n50\n51\n52"
    assert excerpt("1\n2\n3\n", 2, before=9, lines=1) == "1\n2"


@pytest.mark.parametrize("compiler", ["cc", "clang", "gcc", "emcc"])
def test_a_compiler_that_is_here(project: Project, compiler: str) -> None:
    file = project.folder / "src" / "pkg" / "_k.c"
    file.write_text("int f(void)\n{\n    return missing_name;\n}\n")
    try:
        done = subprocess.run(
            [compiler, "-c", "../../src/pkg/_k.c", "-o", "/dev/null"],
            cwd=write_tree(project.folder / "build" / "cp314", {"x": ""}),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip(f"no {compiler} here")
    assert done.returncode != 0
    error = build_error(project, failed(done.stderr), project.cache / "source")
    assert error.what.startswith("src/pkg/_k.c:3: ")
    assert "missing_name" in error.what


@pytest.mark.parametrize(
    ("output", "name"),
    [
        (MESON, "thing"),
        (CMAKE, "Thing"),
        (
            "CMake Error at CMakeLists.txt:5 (message):\n  Could NOT find ZLIB (missing: X)\n",
            "ZLIB",
        ),
        ("src/pkg/_k.c:1:10: fatal error: 'libxml/tree.h' file not found\n", "libxml/tree.h"),
        ("wasm-ld: error: unable to find library -lgeos_c\n", "geos_c"),
    ],
)
def test_a_library_that_is_not_in_the_image(project: Project, output: str, name: str) -> None:
    error = build_error(project, failed(output), project.cache / "source")
    assert isinstance(error, BuildFailed)
    assert name in error.do
    assert "config-settings" in error.do


def test_an_error_of_the_source_is_to_be_corrected(project: Project) -> None:
    error = build_error(project, failed(CLANG), project.cache / "source")
    assert error.do == "correct the source and run the same command again"


def test_a_compiler_that_is_missing(project: Project) -> None:
    output = "../meson.build:1:0: ERROR: Unknown compiler(s): [['gfortran'], ['flang']]\n"
    error = build_error(project, failed(output), project.cache / "source")
    assert isinstance(error, ToolchainMissing)
    assert "gfortran" in error.detail


@pytest.mark.parametrize(
    "output",
    [
        "LookupError: setuptools-scm was unable to detect version for /x/y.\n",
        "Cannot find the version from SCM or SCM isn't detected.\n",
    ],
)
def test_a_version_that_cannot_be_computed(project: Project, output: str) -> None:
    error = build_error(project, failed(output), project.cache / "source")
    assert "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_P" in error.do


FRONTEND_TELLS: Final = """

Traceback (most recent call last):
  File "/opt/x/site-packages/pyodide_build/vendor/_pypabuild.py", line 113, in _handle_build_error
    yield
build._exceptions.BuildBackendException: Backend subprocess exited
ERROR Backend subprocess exited
"""


LINKER: Final = """\
wasm-ld-21: error: unable to find library -lzfp
emcc: error: 'wasm-ld' failed
error: Command '[cc]' returned non-zero exit status 1."""
EXCEPTIONS: Final = """\
Traceback (most recent call last):
  File "setup.py", line 1, in <module>
ValueError: first

During handling, another

RuntimeError: File download of zlib failed."""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (LINKER, "unable to find library -lzfp"),
        (EXCEPTIONS, "RuntimeError: File download of zlib failed."),
        ("nothing to go by", None),
    ],
)
def test_the_reason_is_the_backends_and_not_the_frontends(said: str, expected: str | None) -> None:
    words = backend_words(said + FRONTEND_TELLS)
    assert words == said
    assert reason(words) == expected
