"""A lock that was renewed, and what is different now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.solving import Asked, Package
from toolkit.lite.xeus.wanted import Say, Wanted, prepare_wanted, require_locked
from toolkit.lite.xeus.with_rattler import read_lock


@dataclass(frozen=True, kw_only=True)
class Change:
    """A package that is another one now.

    Attributes
    ----------
    name
        Of the package.
    before, after
        Version and build; empty where it was not there, or is not any more.
    """

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name}: {self.before or 'not there'} -> {self.after or 'gone'}"


@dataclass(frozen=True, kw_only=True)
class Renewed:
    """What came of it.

    Attributes
    ----------
    written
        Whether packages were chosen, and not only looked at.
    packages
        How many the lock names.
    changes
        Those that differ from the lock before.
    """

    written: bool
    packages: int
    changes: tuple[Change, ...]


def renew(wanted: Wanted, *, upgrade: bool, offline: bool, say: Say) -> Renewed:
    """Bring the lock up to date, and see that what it names can be installed.

    Parameters
    ----------
    wanted
        What is asked for.
    upgrade
        Whether packages are chosen anew though the lock fits.
    offline
        Whether nothing is fetched.
    say
        Told of the lock.

    Raises
    ------
    XeusFailed, NotWritable
        As :func:`prepare_wanted`; the lock is as it was then.
    """
    written = upgrade or not wanted.is_locked
    before = _before(wanted) if written else ()
    after = prepare_wanted(wanted, offline=offline, say=say, upgrade=upgrade).prefix.packages
    changes = tuple(_changes(before, after)) if written else ()
    return Renewed(written=written, packages=len(after), changes=changes)


def looked_at(wanted: Wanted) -> Renewed:
    """Say what a lock that is up to date names.

    Raises
    ------
    XeusLockStale
        When it is not.
    XeusFailed
        When it cannot be read.
    """
    require_locked(wanted)
    return Renewed(written=False, packages=len(_named(wanted)), changes=())


def _named(wanted: Wanted) -> tuple[Package, ...]:
    places = wanted.places
    asked = Asked(channels=(), packages=(), where=str(places.lock), cache=places.cache)
    return read_lock(asked, places.lock)


def _before(wanted: Wanted) -> tuple[Package, ...]:
    if not wanted.places.lock.is_file():
        return ()
    try:
        return _named(wanted)
    except XeusFailed:
        # One that cannot be read is what a new one is made for.
        return ()


def _changes(before: Sequence[Package], after: Sequence[Package]) -> Iterator[Change]:
    old, new = ({one["name"]: _told(one) for one in packages} for packages in (before, after))
    for name in sorted(old | new):
        if old.get(name) != new.get(name):
            yield Change(name=name, before=old.get(name, ""), after=new.get(name, ""))


def _told(package: Package) -> str:
    return f"{package['version']} {package['build']}"
