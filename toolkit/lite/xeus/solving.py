"""What a solver of conda environments is asked and does: py-rattler's, or micromamba's."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from toolkit.lite.xeus.lock import mark

PLATFORM: Final = "emscripten-wasm32"

LIMIT: Final = 1800.0
"""Seconds in which everything has to be solved and fetched."""

UNSOLVED: Final = (
    "a compiled package has to be one of emscripten-forge: docs/xeus.md shows how a recipe is "
    "written"
)
UNREACHABLE: Final = "look at the address; a mirror of yours: docs/xeus.md"
"""What to do when there is no solution, and when something could not be fetched."""

type Package = Mapping[str, str]
"""Name, version, build, subdir, address and SHA-256 of a conda package."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for.

    Attributes
    ----------
    channels
        Addresses, the first one first.
    packages
        Match specifications.
    where
        What says so, for messages.
    cache
        Folder for indexes and packages, for all projects.
    configuration
        Files of the solver's configuration besides its own, mirrors for instance.
    offline
        Whether nothing is fetched that is not in `cache`.
    """

    channels: tuple[str, ...]
    packages: tuple[str, ...]
    where: str
    cache: Path
    configuration: tuple[Path, ...] = ()
    offline: bool = False

    @property
    def mark(self) -> str:
        """The words by which a lock is known to be made for this."""
        return mark(self.channels, self.packages)


class Solver(Protocol):
    """Chooses packages, and installs what was chosen."""

    def solve(self, asked: Asked, lock: Path) -> None:
        """Choose packages and write the lock.

        Raises
        ------
        XeusFailed
            When no set of packages fits, or a channel cannot be had.
        """

    def install(self, asked: Asked, lock: Path, folder: Path) -> tuple[Package, ...]:
        """Install what a lock names into a folder that is not there; give the packages.

        Raises
        ------
        XeusFailed
            When a package cannot be had, or is not the one that the lock names.
        """
