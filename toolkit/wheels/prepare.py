"""The copy of the source made ready for its backend: history lent, the project's commands run."""

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.errors import BuildFailed
from toolkit.process import run
from toolkit.project import Project
from toolkit.wheels.history import lend_history
from toolkit.wheels.plan import BuildPlan
from toolkit.wheels.toolchains import require_toolchains
from toolkit.wheels.version import require_version

SWITCHED_OFF: Final = (
    "correct it, or switch it off: before-build = [] in [tool.spec14.wheel], "
    "`spec14 wheel --no-before-build` for a project that was fetched"
)


def require_buildable(project: Project, plan: BuildPlan) -> None:
    """Check what can be known before a build: the version, the compilers.

    Raises
    ------
    BuildFailed, ToolchainMissing
        When one of them cannot be had.
    """
    require_toolchains(project)
    require_version(project, plan.environment)


def prepare_copy(project: Project, plan: BuildPlan, copy: Path) -> dict[str, str]:
    """Make the copy of a project's source ready; give the variables that the build needs for it.

    Parameters
    ----------
    project
        The project.
    plan
        Its plan.
    copy
        The copy, complete.

    Raises
    ------
    BuildFailed
        When a command of the project's own fails.
    """
    lend_history(project.folder, copy)
    environment = {
        # Meson and others take the working folder from there.
        "PWD": str(copy),
        # A repository that the copy happens to lie in is none of its own.
        "GIT_CEILING_DIRECTORIES": str(copy.parent),
        **plan.environment,
    }
    if plan.before_build:
        _run_before_build(project, plan, copy, environment)
    return environment


def _run_before_build(
    project: Project, plan: BuildPlan, copy: Path, environment: Mapping[str, str]
) -> None:
    scratch = copy.with_name(f"{copy.name}-commands")
    try:
        python = _throwaway_environment(scratch)
        path = f"{python.parent}{os.pathsep}{environment.get('PATH', os.environ['PATH'])}"
        known = {**environment, "PATH": path, "VIRTUAL_ENV": str(scratch)}
        for text in plan.before_build:
            done = run(["sh", "-c", text], cwd=copy, env=known)
            if done.code != 0:
                msg = f"before-build of {project.name} ended with code {done.code}: {text}"
                raise BuildFailed(msg, do=SWITCHED_OFF, detail=done.tail())
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _throwaway_environment(folder: Path) -> Path:
    """Make an environment that ``pip install`` in a command may write to, and give its Python.

    It sees the packages of the image's, pyodide-build among them, after its own.
    """
    shutil.rmtree(folder, ignore_errors=True)
    done = run(
        [sys.executable, "-m", "virtualenv", "--quiet", folder],
        env={"VIRTUALENV_OVERRIDE_APP_DATA": str(folder.parent / "virtualenv")},
    )
    if done.code != 0:
        msg = "the environment of before-build could not be made"
        raise BuildFailed(msg, do="see `spec14 info`", detail=done.tail())
    packages = next(folder.glob("lib/python*/site-packages"))
    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (packages / "spec14.pth").write_text(line, "utf-8")
    return folder / "bin" / "python"
