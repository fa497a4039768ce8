"""A requirement that has an sdist only: built here, by a recipe or as the project itself is.

A recipe of the image (``images/recipes``) knows which libraries and options it takes; where
there is none for the version that is asked for, the sdist is built as it is. The wheel is
kept in the store by the SHA-256 of the sdist and of what builds it.
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.crossenv.recipes import build_recipe, recipe_for
from toolkit.pins import SdistPin, fingerprint, read_pins
from toolkit.project import Project
from toolkit.runtime.lock import read_wheel
from toolkit.sdist import fetch_sdist
from toolkit.wheels.build import build_wheel
from toolkit.wheels.given import sdist_project
from toolkit.wheels.index import uv_environment
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.store import Store
from toolkit.working import working_on


def build_sdist(requirement: str, project: Project, store: Store) -> Locked:
    """Build a requirement into the store, which is held.

    By the image's recipe, if that gives a version that is asked for; from the best sdist
    otherwise.

    Parameters
    ----------
    requirement
        PEP 508: a name, with versions or not.
    project
        Whose requirement it is.
    store
        Where the wheel goes.

    Raises
    ------
    SourceFailed, RequirementsFailed
        When there is no such sdist.
    BuildFailed, AuditFailed
        When it does not build, or its modules would not load.
    """
    if (recipe := _recipe(Requirement(requirement))) is not None:
        return _by_recipe(*recipe, project, store)
    sdist = fetch_sdist(requirement, project.cache / "sdists", offline=project.settings.offline)
    digest = file_sha256(sdist)
    key = key_of(digest, fingerprint(), toolkit.__version__)
    record = store.folder / f"built-{key[:24]}.json"
    kept = read_record(record)
    found = store.find(kept["file"], kept["sha256"]) if kept else None
    if found is not None and (known := store.known(found)) is not None:
        return known
    locked, path = _build(sdist, digest, project)
    store.put(path, locked)
    write_record(record, {"file": locked.file, "sha256": locked.sha256})
    return locked


def _recipe(requirement: Requirement) -> tuple[str, SdistPin] | None:
    name = recipe_for(requirement.name)
    source = read_pins().wheelhouse[name].source if name is not None else None
    if name is None or not isinstance(source, SdistPin):
        return None
    return (name, source) if requirement.specifier.contains(source.version) else None


def _by_recipe(name: str, source: SdistPin, project: Project, store: Store) -> Locked:
    # Whatever the recipe needs besides is kept there, too, by the digest of all its inputs.
    cache = store.folder.with_name("recipes")
    environment = uv_environment(project.cache, offline=project.settings.offline)
    with tempfile.TemporaryDirectory(dir=store.folder, prefix=".recipe-") as folder:
        path = build_recipe(name, Path(folder), cache, env=environment)
        locked = _as_locked(path, (f"{source.name}-{source.version}.tar.gz", source.sha256))
        store.put(path, locked)
    return locked


def _build(sdist: Path, digest: str, project: Project) -> tuple[Locked, Path]:
    # One folder for all of them: they share the compiler's cache.
    given = sdist_project(sdist, project.cache / "sdist")
    ours = project.settings
    settings = replace(given.settings, offline=ours.offline, distribution=ours.distribution)
    given = replace(given, settings=settings)
    with working_on(given):
        built = build_wheel(given)
    return _as_locked(built.path, (sdist.name, digest)), built.path


def _as_locked(path: Path, sdist: tuple[str, str]) -> Locked:
    facts = read_wheel(path)
    return Locked(
        name=facts.name,
        version=facts.version,
        file=path.name,
        sha256=file_sha256(path),
        origin="sdist",
        url="",
        sdist=sdist,
    )
