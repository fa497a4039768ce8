"""The way to a move: ask what there is, find the newest set that belongs together, say why.

Nothing of the working tree is changed here.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.version import Version

from toolkit.errors import MoveRefused
from toolkit.progress import Steps
from toolkit.upkeep.candidates import KERNEL, Chosen, Surroundings, newest_coherent
from toolkit.upkeep.clients import index_versions
from toolkit.upkeep.debian import offered, ranges
from toolkit.upkeep.emsdk import require_of_runtime, upstream_of
from toolkit.upkeep.locking import Locked, Resolver
from toolkit.upkeep.plan import (
    Row,
    debian_rows,
    held,
    held_rows,
    lock_rows,
    package_rows,
    runtime_rows,
)
from toolkit.upkeep.proposal import Move, require_whole
from toolkit.upkeep.registries import Registries
from toolkit.upkeep.tree import Tree, debian_names, read_tree

DURATIONS: Final = Path(".spec14") / "upkeep" / "durations.json"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for.

    Attributes
    ----------
    root
        The working tree.
    kernel
        The kernel to be taken; ``None`` for the newest that fits.
    emsdk
        What is known of another Emscripten's upstream builds.
    """

    root: Path
    kernel: str | None = None
    emsdk: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What was found.

    Attributes
    ----------
    move
        The newest set that belongs together.
    rows
        The table.
    """

    move: Move
    rows: tuple[Row, ...]


def look(wish: Wish, steps: Steps) -> Outlook:
    """Find the newest set that belongs together.

    Raises
    ------
    MoveRefused
        When the set of now is not whole, or nothing fits.
    IndexFailed, RequirementsFailed
        When a registry does not answer.
    """
    tree = read_tree(wish.root)
    do = "put it right first: git checkout that file, or move what was forgotten by hand"
    require_whole(tree, do=do)
    upstream = upstream_of(tree, wish.emsdk)
    with _folder() as folder:
        steps.say("asking the package index, npm and Debian's archive")
        registries = Registries(folder=folder / "fetched")
        kernels = index_versions(KERNEL, tree.pins.python_minor)
        tried = to_try(kernels, tree.pins.packages[KERNEL], wish.kernel)
        pyodides = registries.pyodides()
        minors = {tree.pins.python_minor, *(_minor_of(registries, one) for one in tried)}
        debian = offered(name for minor in minors for name in debian_names(minor).values())
        around = Surroundings(
            suite=tree.pins.suite or "", debian=debian, emscripten=upstream.emscripten
        )
        requirements = wish.root / "images" / "requirements"
        resolver = Resolver(requirements=requirements, work=folder / "locks", pins=tree.pins)
        with steps.step("resolving", record=wish.root / DURATIONS, key="resolving"):
            chosen = newest_coherent(tried, registries, around, resolver.lock)
        require_of_runtime(tree, upstream, chosen.release.runtime.version)
        minor = chosen.release.runtime.python_minor
        ours = {name: debian[theirs] for name, theirs in debian_names(minor).items()}
        python = chosen.release.runtime.python
        move = Move(
            chosen=chosen,
            ranges=ranges(tree.pins.toolchain, ours, python),
            offered=ours,
            upstream=upstream,
        )
        with steps.step("asking why not newer", record=wish.root / DURATIONS, key="why"):
            rows = (
                *runtime_rows(tree, chosen, kernels, pyodides),
                *_packages(tree, chosen, resolver),
                *debian_rows(tree, move.ranges, ours),
                *lock_rows(tree, chosen.locked),
            )
    return Outlook(move=move, rows=rows)


def to_try(kernels: Iterable[str], now: str, wanted: str | None) -> list[str]:
    """Give the kernels to be tried, newest first: none older than the one of now.

    Raises
    ------
    MoveRefused
        When the wanted one is not on the index, or older.
    """
    newer = [one for one in kernels if Version(one) > Version(now)]
    found = [*sorted(newer, key=Version, reverse=True), now]
    if wanted is None:
        return found
    if wanted not in found:
        msg = f"--kernel {wanted}: the index has no such {KERNEL} from {now} on"
        raise MoveRefused(msg, do=f"use one of: {', '.join(found)}")
    return [wanted]


def _minor_of(registries: Registries, kernel: str) -> str:
    release = registries.release(registries.kernel(kernel).pyodide)
    return release.runtime.python_minor if release else ""


def _packages(tree: Tree, chosen: Chosen[Locked], resolver: Resolver) -> list[Row]:
    pinned = [name for name in {**tree.pins.packages, **tree.pins.xeus} if name != KERNEL]
    names = [*pinned, *(name for _, name, _ in held(tree))]
    newest = resolver.newest(names, chosen.release.runtime.python_minor)
    rows = package_rows(tree, chosen, newest, {})
    why: Mapping[str, str] = {
        row.name: resolver.why_not(chosen.locked, row.name, newest[row.name])
        for row in rows
        if not row.is_newest
    }
    return [*package_rows(tree, chosen, newest, why), *held_rows(tree, newest)]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="spec14-upkeep-") as folder:
        made = Path(folder)
        (made / "locks").mkdir()
        yield made
