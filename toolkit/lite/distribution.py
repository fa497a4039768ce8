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
from toolkit.lite.config import LOCK, read_json
from toolkit.lite.snapshot.manifest import (
    MANIFEST,
    SiteSnapshot,
    parts,
    write_reason,
    write_snapshot,
)
from toolkit.runtime.distribution import RUNTIME_FILES, Runtime
from toolkit.runtime.interpreter import HERE as RUNTIME_ROOM
from toolkit.runtime.lock import WheelFacts, make_lock, marker_environment, read_wheel

FILES: Final = "spec14-files.json"
"""Names and sizes in bytes of what a start fetches: the page shows how much has come."""

IMPORTED: Final = (".mjs",)
"""What a worker imports instead of fetching it: nobody can count its bytes as they come."""

HEAP: Final = RUNTIME_ROOM / "heap"
"""Beside them: what is told to the runtime to start from a memory snapshot."""
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
    own
        The project's own wheel among them: with what it requires it is there from the start of
        a kernel. The others come when they are imported. Without one, all are there.
    """

    runtime: Runtime
    kernel: tuple[Path, ...]
    project: tuple[Path, ...]
    own: Path | None = None

    @property
    def wheels(self) -> tuple[Path, ...]:
        """All wheels, each package once."""
        mine = {_name(wheel) for wheel in self.project}
        return (*self.project, *(wheel for wheel in self.kernel if _name(wheel) not in mine))

    @property
    def of_kernel(self) -> tuple[Path, ...]:
        """The wheels that the kernel itself is made of: the project's where it brings one."""
        names = {_name(wheel) for wheel in self.kernel}
        return tuple(wheel for wheel in self.wheels if _name(wheel) in names)

    @property
    def from_start(self) -> tuple[Path, ...]:
        """The project's own wheel, and those of what it requires, but for the kernel's."""
        others = {_name(wheel): wheel for wheel in self.wheels if wheel not in self.of_kernel}
        if self.own is None:
            return tuple(others.values())
        packages = make_lock(self.runtime, self.wheels).packages
        found, new = set[str](), {str(_name(self.own))}
        while new:
            found |= new
            new = {other for name in new for other in packages[name].depends} - found
        return tuple(wheel for name, wheel in others.items() if name in found)


def write_distribution(
    distribution: Distribution, folder: Path, snapshot: SiteSnapshot | None = None
) -> None:
    """Write runtime, wheels and lock, and what kernels start from.

    Parameters
    ----------
    distribution
        What is written.
    folder
        Where it goes; nothing is there.
    snapshot
        A memory snapshot of the kernel; without one, kernels start in the ordinary way.

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
    added = (
        *sorted(START.glob("*.mjs")),
        *sorted(HEAP.glob("*.mjs")),
        *sorted(INSIDE.glob("*.py")),
    )
    for source in (*files, *added, *wheels):
        shutil.copyfile(source, folder / source.name)
    lock.to_json(folder / LOCK, indent=1)
    if snapshot is None:
        write_reason(folder, "the site was built without one")
    else:
        write_snapshot(snapshot, folder, runtime=runtime, kernel=distribution.of_kernel)
    write_sizes(distribution, folder)


def write_sizes(distribution: Distribution, folder: Path) -> None:
    """Write the sizes of the files that each kind of start fetches (``spec14-progress.mjs``)."""
    manifest = read_json(folder / MANIFEST)
    always = [LOCK, MANIFEST, *(name for name in RUNTIME_FILES if not name.endswith(IMPORTED))]
    wheels = [*distribution.of_kernel, *distribution.from_start]
    kinds = {
        "ordinary": [*always, *(wheel.name for wheel in wheels)],
        "snapshot": [*always, *(part["file"] for part in parts(manifest))],
    }
    sizes = {
        kind: {name: (folder / name).stat().st_size for name in sorted(names)}
        for kind, names in kinds.items()
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
        if tag.platform in {"any", *runtime.platform_tags} and (
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
