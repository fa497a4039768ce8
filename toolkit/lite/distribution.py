"""``static/pyodide`` of a site: the runtime's files, the wheels, and a lock of exactly these.

Of the npm package ``pyodide`` (314.0.6) a module worker loads four files; the source maps,
type declarations and console pages in it are left out. Its lock is never used: see
:mod:`toolkit.runtime.lock`.
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.utils import (
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_wheel_filename,
)
from packaging.version import Version

from toolkit.errors import LiteFailed
from toolkit.lite.config import LOCK
from toolkit.runtime.distribution import Runtime
from toolkit.runtime.lock import WheelFacts, make_lock, marker_environment, read_wheel

RUNTIME_FILES: Final = (
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
)
FILES: Final = "spec14-files.json"
"""Names and sizes in bytes of what a start fetches: the page shows how much has come."""

IMPORTED: Final = (".mjs",)
"""What a worker imports instead of fetching it: nobody can count its bytes as they come."""

START: Final = Path(__file__).parent / "start"
"""Scripts that lie beside the runtime: what a site adds to its start."""
INSIDE: Final = Path(__file__).parent / "inside"
"""Modules of Python that these scripts give to the kernel."""


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """What the kernel can load.

    Attributes
    ----------
    runtime
        The Pyodide runtime.
    kernel
        Wheels of the kernel itself.
    project
        Wheels of the project and of what it requires. Where one of them is a package
        that the kernel brings too, this one is taken.
    """

    runtime: Runtime
    kernel: tuple[Path, ...]
    project: tuple[Path, ...]

    @property
    def wheels(self) -> tuple[Path, ...]:
        """All wheels, each package once."""
        mine = {_name(wheel) for wheel in self.project}
        return (*self.project, *(wheel for wheel in self.kernel if _name(wheel) not in mine))


def write_distribution(distribution: Distribution, folder: Path) -> None:
    """Write runtime, wheels and lock.

    Raises
    ------
    LiteFailed
        When a wheel is not for this runtime, requires a package that is not there, or
        requires another version of one that is.
    """
    runtime, wheels = distribution.runtime, distribution.wheels
    for wheel in wheels:
        check_tags(wheel, runtime)
    check_versions([read_wheel(wheel) for wheel in wheels], runtime)
    lock = make_lock(runtime, wheels)
    folder.mkdir(parents=True)
    files = (runtime.folder / name for name in RUNTIME_FILES)
    added = (*sorted(START.glob("*.mjs")), *sorted(INSIDE.glob("*.py")))
    for source in (*files, *added, *wheels):
        shutil.copyfile(source, folder / source.name)
    lock.to_json(folder / LOCK, indent=1)
    write_sizes(folder)


def write_sizes(folder: Path) -> None:
    """Write the sizes of the files that a start fetches (``spec14-progress.mjs`` reads them).

    The kernel loads every wheel of the lock while it starts (``configure_kernel``).
    """
    sizes = {
        file.name: file.stat().st_size
        for file in sorted(folder.iterdir())
        if file.suffix not in IMPORTED
    }
    (folder / FILES).write_text(json.dumps(sizes, indent=1) + "\n", "utf-8")


def check_tags(wheel: Path, runtime: Runtime) -> None:
    """Refuse a wheel that the runtime would not load (compatibility tags, PEP 425 and 783)."""
    try:
        tags = parse_wheel_filename(wheel.name)[3]
    except InvalidWheelFilename as error:
        msg = f"{wheel} is not named like a wheel"
        raise LiteFailed(msg, do="give a .whl file as the build wrote it") from error
    python = "".join(runtime.python_minor.split("."))
    interpreters = {"py3", f"py{python}", f"cp{python}"}
    for tag in tags:
        stable = tag.abi == "abi3" and tag.interpreter.startswith("cp3")
        if tag.platform in {"any", runtime.platform_tag} and (
            tag.interpreter in interpreters or stable
        ):
            return
    msg = (
        f"{wheel.name} is not for this runtime (Python {runtime.python_minor}, "
        f"{runtime.platform_tag})"
    )
    raise LiteFailed(msg, do="build it again with `spec14 wheel`")


def check_versions(facts: Sequence[WheelFacts], runtime: Runtime) -> None:
    """Refuse wheels that require other versions of each other than are there."""
    versions: dict[NormalizedName, Version] = {
        fact.name: parse_wheel_filename(fact.path.name)[1] for fact in facts
    }
    environment = {**marker_environment(runtime), "extra": ""}
    for fact in facts:
        for requirement in fact.requires:
            found = versions.get(canonicalize_name(requirement.name))
            applies = requirement.marker is None or requirement.marker.evaluate(environment)
            if (
                found is None
                or not applies
                or requirement.specifier.contains(found, prereleases=True)
            ):
                continue
            msg = f"{fact.path.name} requires {requirement}, but the site has version {found}"
            raise LiteFailed(msg, do="change the requirement, or build the version it asks for")


def names(wheels: Iterable[Path]) -> list[str]:
    """Give the normalised names of packages, sorted."""
    return sorted(_name(wheel) for wheel in wheels)


def _name(wheel: Path) -> NormalizedName:
    return read_wheel(wheel).name
