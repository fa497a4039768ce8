"""What a failed build says: the first error with a file and a line in it.

Build backends print hundreds of lines around the one that matters, each tool in a form
of its own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FORMS: Final = tuple(
    re.compile(form, re.MULTILINE)
    for form in (
        # clang, gcc, flang: src/a.c:3:5: error: expected ';'
        r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:\d+:)? (?:fatal )?error: (?P<said>.+)$",
        # Cython 3: src/a.pyx:2:11: undeclared name not builtin: x (a warning has a word before it)
        r"^(?P<file>[^\s:][^:\n]*\.p(?:yx|xd|xi|y)):(?P<line>\d+):\d+: (?!\w+: )(?P<said>.+)$",
        # Meson: meson.build:8:10: ERROR: Dependency "x" not found
        r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):\d+: ERROR: (?P<said>.+)$",
        # CMake: CMake Error at CMakeLists.txt:3 (find_package):
        r"^CMake Error at (?P<file>[^\s:]+):(?P<line>\d+) \([^)\n]*\):\n\s*(?P<said>.+)$",
        # rustc: error[E0425]: cannot find value `x` in this scope / --> src/lib.rs:3:5
        r"^error(?:\[E\d+\])?: (?P<said>.+)\n\s*--> (?P<file>[^\s:]+):(?P<line>\d+):\d+$",
    )
)

COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
LIBRARY: Final = (
    "there is no {} for WebAssembly in the image: switch what needs it off by config-settings "
    "(docs/wheels.md), or put its source into the project"
)
HEADER: Final = (
    "if {} is a library's: it is not in the image for WebAssembly; switch what needs it off by "
    "config-settings (docs/wheels.md), or put its source into the project"
)
MISSING: Final = (
    (re.compile(r'Dependency "([^"\n]+)" not found', re.IGNORECASE), LIBRARY),  # Meson
    (re.compile(r"Could NOT find (\w+)"), LIBRARY),  # CMake, a module of its own
    (re.compile(r'package configuration file provided by "(\w+)"'), LIBRARY),  # CMake
    (re.compile(r"unable to find library -l(\S+)"), LIBRARY),  # wasm-ld
    (re.compile(r"'([\w./+-]+\.h(?:h|pp)?)' file not found"), HEADER),  # clang
)
"""Errors that no change of the source mends."""
NO_VERSION: Final = re.compile(
    r"unable to detect version|Cannot find the version from SCM|no version found"
    r"|Unable to detect version control system|NotVCSError|Unable to determine version"
)
"""What setuptools-scm, pdm-backend, dunamai and versioningit print (without a repository)."""
FRONTEND: Final = "\nTraceback (most recent call last):\n"
"""Where the compiler has ended and the build frontend tells where it was itself."""
OF_FRONTEND: Final = re.compile(
    rf'{re.escape(FRONTEND)}  File "[^"\n]*/site-packages/(?:pyodide_build|build)/.*', re.DOTALL
)
REASONS: Final = (
    re.compile(r"^wasm-ld(?:-\d+)?: error: (.+)$", re.MULTILINE),
    # The end of a backend's own traceback.
    re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception): .+)$", re.MULTILINE),
)
"""Errors without a place in the source, the most telling kind first."""


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One error of a compiler or build tool.

    Attributes
    ----------
    file
        As the tool names it, or relative to the project where it can be found there.
    line
        Counted from 1.
    said
        The message.
    position
        Where it begins in the output.
    """

    file: str
    line: int
    said: str
    position: int


def first_error(output: str, is_ours: Callable[[Path], bool]) -> Diagnostic | None:
    """Give the first error in a project's own file; in any file where there is none.

    Parameters
    ----------
    output
        What the build printed.
    is_ours
        Whether a relative path is a file of the project.
    """
    found = sorted(_errors(output, is_ours), key=lambda error: error.position)
    ours = [error for error in found if is_ours(Path(error.file))]
    return next(iter([*ours, *found]), None)


def advice(said: str) -> str | None:
    """Say what can be done where a library or header is missing; ``None`` for other errors.

    Parameters
    ----------
    said
        The error, or the whole output where no error stands out.
    """
    for form, do in MISSING:
        if found := form.search(said):
            return do.format(found[1])
    return None


def backend_words(output: str) -> str:
    """Give the output up to where the build frontend tells where it was itself."""
    return OF_FRONTEND.sub("", output).rstrip()


def reason(words: str) -> str | None:
    """Give the linker's error, or the exception that ended the backend.

    Parameters
    ----------
    words
        As :func:`backend_words` gives them.
    """
    for form in REASONS:
        if found := form.findall(words):
            return str(found[0] if form is REASONS[0] else found[-1])
    return None


def lacks_version(output: str) -> bool:
    """Say whether a tool could not compute the version from git."""
    return NO_VERSION.search(output) is not None


def excerpt(output: str, position: int, *, before: int = 0, lines: int = 14) -> str:
    """Give some lines of the output from the one at `position` on."""
    number = output.count("\n", 0, position)
    shown = output.split("\n")[max(number - before, 0) : number + lines]
    return "\n".join(shown).partition(FRONTEND)[0].rstrip()


def plain(output: str) -> str:
    """Give the output without colours."""
    return COLOUR.sub("", output)


def _errors(output: str, is_ours: Callable[[Path], bool]) -> Iterator[Diagnostic]:
    for form in FORMS:
        for found in form.finditer(output):
            yield Diagnostic(
                file=_in_project(found["file"], is_ours),
                line=int(found["line"]),
                said=found["said"].strip(),
                position=found.start(),
            )


def _in_project(named: str, is_ours: Callable[[Path], bool]) -> str:
    """Give the path of a file below the project as the user knows it.

    Compilers name files relative to a build folder that is gone by now: the longest end
    of the path that exists in the project counts.
    """
    parts = Path(named).parts
    for start in range(len(parts)):
        candidate = Path(*parts[start:])
        if not candidate.is_absolute() and ".." not in parts[start:] and is_ours(candidate):
            return candidate.as_posix()
    return named
