"""The stage ``wheel``: one wheel in ``.spec14/dist``, built, audited, known by its SHA-256."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

import toolkit
from toolkit.archive import file_sha256
from toolkit.audit.expected import evidence_of_modules
from toolkit.audit.findings import require_kinds
from toolkit.audit.wheel import WheelAudit, audit_wheel, line, require_sound
from toolkit.cache import read_record, write_record
from toolkit.crossenv.libraries import library_variables
from toolkit.disk import full_disk_is_an_error
from toolkit.errors import BuildFailed
from toolkit.pins import RUNTIME, fingerprint
from toolkit.process import Finished, run
from toolkit.project import Project
from toolkit.toolchain import read_toolchain, unofficial
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.compilers import (
    CacheUse,
    cache_use,
    compiler_environment,
    parallel_extensions,
)
from toolkit.wheels.failure import build_error, lacks_requirement
from toolkit.wheels.generated import project_files
from toolkit.wheels.index import uv_environment
from toolkit.wheels.kept import Folders, Prepared, folders, prepare, remember
from toolkit.wheels.plan import BuildPlan, plan_of
from toolkit.wheels.prepare import prepare_copy, require_buildable
from toolkit.wheels.source import digest
from toolkit.wheels.stamp import stamp_wheel
from toolkit.wheels.version import history_key

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
    findings
        What the audit said, one line each.
    lowered
        How many of them are errors that ``--warn`` let pass.
    cache_use
        What the compiler cache did, where this run compiled.
    """

    path: Path
    sha256: str
    compiled: bool
    fresh: bool
    findings: tuple[str, ...] = ()
    lowered: int = 0
    cache_use: CacheUse | None = None


def current_wheel(project: Project) -> BuiltWheel | None:
    """Give the wheel if it is there and made from the source as it stands."""
    record = read_record(_record(project))
    path = project.dist / str(record.get("wheel", ""))
    if not path.is_file() or record.get("inputs") != _inputs(project):
        return None
    if file_sha256(path) != record.get("sha256"):
        return None
    return BuiltWheel(
        path=path,
        sha256=record["sha256"],
        compiled=bool(record["compiled"]),
        fresh=False,
        findings=tuple(record.get("findings", ())),
        lowered=int(record.get("lowered", 0)),
    )


def build_wheel(project: Project, *, warn: bool = False) -> BuiltWheel:
    """Bring the project's wheel up to date.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    warn
        Whether the audit's errors let the wheel pass.

    Raises
    ------
    BuildFailed
        When the build fails; the compiler's own message is kept.
    AuditFailed
        When a module in the wheel would not load, or the wheel is not what it says.
    RequirementsFailed
        When a build requirement cannot be had.
    """
    if (current := current_wheel(project)) is not None:
        return current
    require_kinds(project.settings.wheel.allow, "[tool.spec14.wheel] allow")
    inputs = _inputs(project)
    files = project_files(project)
    plan, where = plan_of(project), folders(project)
    require_buildable(project, plan)
    prepared = prepare(project, plan, files, where)
    _build(project, plan, where, prepared, compiled=is_compiled(project, files))
    wheel = _only_wheel(project, where.out)
    compiled = not wheel.name.endswith("-none-any.whl")
    stamp_wheel(wheel, toolchain_stamp(), epoch=int(EPOCH))
    audit = _audit(project, wheel, files)
    if not warn:
        require_sound(audit)
    built = BuiltWheel(
        path=project.dist / wheel.name,
        sha256=file_sha256(wheel),
        compiled=compiled,
        fresh=True,
        findings=tuple(line(one, wheel) for one in audit.findings),
        lowered=len(audit.errors),
        cache_use=cache_use(where.log) if compiled else None,
    )
    _publish(project, wheel, built, inputs)
    remember(project, plan, files, where, wheel)
    return built


def _audit(project: Project, wheel: Path, files: Sequence[Path]) -> WheelAudit:
    return audit_wheel(
        wheel,
        RUNTIME,
        build_folders=(project.out,),
        expected=evidence_of_modules(project.folder, files, project.pyproject),
        allow=project.settings.wheel.allow,
    )


def toolchain_stamp() -> Mapping[str, object]:
    """Give what the wheel says of the toolchain that made it (``.dist-info/spec14.json``)."""
    made_by, reason = read_toolchain(), unofficial()
    stamp = {"toolkit": toolkit.__version__, "toolchain": made_by.source}
    if reason is None:
        return {**stamp, "official": True, "upstream": dict(made_by.upstream)}
    return {**stamp, "official": False, "note": f"{reason}: not for a public index"}


def build_environment(project: Project, where: Folders) -> dict[str, str]:
    """Give the variables that builds run with."""
    return {
        **uv_environment(project.shared_cache, offline=project.settings.offline),
        **compiler_environment(project.cache, project.shared_cache, where),
        **parallel_extensions(where),
        "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", EPOCH),
        "PYTHONDONTWRITEBYTECODE": "1",
        # The order of sets is in what some code generators write.
        "PYTHONHASHSEED": "0",
    }


def _build(
    project: Project, plan: BuildPlan, where: Folders, prepared: Prepared, *, compiled: bool
) -> None:
    environment = {
        **build_environment(project, where),
        **prepared.environment,
        **prepare_copy(project, plan, where.source),
    }
    if compiled:
        environment["EM_CACHE"] = str(_emscripten_cache(project))
        environment |= library_variables()
    options = ["--for", "runtime", "--exports", plan.exports] if compiled else ["--for", "machine"]
    options += [f"-C{setting}" for setting in (*plan.config_settings, *prepared.settings)]
    done = run_backend(options, where, environment)
    if done.code != 0:
        raise build_error(project, done, where.source)


def run_backend(options: Sequence[str], where: Folders, environment: Mapping[str, str]) -> Finished:
    """Run a build of the copy: with the image's wheelhouse alone, then with the index.

    The wheelhouse alone (``UV_OFFLINE``) gives the same wheel from the same source tomorrow.
    """
    # Build environments hold programs: /tmp may be mounted noexec (`--read-only --tmpfs /tmp`).
    scratch = where.kept / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    environment = {
        **environment,
        "TMPDIR": str(scratch),
        "PYTHONPATH": str(Path(toolkit.__file__).parents[1]),
    }
    # Not from the source's folder (-P): it may hold a module named like one of ours.
    command = [sys.executable, "-P", "-m", "toolkit.crossenv.build", "--kept", str(where.kept)]
    command += ["--out", str(where.out), *options, "."]
    try:
        done = run(command, cwd=where.source, env={**environment, "UV_OFFLINE": "1"})
        if done.code != 0 and lacks_requirement(done) and "UV_OFFLINE" not in environment:
            done = run(command, cwd=where.source, env=environment)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return done


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
    before = read_record(_record(project)).get("wheel")
    write_record(
        _record(project),
        {
            "inputs": inputs,
            "wheel": built.path.name,
            "sha256": built.sha256,
            "compiled": built.compiled,
            "findings": list(built.findings),
            "lowered": built.lowered,
        },
    )
    # Wheels of other projects may lie beside it: those that were given by name or as sdists.
    own = _distribution(built.path)
    for other in project.dist.glob("*.whl"):
        if other != built.path and (other.name == before or _distribution(other) == own):
            other.unlink()


def _distribution(wheel: Path) -> str:
    return canonicalize_name(wheel.name.partition("-")[0])


def _record(project: Project) -> Path:
    return project.cache / "wheel.json"


def _inputs(project: Project) -> str:
    files = project_files(project)
    parts = {
        "source": digest(project.folder, files),
        "pins": fingerprint(),
        "toolkit": toolkit.__version__,
        "plan": plan_of(project).explained,
        "history": history_key(project),
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
    own = project.shared_cache / f"emscripten-{fingerprint()[:12]}"
    if image != own and image.is_dir() and not own.is_dir():
        for other in project.shared_cache.glob("emscripten-*"):
            shutil.rmtree(other)
        partial = own.with_name(f".emscripten.{os.getpid()}")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            with full_disk_is_an_error(own):
                # Links: emcc adds files and never changes one (44 MB in 1700 files otherwise).
                shutil.copytree(image, partial, copy_function=os.symlink)
            partial.rename(own)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return own if own.is_dir() else image
