"""``spec14.lock``: what was resolved for the target, file by file, with hashes.

The content is that of PEP 751 (``pylock.toml``), read and checked by :mod:`packaging.pylock`,
written as JSON: the standard library writes no TOML. A group (``test``, ``site``) is a
dependency group of that format; what else we need to know stands in its ``tool`` tables.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from packaging.markers import Marker
from packaging.pylock import (
    Package,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockValidationError,
)
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from toolkit.cache import write_atomically
from toolkit.errors import LockFailed

NAME: Final = "spec14.lock"
TOOL: Final = "spec14"

type Origin = Literal["wheelhouse", "index", "distribution", "sdist"]
"""The image's wheelhouse, a package index, the Pyodide distribution, built here."""


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One wheel of a lock.

    Attributes
    ----------
    name
        Normalised name of the package.
    version
        Its version.
    file
        Name of the wheel's file.
    sha256
        Of the file, in hexadecimal.
    origin
        Where it comes from.
    url
        Where it was found, empty for what is built here. What an index gave is fetched again by
        name and SHA-256, from the index that is configured then.
    direct
        Whether the requirement itself names `url`.
    sdist
        File name and SHA-256 of the sdist it was built from.
    """

    name: str
    version: str
    file: str
    sha256: str
    origin: Origin
    url: str
    direct: bool = False
    sdist: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """What one stage needs.

    Attributes
    ----------
    requires
        The requirements it was resolved for, sorted, the project's own among them.
    distribution, extra_index
        The settings of these names.
    pins
        :func:`toolkit.pins.fingerprint` of the image that resolved it.
    packages
        The answer, sorted by name; without the project itself.
    """

    requires: tuple[str, ...]
    distribution: str
    pins: str
    packages: tuple[Locked, ...]
    extra_index: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock file.

    Attributes
    ----------
    python
        Minor version of the target's Python.
    platform
        Platform tag of the runtime.
    groups
        By name.
    """

    python: str
    platform: str
    groups: Mapping[str, Group] = MappingProxyType({})

    def with_group(self, name: str, group: Group) -> Lock:
        """Give the lock with one group put in or replaced."""
        return replace(self, groups={**self.groups, name: group})


def read_lock(path: Path) -> Lock | None:
    """Read a lock; ``None`` where there is none.

    Raises
    ------
    LockFailed
        When the file is no lock.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        return _from_pylock(Pylock.from_dict(content))
    except FileNotFoundError:
        return None
    except (
        PylockValidationError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
    ) as error:
        msg = f"{path} is not a lock of spec14: {str(error).splitlines()[0] if str(error) else ''}"
        raise LockFailed(msg, do="delete it: it is made anew") from error


def write_lock(path: Path, lock: Lock) -> None:
    """Write a lock; the same lock gives the same bytes."""
    text = json.dumps(_to_pylock(lock).to_dict(), indent=1, default=str) + "\n"
    write_atomically(path, text.encode())


def _to_pylock(lock: Lock) -> Pylock:
    names = sorted(lock.groups)
    members: dict[Locked, list[str]] = {}
    for group in names:
        for locked in lock.groups[group].packages:
            members.setdefault(locked, []).append(group)
    ordered = sorted(members.items(), key=lambda item: (item[0].name, item[1]))
    return Pylock(
        lock_version=Version("1.0"),
        requires_python=SpecifierSet(f"=={lock.python}.*"),
        dependency_groups=names,
        default_groups=[],
        created_by="spec14-toolkit",
        packages=[_package(locked, groups) for locked, groups in ordered],
        tool={
            TOOL: {
                "platform": lock.platform,
                "groups": {
                    name: {
                        "requires": list(group.requires),
                        "distribution": group.distribution,
                        "pins": group.pins,
                        **(
                            {"extra-index": list(indexes)} if (indexes := group.extra_index) else {}
                        ),
                    }
                    for name, group in sorted(lock.groups.items())
                },
            }
        },
    )


def _package(locked: Locked, groups: list[str]) -> Package:
    tool: dict[str, Any] = {"origin": locked.origin}
    if locked.direct:
        tool["direct"] = True
    sdist = None
    if locked.sdist is not None:
        file, sha256 = locked.sdist
        sdist = PackageSdist(name=file, path=file, hashes={"sha256": sha256})
    wheel = PackageWheel(
        name=locked.file,
        url=locked.url or None,
        path=None if locked.url else locked.file,
        hashes={"sha256": locked.sha256},
    )
    return Package(
        name=canonicalize_name(locked.name),
        version=Version(locked.version),
        marker=Marker(" or ".join(f"'{group}' in dependency_groups" for group in groups)),
        sdist=sdist,
        wheels=[wheel],
        tool={TOOL: tool},
    )


def _from_pylock(pylock: Pylock) -> Lock:
    tool = (pylock.tool or {})[TOOL]
    groups = {
        name: Group(
            requires=tuple(map(str, said["requires"])),
            distribution=str(said["distribution"]),
            pins=str(said["pins"]),
            packages=tuple(_locked(item) for item in pylock.packages if _is_in(name, item)),
            extra_index=tuple(map(str, said.get("extra-index", ()))),
        )
        for name, said in tool["groups"].items()
    }
    python = str(pylock.requires_python).removeprefix("==").removesuffix(".*")
    return Lock(python=python, platform=str(tool["platform"]), groups=groups)


def _is_in(group: str, package: Package) -> bool:
    environment = {"dependency_groups": frozenset({group}), "extras": frozenset[str]()}
    return package.marker is None or package.marker.evaluate(environment, context="lock_file")


def _locked(package: Package) -> Locked:
    (wheel,) = package.wheels or ()
    tool = (package.tool or {})[TOOL]
    sdist = package.sdist
    file = wheel.filename
    if Path(file).name != file or not file.endswith(".whl"):
        msg = f"{file!r} is not the name of a wheel"
        raise ValueError(msg)
    return Locked(
        name=package.name,
        version=str(package.version),
        file=file,
        sha256=wheel.hashes["sha256"],
        origin=_origin(tool["origin"]),
        url=wheel.url or "",
        direct=bool(tool.get("direct", False)),
        sdist=None if sdist is None else (sdist.filename, sdist.hashes["sha256"]),
    )


def _origin(said: object) -> Origin:
    match said:
        case "wheelhouse" | "index" | "distribution" | "sdist":
            return said
        case other:
            msg = f"{other!r} is no origin"
            raise ValueError(msg)
