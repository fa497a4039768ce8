"""What stands in the way of building: languages, libraries, headers, assembly, OpenMP."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.assess.buildfiles import BELOW, SOURCE, Asked, read_cmake, read_meson, read_setup
from toolkit.assess.catalogue import catalogue, finding
from toolkit.assess.code import Import, Seen
from toolkit.assess.compiled import C_SUFFIXES, CYTHON_SUFFIXES
from toolkit.assess.findings import Finding, Guard, Stage
from toolkit.assess.places import Part
from toolkit.assess.rules import File
from toolkit.assess.toolchain import Toolchain
from toolkit.project import Project, table
from toolkit.wheels.toolchains import RUST_BACKENDS, missing_for_rust

LEGACY: Final = "setuptools.build_meta:__legacy__"
INTRINSICS: Final = re.compile(
    r"(?:[a-z]?mmintrin|immintrin|x86intrin|arm_neon|arm_sve|altivec|cpuid|intrin)\.h"
)
PLAIN: Final = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, kw_only=True)
class Backend:
    """How the wheel is built.

    Attributes
    ----------
    name
        The module of PEP 517.
    requires
        Normalised names of build requirements.
    """

    name: str
    requires: frozenset[str]

    def reads(self, path: str) -> str:
        """Give what a build file is to this backend: ``meson``, ``cmake``, ``setup`` or nothing."""
        last = path.rpartition("/")[2]
        if last == "meson.build" and self.name.startswith("mesonpy"):
            return "meson"
        cmake = self.name.startswith(("scikit_build_core", "skbuild")) or {
            "cmake",
            "scikit-build",
            "scikit-build-core",
        } & set(self.requires)
        if (last == "CMakeLists.txt" or last.endswith(".cmake")) and cmake:
            return "cmake"
        if path == "setup.py" and self.name.startswith("setuptools"):
            return "setup"
        return ""


def backend_of(pyproject: Mapping[str, Any]) -> Backend:
    """Give the backend that ``[build-system]`` names."""
    system = table(pyproject, "build-system")
    names = []
    for text in system.get("requires", ()):
        try:
            names.append(canonicalize_name(Requirement(str(text)).name))
        except InvalidRequirement:
            continue  # the build itself will say so
    return Backend(name=str(system.get("build-backend", LEGACY)), requires=frozenset(names))


def read_build_file(kind: str, source: str) -> tuple[Asked, ...]:
    """Give what a build file asks for."""
    match kind:
        case "meson":
            return tuple(read_meson(source))
        case "cmake":
            return tuple(read_cmake(source))
        case _:
            return tuple(read_setup(source))


def build_findings(
    file: str,
    asked: Iterable[Asked],
    *,
    backend: Backend,
    has: Toolchain,
    own: frozenset[str],
    guard: Guard = Guard.NONE,
) -> Iterator[Finding]:
    """Give what a build file asks for and the image has not.

    Parameters
    ----------
    file
        Its path.
    asked
        What it asks for.
    backend
        Who reads it.
    has
        What the toolchain and the image have.
    own
        Names of what the project brings itself: folders, wraps of subprojects.
    guard
        What the whole file stands under.
    """
    if backend.reads(file) == "setup":
        own = frozenset()  # what setuptools builds itself stands in the file
    for one in asked:
        if one.kind in (BELOW, SOURCE):
            continue
        where = {"file": file, "line": one.line, "guard": one.guard or guard}
        match one.kind:
            case "library":
                if not _is_there(one.name, backend, has, own):
                    yield finding(
                        "library",
                        Stage.BUILD,
                        f"the library {one.name}",
                        **where,  # type: ignore[arg-type]
                    )
            case "shared-library":
                # One that is loaded by its path (ctypes) is found.
                where["guard"] = one.guard or guard or Guard.OPTION
                yield finding(
                    "shared-library",
                    Stage.BUILD,
                    f"the shared library {one.name}",
                    **where,  # type: ignore[arg-type]
                )
            case kind:
                what = f"{catalogue().topics[kind].title}{f': {one.name}' if one.name else ''}"
                yield finding(kind, Stage.BUILD, what, **where)  # type: ignore[arg-type]


def _is_there(name: str, backend: Backend, has: Toolchain, own: frozenset[str]) -> bool:
    plain = PLAIN.sub("", name.lower())
    known = {PLAIN.sub("", one) for one in (*catalogue().builtin, *catalogue().tools)}
    known |= {PLAIN.sub("", one) for one in (*backend.requires, *has.libraries, *own)}
    return plain in known or plain.removeprefix("lib") in known


def rust_findings(project: Project, backend: Backend) -> Iterator[Finding]:
    """Give what a project in Rust lacks here."""
    if RUST_BACKENDS & backend.requires and (missing := missing_for_rust()):
        yield finding(
            "rust",
            Stage.BUILD,
            f"built with {', '.join(sorted(RUST_BACKENDS & backend.requires))}",
            file="pyproject.toml" if project.pyproject else "setup.py",
            happens=missing,
        )


@dataclass(frozen=True, kw_only=True)
class Headers:
    """What can be included.

    Attributes
    ----------
    has
        The toolchain's and the image's.
    own
        Ends of paths of the project's files.
    backend
        Build requirements bring headers in folders of their names.
    written
        Text of the build files: a header that they name is made by them.
    """

    has: Toolchain
    own: frozenset[str]
    backend: Backend
    written: str = ""

    def of_all(self, seen: Sequence[tuple[File, Seen]]) -> Iterator[Finding]:
        """Give the headers that the package's files of C and Cython include and nobody has."""
        for file, one in seen:
            if PurePosixPath(file.path).suffix.lower() in (C_SUFFIXES | CYTHON_SUFFIXES):
                yield from self._findings(file, one)

    def _findings(self, file: File, seen: Seen) -> Iterator[Finding]:
        if file.part is not Part.PACKAGE:
            return
        for one in seen.imports:
            if not one.module.startswith("<"):
                continue  # in quotes: beside it, or made by the build
            name = one.module[1:-1]
            if INTRINSICS.fullmatch(name.rpartition("/")[2]):
                yield self._intrinsics(file, one)
            elif not self._there(name):
                yield finding(
                    "header",
                    Stage.BUILD,
                    f"#include {one.module}",
                    file=file.path,
                    line=one.line,
                    guard=one.guard,
                )

    def _intrinsics(self, file: File, one: Import) -> Finding:
        return finding(
            "intrinsics",
            Stage.BUILD,
            f"#include {one.module}",
            file=file.path,
            line=one.line,
            # Whether it is compiled, and for which processor, is the build's affair.
            guard=one.guard or Guard.OPTION,
        )

    def _there(self, name: str) -> bool:
        last = name.rpartition("/")[2]
        if self.has.has_header(name) or name in self.own or last in self.written:
            return True
        plain = PLAIN.sub("", name.partition("/")[0].partition(".")[0].lower())
        return any(PLAIN.sub("", one).endswith(plain) for one in self.backend.requires if plain)


def endings(paths: Iterable[str]) -> frozenset[str]:
    """Give all ends of paths (``c.h``, ``b/c.h``, ``a/b/c.h``), templates as what they become."""
    found = set()
    for path in paths:
        plain = re.sub(r"(?:\.cmake)?\.in$|\.cmake$", "", path)
        parts = plain.split("/")
        found |= {"/".join(parts[at:]) for at in range(len(parts))}
    return frozenset(found)


def openmp(seen: Sequence[tuple[File, Seen]]) -> Iterator[Finding]:
    """Give where OpenMP is used: without its option the compiler passes over it."""
    for file, one in seen:
        for use in one.uses:
            if use.name == "#pragma omp":
                yield finding(
                    "openmp",
                    Stage.USE,
                    "a loop for OpenMP",
                    file=file.path,
                    line=use.line,
                    guard=use.guard or Guard.OPTION,
                    happens="without -fopenmp the loop runs in one thread",
                    remedy="nothing, as long as the build does not require OpenMP",
                )
