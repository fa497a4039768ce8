"""The project for the machine that builds.

Documentation tools import what they describe; tests are compared with how they go here.
"""

import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from toolkit.cache import key_of, read_record, write_record
from toolkit.disk import require_room
from toolkit.errors import RequirementsFailed
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.project import Project
from toolkit.wheels.backend import is_compiled
from toolkit.wheels.build import build_environment, current_wheel, run_backend
from toolkit.wheels.compilers import machine_environment
from toolkit.wheels.failure import build_error
from toolkit.wheels.file_times import unchanged_keep_their_times
from toolkit.wheels.generated import project_files
from toolkit.wheels.index import offline_then_index, uv_environment
from toolkit.wheels.kept import folders, prepare, remember
from toolkit.wheels.plan import BuildPlan, plan_of
from toolkit.wheels.prepare import prepare_copy
from toolkit.wheels.source import digest

RECORD: Final = "spec14.json"


@dataclass(frozen=True, kw_only=True)
class Use:
    """What an environment is for.

    Attributes
    ----------
    folder
        Its name in the project's cache.
    what
        What is installed besides the project, for messages.
    sees_image
        Whether it has the image's own packages after its own.
    """

    folder: str
    what: str
    sees_image: bool


DOCS: Final = Use(folder="docs-env", what="documentation", sees_image=True)
TESTS: Final = Use(folder="native-test-env", what="tests", sees_image=False)


def current_native_python(
    project: Project, requirements: Sequence[str], use: Use = DOCS
) -> Path | None:
    """Give the Python of the last run if the project and the requirements are as they were."""
    folder = project.cache / use.folder
    record = read_record(folder / RECORD)
    base, key = _keys(project, requirements, use)
    if record.get("base") == base and record.get("key") == key:
        return folder / "bin" / "python"
    return None


def native_python(project: Project, requirements: Sequence[str], use: Use = DOCS) -> Path:
    """Give a Python that can import the project and its requirements.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    requirements
        What else is asked for (the docs' requirements, or the tests').
    use
        What the environment is for.

    Raises
    ------
    BuildFailed
        When the project does not compile for this machine.
    RequirementsFailed
        When a requirement cannot be had.
    """
    if (current := current_native_python(project, requirements, use)) is not None:
        return current
    base, key = _keys(project, requirements, use)
    folder = project.cache / use.folder
    python, record = folder / "bin" / "python", folder / RECORD
    wheel = _native_wheel(project, project_files(project))
    environment = _environment(project)
    if read_record(record).get("base") != base:
        shutil.rmtree(folder, ignore_errors=True)
        _create(folder, environment, use)
    install = ["uv", "pip", "install", "--quiet", "--python", str(python)]
    with unchanged_keep_their_times(folder, project.name):
        offline_then_index(
            [*install, "--reinstall-package", project.name, str(wheel), *requirements],
            offline=["--offline"],
            cwd=project.cache,
            env=environment,
            what=f"{project.name} and its {use.what}",
        )
    write_record(record, {"base": base, "key": key})
    return python


def native_version(python: Path, name: str) -> str | None:
    """Give the version of a project in the environment of :func:`native_python`."""
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    return next((one.version for one in distributions(name=name, path=[str(packages)])), None)


def _environment(project: Project) -> dict[str, str]:
    """Give uv's variables; an index of nightlies may have no wheel for this machine.

    uv would take a package from the first index that knows it and then find nothing there that
    fits: here the best version of all indexes counts, as it does for pip.
    """
    extra, offline = project.settings.extra_index, project.settings.offline
    environment = uv_environment(project.cache, offline=offline, extra_index=extra)
    return {**environment, "UV_INDEX_STRATEGY": "unsafe-best-match"} if extra else environment


def _keys(project: Project, requirements: Sequence[str], use: Use) -> tuple[str, str]:
    """Give what decides the environment as a whole, and what its copy of the project."""
    facts = (sorted(requirements), fingerprint(), sys.prefix, use.sees_image)
    base = key_of(*facts, *project.settings.extra_index)
    return base, digest(project.folder, project_files(project))


def _native_wheel(project: Project, files: list[Path]) -> Path:
    if not is_compiled(project, files):
        # One wheel for every platform: the one that goes into the site.
        built = current_wheel(project)
        if built is not None and not built.compiled:
            return built.path
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


def _create(folder: Path, environment: Mapping[str, str], use: Use) -> None:
    """Make the environment; it sees the image's packages, after its own, where it may.

    ``addsitedir`` and not a bare path, so that ``.pth`` files there count too.
    """
    venv = ["uv", "venv", "--quiet", "--python", sys.executable, str(folder)]
    done = run(venv, env=environment)
    if done.code != 0:
        require_room(done.output, folder)
        msg = f"the environment of the {use.what} could not be made"
        raise RequirementsFailed(msg, do="see `spec14 info`", detail=done.tail())
    if use.sees_image:
        packages = next(folder.glob("lib/python*/site-packages"))
        own = sysconfig.get_path("purelib")
        line = f"import site; site.addsitedir({own!r})\n"
        (packages / "spec14.pth").write_text(line, "utf-8")
