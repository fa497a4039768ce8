"""The project for the machine that builds: documentation tools import what they describe."""

import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolkit.cache import key_of, read_record, write_record
from toolkit.disk import require_room
from toolkit.errors import RequirementsFailed
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.project import Project
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.build import build_environment, run_backend
from toolkit.wheels.compilers import machine_environment
from toolkit.wheels.failure import build_error
from toolkit.wheels.index import offline_then_index, uv_environment
from toolkit.wheels.kept import folders, prepare, remember
from toolkit.wheels.plan import BuildPlan, plan_of
from toolkit.wheels.prepare import prepare_copy
from toolkit.wheels.source import digest, source_files


def current_native_python(project: Project, requirements: Sequence[str]) -> Path | None:
    """Give the Python of the last run if the project and the requirements are as they were."""
    record = read_record(_record(project))
    base, key = _keys(project, requirements)
    if record.get("base") == base and record.get("key") == key:
        return _python(project)
    return None


def native_python(project: Project, requirements: Sequence[str]) -> Path:
    """Give a Python that can import the project, its requirements and the image's own stack.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    requirements
        What else is asked for (the docs' requirements).

    Raises
    ------
    BuildFailed
        When the project does not compile for this machine.
    RequirementsFailed
        When a requirement cannot be had.
    """
    if (current := current_native_python(project, requirements)) is not None:
        return current
    base, key = _keys(project, requirements)
    python, record = _python(project), _record(project)
    wheel = _native_wheel(project, source_files(project.folder))
    environment = uv_environment(project.cache, offline=project.settings.offline)
    if read_record(record).get("base") != base:
        shutil.rmtree(record.parent, ignore_errors=True)
        _create(record.parent, environment)
    install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
    offline_then_index(
        [*install, "--reinstall-package", project.name, str(wheel), *requirements],
        offline=["--offline"],
        cwd=project.cache,
        env=environment,
        what=f"{project.name} and its documentation",
    )
    write_record(record, {"base": base, "key": key})
    return python


def _python(project: Project) -> Path:
    return project.cache / "docs-env" / "bin" / "python"


def _record(project: Project) -> Path:
    return project.cache / "docs-env" / "spec14.json"


def _keys(project: Project, requirements: Sequence[str]) -> tuple[str, str]:
    """Give what decides the environment as a whole, and what its copy of the project."""
    base = key_of(sorted(requirements), fingerprint(), sys.prefix)
    return base, digest(project.folder, source_files(project.folder))


def _native_wheel(project: Project, files: list[Path]) -> Path:
    if not is_compiled(project, files):
        # One wheel for every platform: the one that goes into the site.
        pure = sorted(project.dist.glob("*-none-any.whl"))
        if len(pure) == 1:
            return pure[0]
    plan, where = plan_of(project), folders(project, "native-")
    # The plan's values are meant for the other compiler.
    own = BuildPlan(before_build=plan.before_build)
    prepared = prepare(project, own, files, where)
    settings = [f"-C{setting}" for setting in prepared.settings]
    environment = {
        **build_environment(project, where),
        **machine_environment(),
        **prepared.environment,
        **prepare_copy(project, own, where.source),
    }
    done = run_backend(["--for", "machine", *settings], where, environment)
    wheels = sorted(where.out.glob("*.whl"))
    if done.code != 0 or len(wheels) != 1:
        raise build_error(project, done, where.source)
    remember(project, own, files, where, wheels[0])
    return wheels[0]


def _create(folder: Path, environment: Mapping[str, str]) -> None:
    """Make the environment; it sees the image's packages, after its own.

    ``addsitedir`` and not a bare path, so that ``.pth`` files there count too.
    """
    venv = ["uv", "venv", "--quiet", "--python", sys.executable, str(folder)]
    done = run(venv, env=environment)
    if done.code != 0:
        require_room(done.output, folder)
        msg = "the environment of the documentation could not be made"
        raise RequirementsFailed(msg, do="see `spec14 info`", detail=done.tail())
    packages = next(folder.glob("lib/python*/site-packages"))
    own = sysconfig.get_path("purelib")
    line = f"import site; site.addsitedir({own!r})\n"
    (packages / "spec14.pth").write_text(line, "utf-8")
