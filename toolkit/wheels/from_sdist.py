"""A requirement that has an sdist only: built here, as the project itself is.

The wheel is kept in the store by the SHA-256 of the sdist and of what builds it.
"""

from dataclasses import replace
from pathlib import Path

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, working_on, write_record
from toolkit.pins import fingerprint
from toolkit.project import Project
from toolkit.runtime.lock import read_wheel
from toolkit.wheels.build import build_wheel
from toolkit.wheels.given import sdist_project
from toolkit.wheels.lockfile import Locked
from toolkit.wheels.sdist import fetch_sdist
from toolkit.wheels.store import Store


def build_sdist(requirement: str, project: Project, store: Store) -> Locked:
    """Fetch the best sdist of a requirement and build it into the store, which is held.

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
    sdist = fetch_sdist(requirement, project.cache / "sdists")
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


def _build(sdist: Path, digest: str, project: Project) -> tuple[Locked, Path]:
    # One folder for all of them: they share the compiler's cache.
    given = sdist_project(sdist, project.cache / "sdist")
    ours = project.settings
    settings = replace(given.settings, offline=ours.offline, distribution=ours.distribution)
    given = replace(given, settings=settings)
    with working_on(given):
        built = build_wheel(given)
    facts = read_wheel(built.path)
    locked = Locked(
        name=facts.name,
        version=facts.version,
        file=built.path.name,
        sha256=built.sha256,
        origin="sdist",
        url="",
        sdist=(sdist.name, digest),
    )
    return locked, built.path
