"""The order of sources: wheelhouse, index, Pyodide distribution, sdist.

The resolver is uv's (:mod:`toolkit.wheels.resolve`), asked again with one wheel more for each
package that had none: it decides, this module only fetches what it said it lacks.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from toolkit.crossenv.install import target_python
from toolkit.errors import LockFailed, RequirementsFailed, Spec14Error
from toolkit.pins import RUNTIME
from toolkit.project import Project
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels import distribution
from toolkit.wheels.collect import admit
from toolkit.wheels.distribution import Offered
from toolkit.wheels.from_sdist import build_sdist
from toolkit.wheels.index import Wheelhouse, uv_environment
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.refusal import Refusal, image_versions
from toolkit.wheels.resolve import Chosen, Question, Refused, ask
from toolkit.wheels.store import Store


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be locked.

    Attributes
    ----------
    project
        Whose requirements; its settings say what may be asked.
    wheel
        The project's own wheel: it wins over any index.
    name
        Its normalised name.
    requirements
        Requirements of the stage, besides the wheel's.
    kernel
        Whether the versions of the Jupyter kernel's packages must stay.
    preferred
        Versions, by name, to be taken where nothing speaks against it.
    say
        Told what takes long.
    """

    project: Project
    wheel: Path
    name: str
    requirements: tuple[str, ...]
    kernel: bool
    preferred: Mapping[str, str]
    say: Callable[[str], None]

    @property
    def stage(self) -> str:
        """What it is for, in errors."""
        return f"the {'site' if self.kernel else 'tests'} of {self.project.name}"

    @property
    def direct(self) -> tuple[str, ...]:
        """Names that a chain of requirements can begin with, the project first."""
        asked = (str(canonicalize_name(Requirement(text).name)) for text in self.requirements)
        return (self.name, *asked)


@dataclass(kw_only=True)
class Sources:
    """What was added to the wheelhouse for one lock."""

    links: list[Path] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    index: bool = False


def lock_packages(wanted: Wanted, store: Store) -> tuple[Locked, ...]:
    """Resolve what a stage needs; sdists are built, the distribution's wheels fetched.

    Raises
    ------
    RequirementsFailed
        When something cannot be had: with the chain of requirements that leads to it.
    LockFailed
        When it could be had, but not offline.
    BuildFailed, AuditFailed
        When an sdist does not build.
    """
    sources = Sources()
    while True:
        try:
            chosen = _ask(wanted, sources, store)
        except Refused as refused:
            if not sources.index and not wanted.project.settings.offline:
                sources.index = True
                continue
            _add_source(wanted, refused, sources, store)
            continue
        others = [one for one in chosen if canonicalize_name(one.name) != wanted.name]
        return tuple(as_locked(one, store) for one in others)


def _ask(wanted: Wanted, sources: Sources, store: Store) -> tuple[Chosen, ...]:
    wheelhouse = Wheelhouse()
    cache = wanted.project.cache
    offline = wanted.project.settings.offline
    kernel = _versions(wheelhouse.kernel)
    question = Question(
        requirements=(f"{wanted.name} @ {wanted.wheel.as_uri()}", *wanted.requirements),
        constraints=tuple(f"{n}=={v}" for n, v in kernel.items()) if wanted.kernel else (),
        # Where target and kernel differ, the kernel's: it is what the reader runs.
        preferred={**_versions(wheelhouse.target), **kernel, **wanted.preferred},
        links=(
            wheelhouse.target,
            wheelhouse.kernel,
            *sources.links,
            *(store.links() if offline else ()),
        ),
        index=sources.index,
    )
    env = uv_environment(cache, extra_index=wanted.project.settings.extra_index)
    return ask(question, python=target_python(), folder=cache / "resolve", env=env)


def _versions(folder: Path) -> dict[str, str]:
    names = (parse_wheel_filename(path.name) for path in sorted(folder.glob("*.whl")))
    return {str(name): str(version) for name, version, *_ in names}


def as_locked(chosen: Chosen, store: Store) -> Locked:
    """Say of a chosen wheel what a lock says, and where it comes from."""
    path = chosen.path
    if path is not None and (known := store.known(path)) is not None:
        return known
    wheelhouse = Wheelhouse()
    ours = path is not None and path.parent in (wheelhouse.target, wheelhouse.kernel)
    return Locked(
        name=str(canonicalize_name(chosen.name)),
        version=chosen.version,
        file=chosen.file,
        sha256=chosen.sha256,
        origin="wheelhouse" if ours else "index",
        url=chosen.url,
        direct=chosen.direct,
    )


def _add_source(wanted: Wanted, refused: Refused, sources: Sources, store: Store) -> None:
    """Add a wheel for a package that has none, or say why there is no way.

    Raises
    ------
    Spec14Error
        Of the kind of what went wrong.
    """
    refusal = refused.refusal
    if refusal.unreachable:
        raise _unreachable(wanted, refused)
    image = {**_versions(Wheelhouse().target), **_versions(Wheelhouse().kernel)}
    for name in (*refusal.lacking, *refusal.unknown):
        if name in image:
            break  # another version than the image's is asked for: a conflict
        specifiers = refusal.specifiers(name)
        attempt = f"{name}{specifiers}"
        if attempt in sources.tried:
            continue
        sources.tried.add(attempt)
        with store.held():
            found = _from_elsewhere(wanted, refusal, name, specifiers, store)
        if found is not None:
            sources.links.append(found)
            return
    raise _final(wanted, refused, image)


def _from_elsewhere(
    wanted: Wanted, refusal: Refusal, name: str, specifiers: str, store: Store
) -> Path | None:
    """Give a folder with a wheel of the distribution, or built from an sdist."""
    settings = wanted.project.settings
    way = _way(wanted, refusal, name)
    offered = distribution.read_distribution(read_runtime(RUNTIME)).get(name)
    if offered is not None and offered.satisfies(specifiers) and settings.distribution != "never":
        if settings.distribution == "ask":
            what = (
                f"{name} has a wheel for the target in the Pyodide distribution only{way}: "
                "--distribution=pyodide takes it from there"
            )
            do = "allow that, or --distribution=never to build its sdist (docs/requirements.md)"
            raise RequirementsFailed(what, do=do)
        return _from_distribution(wanted, offered, store)
    if name in refusal.unknown:
        return None
    if settings.offline:
        msg = f"{name} has no wheel in the wheelhouse or the caches, and this run is offline{way}"
        raise LockFailed(msg, do="run the same command once without --offline")
    wanted.say(f"building {name}{specifiers} from its sdist: no wheel for the target{way}")
    try:
        return store.folder / _folder_of(build_sdist(f"{name}{specifiers}", wanted.project, store))
    except Spec14Error as error:
        msg = f"{name} has no wheel for the target, and its sdist gives none: {error.what}{way}"
        do = f"{error.do}; or {_choices(name, offered)}"
        raise type(error)(msg, do=do, detail=error.detail) from error


def _from_distribution(wanted: Wanted, offered: Offered, store: Store) -> Path:
    runtime = read_runtime(RUNTIME)
    locked = distribution.as_locked(offered, distribution.base_url(runtime))
    found = store.find(locked.file, locked.sha256)
    if found is None:
        if wanted.project.settings.offline:
            msg = f"{locked.file} is not in the caches, and this run is offline"
            raise LockFailed(msg, do="run the same command once without --offline")
        wanted.say(f"fetching {locked.file} of the Pyodide distribution")
        with tempfile.TemporaryDirectory(dir=store.folder, prefix=".fetch-") as folder:
            found = admit(distribution.fetch(locked, Path(folder)), locked, store)
    return found.parent


def _folder_of(locked: Locked) -> str:
    return locked.sha256[:24]


def _final(wanted: Wanted, refused: Refused, image: Mapping[str, str]) -> Spec14Error:
    """Make the error that ends it."""
    refusal = refused.refusal
    fixed = image_versions(refusal, image)
    lacking = [name for name in refusal.lacking if name not in image]
    if refusal.unknown and not lacking:
        name = refusal.unknown[0]
        way = _way(wanted, refusal, name)
        if wanted.project.settings.offline:
            msg = f"{name} is not in the wheelhouse or the caches, and this run is offline{way}"
            return LockFailed(msg, do="run the same command once without --offline")
        msg = f"no package index knows {name}{way}"
        return RequirementsFailed(msg, do="correct the name", detail=refusal.text)
    if lacking:
        name = lacking[0]
        msg = f"{name} cannot be had for the target{_way(wanted, refusal, name)}"
        return RequirementsFailed(msg, do=_choices(name, None), detail=refusal.text)
    if fixed:
        name = fixed[0].split()[0]
        way = _way(wanted, refusal, name)
        msg = f"{', '.join(fixed)} is the image's version, and another is required{way}"
        return RequirementsFailed(
            msg,
            do="allow that version, or pin a version of what requires another",
            detail=refusal.text,
        )
    msg = f"the requirements of {wanted.stage} contradict each other"
    return RequirementsFailed(msg, do="change one of those named above", detail=refusal.text)


def _unreachable(wanted: Wanted, refused: Refused) -> RequirementsFailed:
    msg = f"the requirements of {wanted.stage} cannot be had: the package index did not answer"
    return RequirementsFailed(
        msg,
        do="see that it can be reached (`pip config list`), or that the caches have all: --offline",
        detail=refused.output.strip(),
    )


def _choices(name: str, offered: Offered | None) -> str:
    kept = f"require another version of {name} or of what requires it, make it optional (an extra)"
    if offered is not None:
        return f"{kept}, or allow version {offered.version} and --distribution=pyodide"
    return f"{kept}, or give it a wheel (docs/requirements.md)"


def _way(wanted: Wanted, refusal: Refusal, name: str) -> str:
    chain = refusal.chain(name, wanted.direct)
    if chain[0] != wanted.name and chain != (name,):
        chain = (wanted.stage, *chain)
    if chain == (name,):
        return f" (required by {wanted.stage})"
    return f" ({' -> '.join(chain)})"
