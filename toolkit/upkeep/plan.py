"""The table "now, newest coherent, newest, and why not that one", and what of it is a move."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from toolkit.upkeep.candidates import KERNEL, Chosen
from toolkit.upkeep.locking import Locked
from toolkit.upkeep.tree import REQUIREMENTS, SETS, Tree, exact


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    name
        What it is.
    now
        Version or range as it stands.
    new
        In the newest set that belongs together.
    newest
        The newest there is; ``None`` where that is no question.
    why
        Why the set does not have the newest.
    """

    name: str
    now: str
    new: str
    newest: str | None = None
    why: str = ""

    @property
    def moves(self) -> bool:
        """Whether the set would change."""
        return self.now != self.new

    @property
    def is_newest(self) -> bool:
        """Whether nothing newer is there."""
        return self.newest is None or Version(self.new) >= Version(self.newest)


def runtime_rows(
    tree: Tree, chosen: Chosen[Locked], kernels: Sequence[str], pyodides: Sequence[str]
) -> list[Row]:
    """Give the lines of the kernel and its runtime.

    Parameters
    ----------
    tree
        The set of now.
    chosen
        The newest pair that fits.
    kernels, pyodides
        All versions, newest first.
    """
    runtime, now = chosen.release.runtime, tree.pins.runtime
    named = f"{KERNEL} {chosen.kernel.version} names {runtime.version}"
    newest = _first(kernels, chosen.kernel.version)
    kernel = Row(
        name=KERNEL,
        now=tree.pins.packages[KERNEL],
        new=chosen.kernel.version,
        newest=newest,
        why=next((one.reason for one in chosen.rejected), "it was not asked for (--kernel)"),
    )
    pyodide = Row(
        name="Pyodide",
        now=now["pyodide"],
        new=runtime.version,
        newest=_first(pyodides, runtime.version),
        why=named,
    )
    facts = {
        "Python of the runtime": (now["python"], runtime.python),
        "ABI": (now["abi"], runtime.abi),
        "Emscripten of the runtime": (now["emscripten"], runtime.emscripten),
    }
    others = [Row(name=name, now=old, new=new) for name, (old, new) in facts.items()]
    return [_plain(row) for row in (kernel, pyodide)] + others


def package_rows(
    tree: Tree,
    chosen: Chosen[Locked],
    newest: Mapping[str, str],
    why: Mapping[str, str],
) -> list[Row]:
    """Give the lines of the Python packages that ``images/pins.toml`` pins, without the kernel.

    Parameters
    ----------
    tree
        The set of now.
    chosen
        The newest pair that fits.
    newest
        The newest version of each, by name.
    why
        Why a package is not at its newest, by name.
    """
    pinned = {**tree.pins.packages, **tree.pins.xeus}
    rows = (
        Row(
            name=name,
            now=now,
            new=chosen.locked.versions[name],
            newest=newest.get(name),
            why=why.get(name, ""),
        )
        for name, now in pinned.items()
        if name != KERNEL
    )
    return [_plain(row) for row in rows]


def held_rows(tree: Tree, newest: Mapping[str, str]) -> list[Row]:
    """Give a line for each version that a person holds in a ``.in`` file, where a newer one is."""
    return [
        Row(
            name=name,
            now=version,
            new=version,
            newest=newest[name],
            why=f"{REQUIREMENTS}/{one}.in holds it",
        )
        for one, name, version in held(tree)
        if name in newest and Version(newest[name]) > Version(version)
    ]


def held(tree: Tree) -> list[tuple[str, str, str]]:
    """Give set, name and version of what a ``.in`` file pins and ``images/pins.toml`` does not."""
    pinned = {**tree.pins.packages, **tree.pins.xeus}
    return [
        (one, name, version)
        for one in SETS
        if one != "kernel"  # the runtime's own lock decides there
        for name, version in tree.wanted[one].items()
        if name not in pinned
    ]


def debian_rows(tree: Tree, ranges: Mapping[str, str], offered: Mapping[str, str]) -> list[Row]:
    """Give the lines of Debian's programs: the range, and what is got."""
    rows = []
    for name, old in tree.pins.toolchain.items():
        rows.append(Row(name=f"Debian's {name}, range", now=old, new=ranges[name]))
        before = tree.debian[name]
        rows.append(Row(name=f"Debian's {name}", now=before, new=offered[name]))
    return rows


def lock_rows(tree: Tree, locked: Locked) -> list[Row]:
    """Give a line for each lock of Python requirements: how many versions it has, how many move."""
    rows = []
    for one in SETS:
        old, new = tree.locked[one], exact(locked.files[f"{one}.txt"])
        changed = changes(old, new)
        told = f"{len(new)} versions, {len(changed)} moved" if changed else f"{len(old)} versions"
        rows.append(Row(name=f"{one}.txt", now=f"{len(old)} versions", new=told))
    return rows


def changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Give a line for each package that has come, gone or moved."""
    names = sorted(set(old) | set(new))
    return [
        f"{name} {old.get(name, '-')} → {new.get(name, '-')}"
        for name in names
        if old.get(name) != new.get(name)
    ]


def moving(rows: Iterable[Row]) -> list[Row]:
    """Give the lines that are a move."""
    return [row for row in rows if row.moves]


def _first(versions: Sequence[str], known: str) -> str:
    return max([known, *versions], key=Version)


def _plain(row: Row) -> Row:
    """Leave the reason out of a line that is at its newest."""
    why = "" if row.is_newest else row.why
    return Row(name=row.name, now=row.now, new=row.new, newest=row.newest, why=why)
