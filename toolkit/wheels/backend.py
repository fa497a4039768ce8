"""Compiled or pure? Read off the build backend, never asked."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from toolkit.project import Project, table

PURE_BACKENDS: Final = ("flit_core", "flit_scm", "uv_build")
COMPILED_SUFFIXES: Final = frozenset({".c", ".cc", ".cpp", ".cxx", ".f", ".f90", ".pyx", ".rs"})

MESON: Final = "meson.build"
MESON_OPENS: Final = re.compile(r"(?:if|foreach)\b")
MESON_CLOSES: Final = re.compile(r"(?:endif|endforeach)\b")
MESON_MODULE: Final = re.compile(r"(?:\w+\s*=\s*)?\w+\.extension_module\(")
MESON_COMMENT: Final = re.compile(r"#[^']*$")
MESON_INSTALLED: Final = re.compile(r"\binstall\s*:\s*true\b")
MESON_SUBDIR: Final = re.compile(r"subdir\(\s*'(?P<folder>[^']+)'\s*\)")


def is_compiled(project: Project, files: list[Path]) -> bool:
    """Say whether building the project takes a compiler.

    ``meson-python``, ``scikit-build-core``, ``maturin`` and every backend not known to be
    pure count as compiled: pyodide-build makes the same pure wheel where there was
    nothing to compile. A pure backend with a build hook of its own, and setuptools with
    ``setup.py``, ``ext-modules`` or sources of a compiled language, count as compiled too.
    """

    def tool(*names: str) -> Mapping[str, Any]:
        return table(project.pyproject, "tool", *names)

    system = table(project.pyproject, "build-system")
    backend = str(system.get("build-backend", "setuptools.build_meta:__legacy__"))
    match backend.partition(".")[0].partition(":")[0]:
        case "setuptools":
            extensions = tool("setuptools").get("ext-modules")
            return bool(extensions) or any(map(takes_a_compiler, files))
        case "hatchling":
            hooks = {
                *tool("hatch", "build", "hooks"),
                *tool("hatch", "build", "targets", "wheel", "hooks"),
            }
            return bool(hooks - {"vcs", "version"})
        case "poetry":
            return "build" in tool("poetry")
        case name:
            return name not in PURE_BACKENDS


def takes_a_compiler(file: Path) -> bool:
    """Say whether a file of setuptools' project is compiled, or decides what is."""
    # A template (`name.pyx.in`) is compiled after it has been filled in.
    name = file.name.lower().removesuffix(".in")
    return Path(name).suffix in COMPILED_SUFFIXES or file == Path("setup.py")


def is_surely_compiled(project: Project) -> bool:
    """Say whether a wheel of the project cannot be pure: its build names a module to compile.

    For meson-python and setuptools (``ext-modules`` in ``pyproject.toml``), where it names one in
    any case, and not in a branch. What is not seen here may be compiled all the same
    (:func:`is_compiled` says so of whatever might be).
    """
    system = table(project.pyproject, "build-system")
    match str(system.get("build-backend", "")).partition(".")[0].partition(":")[0]:
        case "setuptools":
            return bool(table(project.pyproject, "tool", "setuptools").get("ext-modules"))
        case "mesonpy":
            return _names_a_module(project.folder, project.folder)
        case _:
            return False


def _names_a_module(folder: Path, top: Path) -> bool:
    file = (folder / MESON).resolve()
    if not file.is_relative_to(top.resolve()) or not file.is_file():
        return False
    for statement in _unconditional(file.read_text("utf-8", errors="replace")):
        if MESON_MODULE.match(statement) and MESON_INSTALLED.search(statement):
            return True
        named = MESON_SUBDIR.match(statement)
        # Meson itself refuses folders that are not below.
        below = named and not {".", ".."}.intersection(named["folder"].split("/"))
        if named and below and _names_a_module(folder / named["folder"], top):
            return True
    return False


def _unconditional(text: str) -> Iterator[str]:
    """Give the statements of a Meson file that are outside of every ``if`` and ``foreach``."""
    depth = 0
    statement = ""
    for line in text.splitlines():
        statement += MESON_COMMENT.sub("", line).strip()
        if statement.count("(") > statement.count(")"):
            continue
        if MESON_CLOSES.match(statement):
            depth -= 1
        elif MESON_OPENS.match(statement):
            depth += 1
        elif depth == 0:
            yield statement
        statement = ""
