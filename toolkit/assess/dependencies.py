"""Every dependency, and where the target gets it from: image, index, distribution, forge, nowhere.

Nothing is resolved: for each package the best file that fits the first requirement that leads to
it is looked at, level by level. Whether all of it fits together is the resolver's affair
(:mod:`toolkit.wheels.locking`), when the site or the tests are made.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from toolkit.assess import on_index
from toolkit.assess.catalogue import finding
from toolkit.assess.findings import Effort, Finding, Stage
from toolkit.assess.forge import Forge
from toolkit.assess.on_index import Ask, OnIndex
from toolkit.runtime.distribution import Runtime
from toolkit.runtime.lock import marker_environment, read_wheel
from toolkit.wheels.distribution import read_distribution
from toolkit.wheels.index import Wheelhouse

MOST: Final = 250
"""Packages that are looked at; a project that requires more is told so."""
AT_ONCE: Final = 8
OFFLINE: Final = "not asked (offline)"


class Source(StrEnum):
    """Where a package comes from, the first that has it."""

    IMAGE = "image"
    PURE = "pure"
    WHEEL = "wheel"
    DISTRIBUTION = "distribution"
    SDIST = "sdist"
    FORGE = "emscripten-forge"
    MISSING = "missing"
    UNKNOWN = "unknown"


MEANS: Final[Mapping[Source, str]] = {
    Source.IMAGE: "a wheel of the image",
    Source.PURE: "a pure wheel on the package index",
    Source.WHEEL: "a wheel for the target on the package index",
    Source.DISTRIBUTION: "only in the Pyodide distribution, which has to be allowed",
    Source.SDIST: "only an sdist, which would be built here",
    Source.FORGE: "only in emscripten-forge, for the xeus kernel",
    Source.MISSING: "nothing for the target",
    Source.UNKNOWN: "not known: the index was not asked",
}


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """A package that the project needs, itself or through another.

    Attributes
    ----------
    name
        Normalised.
    requirement
        The first that leads to it.
    via
        Names from the project's own requirement to it.
    stage
        ``INSTALL``, or ``TESTS`` for what only the tests require.
    image, index, distribution, forge
        Versions there; empty where it is not. `index` begins with what it is (``pure 1.0``).
    silent
        Why the index said nothing.
    """

    name: str
    requirement: str
    via: tuple[str, ...]
    stage: Stage
    image: str = ""
    index: str = ""
    distribution: str = ""
    forge: str = ""
    silent: str = ""

    @property
    def source(self) -> Source:
        """Give where it would come from, in the order in which spec14 looks."""
        kind = self.index.partition(" ")[0]
        if self.image:
            return Source.IMAGE
        if kind in (on_index.PURE, on_index.WHEEL):
            return Source(kind)
        if self.distribution:
            return Source.DISTRIBUTION
        if kind == on_index.SDIST:
            return Source.SDIST
        if self.forge:
            return Source.FORGE
        return Source.UNKNOWN if self.silent else Source.MISSING


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """A requirement, what leads to it, and what it is for."""

    requirement: Requirement
    via: tuple[str, ...]
    stage: Stage

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)


type Wheels = Mapping[str, tuple[str, tuple[Requirement, ...]]]


@dataclass(frozen=True, kw_only=True)
class Walk:
    """What is asked while dependencies are followed.

    Attributes
    ----------
    runtime
        The runtime; its own lock names the Pyodide distribution.
    ask
        Asks the index; ``None`` when offline.
    """

    runtime: Runtime
    ask: Ask | None

    def follow(
        self,
        install: Sequence[Requirement],
        tests: Sequence[Requirement],
        without: frozenset[str],
    ) -> tuple[Dependency, ...]:
        """Give all dependencies, at most `MOST`; those of the project before those of its tests.

        Parameters
        ----------
        install, tests
            What the project requires, and what its tests do.
        without
            Names that are not followed: the project's own.
        """
        environment = marker_environment(self.runtime)
        image = _image()
        done: dict[str, Dependency] = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for wanted, stage in ((install, Stage.INSTALL), (tests, Stage.TESTS)):
                level = [
                    _Wish(requirement=one, via=(), stage=stage)
                    for one in wanted
                    if _applies(one, environment)
                ]
                while level and len(done) < MOST:
                    new: dict[str, _Wish] = {}
                    for wish in level:
                        if wish.name not in done and wish.name not in without:
                            new.setdefault(wish.name, wish)
                    chosen = list(new.values())[: MOST - len(done)]
                    answers = list(pool.map(lambda wish: self._look(wish, image), chosen))
                    done |= {one.name: one for one, _ in answers}
                    level = [
                        _Wish(requirement=lower, via=(*wish.via, wish.name), stage=stage)
                        for wish, (_, below) in zip(chosen, answers, strict=True)
                        for lower in below
                        if _applies(lower, environment, wish.requirement.extras)
                    ]
        return tuple(done.values())

    def _look(self, wish: _Wish, image: Wheels) -> tuple[Dependency, tuple[Requirement, ...]]:
        """Look for one package everywhere but in the forge; give what it requires, too."""
        name, fits = wish.name, wish.requirement.specifier
        here, below = image.get(name, ("", ()))
        found = OnIndex()
        if not here or not fits.contains(here, prereleases=True):
            here = ""
            found = OnIndex(silent=OFFLINE) if self.ask is None else self.ask(wish.requirement)
            below = found.requires or ()
        there = read_distribution(self.runtime).get(name)
        dependency = Dependency(
            name=name,
            requirement=str(wish.requirement),
            via=wish.via,
            stage=wish.stage,
            image=here,
            index=f"{found.kind} {found.version}" if found.kind else "",
            distribution=there.version if there and there.satisfies(str(fits)) else "",
            silent=found.silent,
        )
        return dependency, below


def with_forge(dependencies: Sequence[Dependency], forge: Forge) -> tuple[Dependency, ...]:
    """Give the dependencies with what the channels have."""
    return tuple(replace(one, forge=forge.versions.get(one.name, "")) for one in dependencies)


def dependency_findings(
    dependencies: Sequence[Dependency], *, distribution: str, xeus: bool
) -> list[Finding]:
    """Give what dependencies are in the way of.

    Parameters
    ----------
    dependencies
        All that were found.
    distribution
        ``[tool.spec14] distribution``: whether the Pyodide distribution may be taken from.
    xeus
        Whether the project's kernel takes conda packages.
    """
    found = []
    for one in dependencies:
        way = f" (through {' -> '.join(one.via)})" if one.via else ""
        match one.source:
            case Source.DISTRIBUTION if distribution != "pyodide":
                found.append(
                    finding(
                        "dependency",
                        one.stage,
                        f"{one.requirement} has a wheel for the target only in the Pyodide "
                        f"distribution ({one.distribution}){way}",
                        happens="spec14 takes nothing from there unasked, and pip never does",
                        remedy='set distribution = "pyodide" in [tool.spec14]',
                        effort=Effort.CHANGE,
                    )
                )
            case Source.SDIST:
                found.append(
                    finding(
                        "dependency",
                        one.stage,
                        f"{one.requirement} has no wheel for the target{way}",
                        happens="spec14 builds it from its sdist; pip in the runtime refuses it",
                        remedy=f"see whether that works: spec14 assess {one.name}",
                        effort=Effort.CHANGE,
                    )
                )
            case Source.FORGE if not xeus:
                found.append(
                    finding(
                        "dependency",
                        one.stage,
                        f"{one.requirement} is only in emscripten-forge ({one.forge}){way}",
                        remedy='set kernel = "xeus" (docs/xeus.md), or give it a wheel',
                        effort=Effort.PORT,
                    )
                )
            case Source.MISSING:
                found.append(
                    finding(
                        "dependency", one.stage, f"{one.requirement} is nowhere for the target{way}"
                    )
                )
    return found


def _applies(
    requirement: Requirement, environment: Mapping[str, str], extras: set[str] | None = None
) -> bool:
    marker = requirement.marker
    return marker is None or any(
        marker.evaluate({**environment, "extra": extra}) for extra in ("", *(extras or ()))
    )


def _image() -> Wheels:
    """Give version and requirements of the image's wheels for the target, by name."""
    wheelhouse = Wheelhouse()
    found = {}
    for folder in (wheelhouse.kernel, wheelhouse.target):
        for path in sorted(folder.glob("*.whl")):
            name, version, *_ = parse_wheel_filename(path.name)
            found[str(name)] = (str(version), read_wheel(path).requires)
    return found
