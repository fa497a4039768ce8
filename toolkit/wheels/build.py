"""The stage ``wheel``: one wheel in ``.spec14/dist``, built, audited, known by its SHA-256."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_record
from toolkit.crossenv.libraries import library_variables
from toolkit.disk import full_disk_is_an_error, require_room
from toolkit.errors import BuildFailed, RequirementsFailed
from toolkit.pins import RUNTIME, fingerprint
from toolkit.process import Finished, run
from toolkit.project import Project
from toolkit.runtime.audit import audit_wheel, require_loadable
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.diagnostics import excerpt, first_error, plain
from toolkit.wheels.index import uv_environment
from toolkit.wheels.plan import plan_of
from toolkit.wheels.source import copy_source, digest, source_files
from toolkit.wheels.stamp import stamp_wheel

UV_FAILED: Final = (
    "No solution found when resolving",
    "UV_OFFLINE",
    "Failed to fetch: ",
    "Failed to download ",
)
"""What uv (0.9 to 0.13) writes when a requirement cannot be had."""
EPOCH: Final = "315532800"
"""Time stamps in wheels (SOURCE_DATE_EPOCH): the first second a zip file can hold."""


@dataclass(frozen=True, kw_only=True)
class BuiltWheel:
    """The wheel of a project.

    Attributes
    ----------
    path
        In ``.spec14/dist``.
    sha256
        Of the file.
    compiled
        Whether it holds WebAssembly.
    fresh
        Whether this run built it; false when nothing had changed.
    """

    path: Path
    sha256: str
    compiled: bool
    fresh: bool


def current_wheel(project: Project) -> BuiltWheel | None:
    """Give the wheel if it is there and made from the source as it stands."""
    record = read_record(_record(project))
    path = project.dist / str(record.get("wheel", ""))
    if not path.is_file() or record.get("inputs") != _inputs(project):
        return None
    if file_sha256(path) != record.get("sha256"):
        return None
    return BuiltWheel(
        path=path, sha256=record["sha256"], compiled=bool(record["compiled"]), fresh=False
    )


def build_wheel(project: Project) -> BuiltWheel:
    """Bring the project's wheel up to date.

    Parameters
    ----------
    project
        The project; the caller holds its lock.

    Raises
    ------
    BuildFailed
        When the build fails; the compiler's own message is kept.
    AuditFailed
        When a module in the wheel would not load.
    RequirementsFailed
        When a build requirement cannot be had.
    """
    if (current := current_wheel(project)) is not None:
        return current
    inputs = _inputs(project)
    files = source_files(project.folder)
    compiled = is_compiled(project, files)
    source, fresh = project.cache / "source", project.cache / "dist"
    copy_source(project.folder, files, source)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    _build(project, source, fresh, compiled=compiled)
    wheel = _only_wheel(project, fresh)
    compiled = not wheel.name.endswith("-none-any.whl")
    require_loadable(audit_wheel(wheel, RUNTIME))
    stamp_wheel(wheel, toolchain_stamp(), environment={"SOURCE_DATE_EPOCH": EPOCH})
    built = BuiltWheel(
        path=project.dist / wheel.name, sha256=file_sha256(wheel), compiled=compiled, fresh=True
    )
    _publish(project, wheel, built, inputs)
    return built


def toolchain_stamp() -> Mapping[str, str | bool]:
    """Give what the wheel says of the toolchain that made it (``.dist-info/spec14.json``)."""
    return {
        "toolkit": toolkit.__version__,
        "toolchain": "debian",
        "official": False,
        "note": "not compiled by the runtime's own Emscripten: not for a public index",
    }


def build_environment(project: Project) -> dict[str, str]:
    """Give the variables that builds run with."""
    return {
        **uv_environment(project.cache),
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", EPOCH),
        "PYTHONPATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _build(project: Project, source: Path, out: Path, *, compiled: bool) -> None:
    plan = plan_of(project)
    settings = [f"-C{setting}" for setting in plan.config_settings]
    environment = {**build_environment(project), **plan.environment}
    if compiled:
        environment["EM_CACHE"] = str(_emscripten_cache(project))
        environment |= library_variables(environment)
        command = ["pyodide", "build", "--skip-emscripten-install", "--outdir", str(out)]
    else:
        command = [sys.executable, "-m", "build", "--wheel", "--installer", "uv", "--outdir"]
        command += [str(out)]
    done = run_backend([*command, *settings, "."], source, environment)
    if done.code != 0:
        raise build_error(project, done, source)


def run_backend(command: list[str], source: Path, environment: Mapping[str, str]) -> Finished:
    """Run a build in `source`: with the image's wheelhouse alone, then with the index.

    The wheelhouse alone (``UV_OFFLINE``) gives the same wheel from the same source tomorrow.
    """
    # Build environments hold programs: /tmp may be mounted noexec (`--read-only --tmpfs /tmp`).
    scratch = source.with_name(f"{source.name}-tmp")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    environment = {**environment, "TMPDIR": str(scratch)}
    try:
        done = run(command, cwd=source, env={**environment, "UV_OFFLINE": "1"})
        if done.code != 0 and _lacks_requirement(done):
            done = run(command, cwd=source, env=environment)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return done


def _lacks_requirement(done: Finished) -> bool:
    """Whether uv could not have a build requirement, from wherever it was to come."""
    return any(words in done.output for words in UV_FAILED)


def build_error(project: Project, done: Finished, source: Path) -> BuildFailed | RequirementsFailed:
    """Make the error of a failed build: the compiler's file and line where it names one.

    Raises
    ------
    DiskFull
        When that was the reason.
    """
    require_room(done.output, project.dist)
    output = plain(done.output).replace(f"{source}/", "")
    if found := first_error(output, lambda path: (project.folder / path).is_file()):
        return BuildFailed(
            f"{found.file}:{found.line}: {found.said}",
            do="correct the source and run the same command again",
            detail=excerpt(output, found.position, before=6),
        )
    if _lacks_requirement(done):
        return RequirementsFailed(
            f"a build requirement of {project.name} cannot be had",
            do="correct [build-system] requires, or see that the package index can be reached",
            detail=done.tail(20),
        )
    return BuildFailed(
        f"{project.name} does not build (exit code {done.code})",
        do="read the backend's message above",
        detail=Finished(command=done.command, code=done.code, output=output).tail(40),
    )


def _only_wheel(project: Project, folder: Path) -> Path:
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        msg = f"the build of {project.name} left {len(wheels)} wheels"
        raise BuildFailed(msg, do="let the build backend make exactly one wheel (PEP 517)")
    return wheels[0]


def _publish(project: Project, wheel: Path, built: BuiltWheel, inputs: str) -> None:
    """Put the new wheel in place, then the record that names it, then drop older ones."""
    partial = project.dist / f".{wheel.name}.{os.getpid()}"
    try:
        shutil.copyfile(wheel, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(built.path)
    finally:
        partial.unlink(missing_ok=True)
    write_record(
        _record(project),
        {
            "inputs": inputs,
            "wheel": built.path.name,
            "sha256": built.sha256,
            "compiled": built.compiled,
        },
    )
    for other in project.dist.glob("*.whl"):
        if other != built.path:
            other.unlink()


def _record(project: Project) -> Path:
    return project.cache / "wheel.json"


def _inputs(project: Project) -> str:
    files = source_files(project.folder)
    parts = {
        "source": digest(project.folder, files),
        "pins": fingerprint(),
        "toolkit": toolkit.__version__,
        "plan": plan_of(project).explained,
    }
    return json.dumps(_hashed(parts), sort_keys=True)


def _hashed(parts: Mapping[str, object]) -> dict[str, str]:
    return {
        name: hashlib.sha256(repr(part).encode()).hexdigest()[:16] for name, part in parts.items()
    }


def _emscripten_cache(project: Project) -> Path:
    """Give a writable copy of the image's Emscripten cache.

    emcc adds to its cache what a build with other flags asks for; the image's own is
    read-only where the root file system is.
    """
    image = Path(os.environ.get("EM_CACHE", ""))
    own = project.cache / f"emscripten-{fingerprint()[:12]}"
    if image != own and image.is_dir() and not own.is_dir():
        for other in project.cache.glob("emscripten-*"):
            shutil.rmtree(other)
        partial = own.with_name(f".emscripten.{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with full_disk_is_an_error(own):
                shutil.copytree(image, partial)
            partial.rename(own)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return own if own.is_dir() else image
