"""What a project's xeus kernels are made of: its environment, channels, and where things lie."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from toolkit.archive import file_sha256
from toolkit.cache import key_of
from toolkit.errors import XeusFailed, XeusLockStale, not_writable
from toolkit.lite.xeus.channels import Channel, resolve
from toolkit.lite.xeus.environment import FILES, Environment, find_file, of_table, read_file
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.lock import NAME, fits
from toolkit.lite.xeus.prefix import RATTLER, Places, prepare
from toolkit.lite.xeus.solving import Solver
from toolkit.lite.xeus.with_micromamba import Micromamba
from toolkit.project import Project
from toolkit.settings import MICROMAMBA, XeusSettings
from toolkit.wheels.store import shared_folder

MIRRORS: Final = "SPEC14_XEUS_MIRRORS"
"""Variable that names one more file of the solver's configuration."""

TABLE: Final = "[tool.spec14.xeus]"

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for.

    Attributes
    ----------
    environment
        Its packages.
    channels
        Where they are looked for.
    places
        Lock and cache.
    solver
        Who chooses and installs them.
    """

    environment: Environment
    channels: tuple[Channel, ...]
    places: Places
    solver: Solver = RATTLER

    @property
    def is_locked(self) -> bool:
        """Whether the lock is there and was made for just this."""
        urls = [channel.url for channel in self.channels]
        return fits(self.places.lock, urls, self.environment.packages)

    def key(self) -> str:
        """Give what it is known by: what is asked for, and what the lock says of that."""
        asked, lock = self.environment, self.places.lock
        return key_of(
            *(asked.name, asked.packages, asked.pip),
            [(channel.url, channel.public) for channel in self.channels],
            file_sha256(lock) if lock.is_file() else None,
        )


def read_wanted(project: Project, source: Path, known: Mapping[str, str]) -> Wanted:
    """Read what a project wants.

    Parameters
    ----------
    project
        The project.
    source
        The folder of its documentation.
    known
        Addresses of channels by name.

    Raises
    ------
    XeusFailed
        When it says nothing, says it twice, or it cannot be read.
    """
    settings = project.settings.xeus
    environment = _environment(project, settings, source)
    if settings.channels:
        environment = replace(environment, channels=settings.channels)
    return Wanted(
        environment=environment,
        channels=resolve(environment.channels, known, root=project.root, private=settings.private),
        places=Places(
            lock=project.root / NAME,
            cache=(shared_folder() or project.cache) / "xeus",
            configuration=mirrors(settings.solver),
        ),
        solver=Micromamba() if settings.solver == MICROMAMBA else RATTLER,
    )


def _environment(project: Project, settings: XeusSettings, source: Path) -> Environment:
    listed = bool(settings.languages or settings.packages)
    if listed and settings.environment is not None:
        msg = f"{TABLE} names {settings.environment!r}, and packages besides"
        raise XeusFailed(msg, do="say in one place which packages there are")
    if listed:
        return of_table(
            packages=settings.packages, channels=settings.channels, languages=settings.languages
        )
    if settings.environment is not None:
        return read_file(project.root / settings.environment)
    file = find_file((source, project.root))
    if file is None:
        msg = f"nothing says which xeus kernels there are: no {FILES[0]} in {source}"
        raise XeusFailed(msg, do=f'write `languages = ["python"]` into {TABLE}, or such a file')
    return read_file(file)


def mirrors(solver: str) -> tuple[Path, ...]:
    """Give further files of a solver's configuration.

    Raises
    ------
    XeusFailed
        When `MIRRORS` names what is no file.
    """
    named = os.environ.get(MIRRORS)
    if not named:
        return ()
    file = Path(named).absolute()
    if not file.is_file():
        msg = f"{MIRRORS} names {file}, which is no file"
        raise XeusFailed(msg, do=f"name a file of the configuration of {solver}")
    return (file,)


def require_locked(wanted: Wanted) -> None:
    """Refuse a lock that is not there, or was made for something else.

    Raises
    ------
    XeusLockStale
        In either case.
    """
    if not wanted.is_locked:
        lock, where = wanted.places.lock, wanted.environment.where
        how = "was made for another environment than" if lock.is_file() else "is not there for"
        msg = f"{lock} {how} that of {where}"
        raise XeusLockStale(msg, do="run `spec14 lock`, and commit it")


def prepare_wanted(wanted: Wanted, *, offline: bool, say: Say, upgrade: bool = False) -> Packed:
    """Solve, lock and install what is wanted, as far as that has not been done.

    Parameters
    ----------
    wanted
        What is asked for.
    offline
        Whether nothing is fetched.
    say
        Told of a lock that is written: it belongs to the source.
    upgrade
        Whether it is solved anew though the lock fits.

    Raises
    ------
    XeusFailed
        When it cannot be had, or would not work.
    NotWritable
        When there is no lock that fits and none can be written.
    """
    lock = wanted.places.lock
    kept = wanted.is_locked and not upgrade
    if not kept and not os.access(lock.parent, os.W_OK | os.X_OK):
        raise not_writable(lock.parent, os.getuid(), os.getgid())
    prefix = prepare(
        wanted.environment,
        wanted.channels,
        wanted.places,
        solver=wanted.solver,
        offline=offline,
        upgrade=upgrade,
    )
    if not kept:
        say(f"wrote {lock} ({len(prefix.packages)} packages): commit it")
    return Packed(
        prefix=prefix,
        channels=wanted.channels,
        packages=wanted.environment.packages,
        lock_sha256=file_sha256(lock),
    )
