"""Which part of a project a file belongs to: the package, its tests, its documentation."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import PurePath, PurePosixPath
from typing import Final


class Part(StrEnum):
    """What a file is for."""

    PACKAGE = "package"
    TESTS = "tests"
    DOCS = "docs"
    BUILD = "build"
    """What builds it: ``setup.py``, ``meson.build``, ``CMakeLists.txt``, ``pyproject.toml``."""
    VENDORED = "vendored"
    """Sources of others, of which only a part may be compiled."""
    ASIDE = "aside"
    """Scripts of its developers, benchmarks, files for other systems."""


FOLDERS: Final = (
    (Part.TESTS, re.compile(r"tests?(?:[-_].*)?|.*_tests?|testsuite|unittests?|regression")),
    (
        Part.DOCS,
        re.compile(r"docs?|documentation|examples?|tutorials?|gallery|notebooks?|demos?|samples?"),
    ),
    (
        Part.ASIDE,
        re.compile(
            r"bench.*|asv.*|perf|profiling|tools?|scripts?|ci|\.ci|\.github|maint.*|admin|dev|devel.*|"
            r"fuzz.*|win(?:32|64|dows)?|msvc.*|vs20\d\d|macosx?|android|ios|java|jni|csharp|ruby|go|rust-.*|"
            r"docker|packaging|debian|conda.*|cmake|m4|\..*|_?build|dist"
        ),
    ),
    (
        Part.VENDORED,
        re.compile(
            r"third[-_]?party|3rd[-_]?party|extern(?:al|als)?|vendor(?:ed)?|_vendor|deps?|dependencies|"
            r"subprojects|contrib|bundled|submodules"
        ),
    ),
)
BUILDERS: Final = frozenset(
    {"setup.py", "meson.build", "meson.options", "CMakeLists.txt", "pyproject.toml"}
)
DEVELOPERS: Final = frozenset(
    {"noxfile.py", "tasks.py", "conf.py", "versioneer.py", "fabfile.py", "toxfile.py", "dodo.py"}
)
TESTS: Final = re.compile(r"(?:test_.*|.*_test|conftest|tests?)\.(?:py|pyx)")
ROOTS: Final = ("", "src", "lib", "python", "py", "source", "Lib", "pysrc")
"""Folders that packages lie in; the first that has one counts before the others."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where things lie in a project.

    Attributes
    ----------
    name
        The project's, as a module would be called.
    inits
        Folders with an ``__init__.py``, relative to the project.
    tops
        Those of them that packages begin with; files of Python beside them are no part of a wheel.
    modules
        Dotted names of what can be imported, by file (with slashes, relative to the project).
    """

    name: str
    inits: frozenset[PurePosixPath]
    tops: frozenset[PurePosixPath] = frozenset()
    modules: Mapping[str, str] = field(default_factory=dict)

    def part(self, path: PurePath) -> Part:
        """Give the part that a file belongs to."""
        posix = PurePosixPath(path.as_posix())
        for folder in reversed(posix.parents[:-1]):
            if (found := self._of_folder(folder)) is not None:
                return found
        if TESTS.fullmatch(path.name):
            return Part.TESTS
        if path.name in BUILDERS or path.name.endswith(".cmake"):
            return Part.BUILD
        if path.name in DEVELOPERS:
            return Part.ASIDE
        inside = not self.tops or any(posix.is_relative_to(top) for top in self.tops)
        return Part.PACKAGE if inside or path.suffix != ".py" else Part.ASIDE

    def _of_folder(self, folder: PurePosixPath) -> Part | None:
        if folder.name.lower().replace("-", "_") == self.name:
            return None
        inside = folder in self.inits and folder.parent in self.inits
        for part, form in FOLDERS:
            # A subpackage may be called tools or examples; its tests are tests all the same.
            if inside and part in (Part.DOCS, Part.ASIDE):
                continue
            if form.fullmatch(folder.name.lower()):
                return part
        return None

    @property
    def roots(self) -> tuple[str, ...]:
        """Give the names at the top of what can be imported."""
        return tuple(sorted({name.partition(".")[0] for name in self.modules.values()}))


def layout_of(name: str, files: Iterable[PurePath]) -> Layout:
    """Find the packages and modules that the wheel will have, by where their files lie.

    Parameters
    ----------
    name
        The project's.
    files
        Relative to the project.
    """
    posix = sorted(PurePosixPath(path.as_posix()) for path in files)
    inits = frozenset(path.parent for path in posix if path.name == "__init__.py")
    layout = Layout(name=name.lower().replace("-", "_").replace(".", "_"), inits=inits)
    tops = {
        folder
        for folder in inits
        if folder.parent not in inits and layout.part(folder / "__init__.py") is Part.PACKAGE
    }
    known = {folder for folder in tops if _root_of(folder) in ROOTS} or tops
    found: dict[str, str] = {}
    for path in posix:
        if path.suffix not in {".py", ".pyx"}:
            continue
        top = next((one for one in known if path.is_relative_to(one)), None)
        if top is not None:
            parts = path.relative_to(top.parent).with_suffix("").parts
            found[path.as_posix()] = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        elif (
            not known
            and _root_of(path) in ROOTS
            and layout.part(path) is Part.PACKAGE
            and path.stem.isidentifier()
        ):
            found[path.as_posix()] = path.stem
    return replace(layout, modules=found, tops=frozenset(known))


def _root_of(path: PurePosixPath) -> str:
    return "" if path.parent.as_posix() == "." else path.parent.as_posix()
