"""Compiled or pure? Read off the build backend, never asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from toolkit.project import Project, table

PURE_BACKENDS: Final = ("flit_core", "flit_scm", "uv_build")
COMPILED_SUFFIXES: Final = frozenset({".c", ".cc", ".cpp", ".cxx", ".f", ".f90", ".pyx", ".rs"})


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
