"""What a stage needs besides the project's own wheel, for the target: locked, then collected.

Nothing is resolved while requirements, pins and settings are as they were when the lock was
made. A ``spec14.lock`` beside ``pyproject.toml`` is used as it stands, or is an error.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from toolkit.errors import LockFailed, RequirementsFailed
from toolkit.pins import RUNTIME, fingerprint
from toolkit.project import Project
from toolkit.runtime.distribution import read_runtime
from toolkit.runtime.lock import read_wheel
from toolkit.settings import Settings
from toolkit.wheels import lockfile
from toolkit.wheels.build import BuiltWheel
from toolkit.wheels.collect import collect, in_wheelhouse
from toolkit.wheels.lockfile import Group, Lock, Locked, read_lock, write_lock
from toolkit.wheels.locking import Wanted, lock_packages
from toolkit.wheels.store import store_of

SITE: Final = "site"
TEST: Final = "test"

type Say = Callable[[str], None]
type Resolve = Callable[[Mapping[str, str]], tuple[Locked, ...]]


def site_wheels(
    project: Project, wheel: BuiltWheel, extra: Sequence[str], *, say: Say | None = None
) -> tuple[Path, ...]:
    """Give the project's wheel and the wheels of all that it requires, at run time.

    Packages that the kernel itself consists of keep the kernel's versions.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    wheel
        Its wheel.
    extra
        What else belongs into the site.
    say
        Told what takes long.

    Raises
    ------
    RequirementsFailed, LockFailed
        When a requirement cannot be had for the target, or a lock does not fit.
    """
    return (wheel.path, *_wheels(project, wheel, SITE, extra, say=say))


def suite_wheels(
    project: Project, wheel: BuiltWheel, requirements: Sequence[str], *, say: Say | None = None
) -> tuple[Path, ...]:
    """Give the project's wheel and all that it and its tests require.

    Versions are those of the site and of the image wherever the tests allow it.

    Raises
    ------
    RequirementsFailed, LockFailed
        When a requirement cannot be had for the target, or a lock does not fit.
    """
    return (wheel.path, *_wheels(project, wheel, TEST, requirements, say=say))


def _wheels(
    project: Project, wheel: BuiltWheel, group: str, extra: Sequence[str], *, say: Say | None
) -> tuple[Path, ...]:
    require_written(extra)
    facts = read_wheel(wheel.path)
    requires = tuple(sorted({*map(str, facts.requires), *extra}))
    if not requires:
        return ()

    def resolve(preferred: Mapping[str, str]) -> tuple[Locked, ...]:
        wanted = Wanted(
            project=project,
            wheel=wheel.path,
            name=facts.name,
            requirements=tuple(extra),
            kernel=group == SITE,
            preferred=preferred,
            say=say or (lambda _line: None),
        )
        return lock_packages(wanted, store_of(project))

    return locked_wheels(project, group, requires, resolve)


def locked_wheels(
    project: Project, group: str, requires: tuple[str, ...], resolve: Resolve
) -> tuple[Path, ...]:
    """Give the wheels of a group of the lock, which is made where there is none that holds.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    group
        Name of the group.
    requires
        What it is for.
    resolve
        Finds them; given are the versions of other groups, by name.

    Raises
    ------
    RequirementsFailed, LockFailed
        When one cannot be had, or a lock does not fit.
    """
    store = store_of(project)
    committed = read_committed(project, group, requires)
    if committed is not None:
        return collect(project, committed.packages, store)
    own = project.out / lockfile.NAME
    lock = _own_lock(own)
    known = lock.groups.get(group)
    if known is not None and _still_holds(known, requires, project.settings):
        return collect(project, known.packages, store)
    # The other stages' versions: what was tested is what is shown.
    preferred = {
        locked.name: locked.version for other in lock.groups.values() for locked in other.packages
    }
    packages = resolve(preferred)
    made = Group(
        requires=requires,
        distribution=project.settings.distribution,
        pins=fingerprint(),
        packages=packages,
        extra_index=project.settings.extra_index,
    )
    found = collect(project, packages, store)
    write_lock(own, lock.with_group(group, made))
    return found


def require_written(requirements: Sequence[str]) -> None:
    """Check that all are requirements.

    Raises
    ------
    RequirementsFailed
        When one is not.
    """
    for text in requirements:
        try:
            Requirement(text)
        except InvalidRequirement as error:
            msg = f"{text!r} is not a requirement: {str(error).splitlines()[0]}"
            raise RequirementsFailed(msg, do="write it as PEP 508 says") from error


def read_committed(project: Project, group: str, requires: tuple[str, ...]) -> Group | None:
    """Give a group of the lock beside ``pyproject.toml``; ``None`` where there is no lock.

    Raises
    ------
    LockFailed
        When it does not hold for these requirements, this image or these settings.
    """
    path = project.folder / lockfile.NAME
    lock = read_lock(path)
    if lock is None:
        return None
    again = f"delete it, run again and copy {project.out / lockfile.NAME} there"
    known = lock.groups.get(group)
    if known is None:
        msg = f"{path} has nothing for the stage {group!r}"
        raise LockFailed(msg, do=again)
    if changed := sorted(set(known.requires) ^ set(requires)):
        msg = f"{path} was made for other requirements: {', '.join(changed)}"
        raise LockFailed(msg, do=again)
    if not _same_runtime(lock):
        msg = f"{path} was made for Python {lock.python} and {lock.platform}"
        raise LockFailed(msg, do=f"use the image that made it, or {again}")
    if project.settings.distribution == "never":
        for locked in known.packages:
            if locked.origin == "distribution":
                msg = f'{path} takes {locked.file} from the Pyodide distribution ("never")'
                raise LockFailed(msg, do=f"allow it, or {again}")
    return known


def _own_lock(path: Path) -> Lock:
    """Give the lock of earlier runs; an empty one where it is missing or damaged."""
    runtime = read_runtime(RUNTIME)
    empty = Lock(python=runtime.python_minor, platform=runtime.platform_tag)
    try:
        lock = read_lock(path)
    except LockFailed:
        return empty  # ours to make: it is made anew
    return empty if lock is None or not _same_runtime(lock) else lock


def _same_runtime(lock: Lock) -> bool:
    runtime = read_runtime(RUNTIME)
    return (lock.python, lock.platform) == (runtime.python_minor, runtime.platform_tag)


def _still_holds(group: Group, requires: tuple[str, ...], settings: Settings) -> bool:
    """Whether nothing that the group was made from has changed, the wheelhouse included."""
    return (
        group.requires == requires
        and group.distribution == settings.distribution
        and group.extra_index == settings.extra_index
        and group.pins == fingerprint()
        and all(
            in_wheelhouse(locked) is not None
            for locked in group.packages
            if locked.origin == "wheelhouse"
        )
    )
