"""Should this project's wheel hold compiled modules? Read off its source.

A build that cannot compile sometimes makes a pure wheel instead and says nothing
(PyYAML without libyaml). Two things together say that modules are meant: sources of a
compiled language, and a build file that makes extension modules of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.audit.findings import Finding, finding

COMPILED: Final = frozenset(
    {".c", ".cc", ".cpp", ".cxx", ".pyx", ".f", ".f90", ".for", ".rs", ".zig", ".cu"}
)
ELSEWHERE: Final = frozenset(
    {"test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks"}
)
"""Folders whose sources are not the package's."""
DECLARES: Final[Mapping[str, re.Pattern[str]]] = {
    "setup.py": re.compile(
        r"\b(ext_modules|Extension|cythonize|cffi_modules|Pybind11Extension|rust_extensions)\b"
    ),
    "meson.build": re.compile(r"\.\s*extension_module\s*\("),
    "CMakeLists.txt": re.compile(
        r"\b(python3?_add_library|pybind11_add_module|nanobind_add_module|cython_transpile)\b"
        r"|\badd_library\s*\(\s*\S+\s+MODULE\b",
        re.IGNORECASE,
    ),
    "Cargo.toml": re.compile(r"\bcdylib\b"),
}
"""Build files with the words by which they make extension modules."""
SHOWN: Final = 3


def evidence_of_modules(
    folder: Path, files: Sequence[Path], pyproject: Mapping[str, Any]
) -> tuple[str, ...]:
    """Give what says that a project's wheel is to hold compiled modules.

    Parameters
    ----------
    folder
        The project's.
    files
        Its source files, relative to `folder`.
    pyproject
        Its ``pyproject.toml``.

    Returns
    -------
    tuple of str
        The build file that declares them and the first few sources; empty where one of
        the two is missing.
    """
    sources = [
        path.as_posix()
        for path in files
        if Path(path.name.removesuffix(".in")).suffix.lower() in COMPILED
        and not ELSEWHERE.intersection(path.parts)
    ]
    declared = [*_declared(folder, files), *_in_pyproject(pyproject)]
    return (declared[0], *sources[:SHOWN]) if sources and declared else ()


def _declared(folder: Path, files: Sequence[Path]) -> Iterator[str]:
    for path in files:
        words = DECLARES.get(path.name)
        if words is None or ELSEWHERE.intersection(path.parts):
            continue
        if words.search((folder / path).read_text("utf-8", "replace")):
            yield path.as_posix()


def _in_pyproject(pyproject: Mapping[str, Any]) -> Iterator[str]:
    tool = pyproject.get("tool")
    setuptools = tool.get("setuptools") if isinstance(tool, Mapping) else None
    if isinstance(setuptools, Mapping) and setuptools.get("ext-modules"):
        yield "pyproject.toml ([tool.setuptools] ext-modules)"


def judge_expected(evidence: Sequence[str], *, modules: int) -> Iterator[Finding]:
    """Say that a wheel without modules should have some."""
    if evidence and not modules:
        yield finding(
            "pure",
            f"holds no compiled module, though the project has extension modules "
            f"({', '.join(evidence)})",
            why="the build fell back to pure Python",
            do='read the build\'s output; if that is meant: [tool.spec14.wheel] allow = ["pure"]',
        )
