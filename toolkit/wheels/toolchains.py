"""Languages for whose target a compiler may be missing: Rust, and the answer to Fortran."""

import re
import shutil
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from toolkit.errors import ToolchainMissing
from toolkit.process import run
from toolkit.project import Project, table

RUST_BACKENDS: Final = frozenset({"maturin", "setuptools-rust"})
RUST_TARGET: Final = "wasm32-unknown-emscripten"
RUST_NEXT: Final = (
    "build in an image that adds rustup's toolchain and the target "
    f"(`rustup target add {RUST_TARGET}`), or take the project's pyemscripten wheel from the index"
)
FORTRAN_NEXT: Final = (
    "switch the Fortran part off by config-settings, or take a release that has none: there is "
    "no Fortran compiler for WebAssembly in the image"
)
SAID: Final = tuple(
    (re.compile("|".join(forms), re.IGNORECASE), kind)
    for kind, forms in {
        "Rust": (
            r"can't find Rust compiler",
            r"\b(?:cargo|rustc)['`]? (?:is )?not found\b",
            r"No such file or directory: '(?:cargo|rustc)'",
            r"Cargo, the Rust package manager, is not installed",
        ),
        "Rust for the target": (
            r"target may not be installed",
            r"can't find crate for `(?:core|std)`",
        ),
        "Fortran": (
            r"Unknown compiler\(s\): \[\[?'[^'\n]*(?:gfortran|flang)",
            r"No CMAKE_Fortran_COMPILER could be found",
            r"Compiler gfortran cannot compile programs",
            r"No Fortran compiler found",
        ),
    }.items()
)
"""What setuptools-rust, maturin, cargo, Meson, CMake and f2py print."""


def require_toolchains(project: Project) -> None:
    """Check that a project in Rust finds its compiler and the target's libraries.

    Raises
    ------
    ToolchainMissing
        When one is missing, before anything else is done.
    """
    required = table(project.pyproject, "build-system").get("requires", [])
    users = RUST_BACKENDS.intersection(map(_name, required))
    if users and (missing := missing_for_rust()):
        msg = f"{project.name} is built with {', '.join(sorted(users))}, and {missing}"
        raise ToolchainMissing(msg, do=RUST_NEXT)


def missing_for_rust() -> str:
    """Say what of a Rust toolchain for the target is missing; empty where it is complete."""
    for program in ("cargo", "rustc"):
        if shutil.which(program) is None:
            return f"the program {program} is not here"
    asked = run(["rustc", "--print", "target-libdir", "--target", RUST_TARGET])
    folder = Path(asked.output.strip() or "/nonexistent")
    if asked.code != 0 or not any(folder.glob("libcore-*")):
        return f"rustc has no libraries for the target {RUST_TARGET}"
    return ""


def missing_toolchain(name: str, output: str) -> ToolchainMissing | None:
    """Tell from what a build printed that a compiler was missing.

    Parameters
    ----------
    name
        The project's.
    output
        Of the build.
    """
    for form, kind in SAID:
        if found := form.search(output):
            line = output[output.rfind("\n", 0, found.start()) + 1 :].partition("\n")[0]
            return ToolchainMissing(
                f"{name} wants a compiler of {kind}, which is not here: {line.strip()}",
                do=FORTRAN_NEXT if kind == "Fortran" else RUST_NEXT,
            )
    return None


def _name(requirement: object) -> str:
    try:
        return canonicalize_name(Requirement(str(requirement)).name)
    except InvalidRequirement:
        return ""
