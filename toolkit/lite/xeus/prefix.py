"""A prefix for ``emscripten-wasm32``, solved once, installed once, kept by what is in it."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from toolkit.cache import key_of, write_atomically
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import Channel
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.faults import faults
from toolkit.lite.xeus.lock import fits
from toolkit.lite.xeus.solving import Asked, Package, Solver
from toolkit.lite.xeus.with_rattler import Rattler

RATTLER: Final = Rattler()
"""Who solves if nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Prefix:
    """An installed environment.

    Attributes
    ----------
    folder
        Where it lies; its last part is the environment's name.
    packages
        What is in it.
    packs
        Folder where what is packed of prefixes is kept; ``None``: nothing is.
    """

    folder: Path
    packages: tuple[Package, ...]
    packs: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where things lie.

    Attributes
    ----------
    lock
        The project's ``spec14-xeus.lock``.
    cache
        Folder kept from run to run, for all projects.
    configuration
        Files of the solver's configuration besides the machine's own.
    """

    lock: Path
    cache: Path
    configuration: tuple[Path, ...] = ()


def prepare(
    environment: Environment,
    channels: Sequence[Channel],
    places: Places,
    *,
    solver: Solver = RATTLER,
    offline: bool = False,
    upgrade: bool = False,
) -> Prefix:
    """Give the prefix of an environment; the lock is written where there is none that fits.

    Parameters
    ----------
    environment, channels
        What is wanted, and where it is looked for.
    places
        Lock and cache.
    solver
        Who chooses packages and installs them.
    offline
        Whether nothing is fetched.
    upgrade
        Whether packages are chosen anew though the lock fits.

    Raises
    ------
    XeusFailed
        When no set of packages fits, one cannot be had, or the prefix would not work: the lock is
        as it was then.
    """
    asked = Asked(
        channels=tuple(channel.url for channel in channels),
        packages=environment.packages,
        where=environment.where,
        cache=places.cache,
        configuration=places.configuration,
        offline=offline,
    )
    places.cache.mkdir(parents=True, exist_ok=True)
    with FileLock(places.cache / "xeus.lock"):
        if not upgrade and fits(places.lock, asked.channels, asked.packages):
            return _prefix(environment, asked, solver, places.lock)
        with tempfile.TemporaryDirectory(prefix="lock-", dir=places.cache) as work:
            new = Path(work) / places.lock.name
            solver.solve(asked, new)
            prefix = _prefix(environment, asked, solver, new)
            write_atomically(places.lock, new.read_bytes())
    return prefix


def _prefix(environment: Environment, asked: Asked, solver: Solver, lock: Path) -> Prefix:
    """Give the prefix of a lock, installed if it has not been."""
    top = asked.cache / "prefixes" / key_of(environment.name, lock.read_text("utf-8"))
    record = top / "packages.json"
    folder = top / environment.name
    if not record.is_file():
        _install(asked, solver, lock, folder)
    packages = tuple(json.loads(record.read_text("utf-8")))
    return Prefix(folder=folder, packages=packages, packs=asked.cache / "packed")


def _install(asked: Asked, solver: Solver, lock: Path, folder: Path) -> None:
    """Install into a folder of its own; a prefix that would not work is not kept."""
    top = folder.parent
    top.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(top, ignore_errors=True)
    # In its place from the start: packages have the prefix written into them.
    packages = solver.install(asked, lock, folder)
    if found := list(faults(folder)):
        shutil.rmtree(top)
        more = f", and {len(found) - 1} more" if len(found) > 1 else ""
        msg = f"the environment of {asked.where} would not work: {found[0]}{more}"
        raise XeusFailed(msg, do="correct its packages", detail="\n".join(found))
    (top / "packages.json").write_text(json.dumps(packages), "utf-8")
