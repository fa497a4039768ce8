"""The xeus kernels as a stage: what a project wants, prepared, with the project's wheel in it."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.data.gather import DataFile
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.lock import NAME
from toolkit.lite.xeus.project import with_wheels
from toolkit.lite.xeus.renewed import Renewed, looked_at, renew
from toolkit.lite.xeus.site import upstream
from toolkit.lite.xeus.wanted import Say, Wanted, read_wanted
from toolkit.project import Project
from toolkit.settings import PYODIDE, XEUS


def has_pyodide_alone(project: Project) -> bool:
    """Say whether a project's site has no xeus kernel: then nothing of this is looked at."""
    return project.settings.kernel == PYODIDE


def wanted_in(project: Project, source: Path) -> Wanted:
    """Give what a project asks for, by the folder of its documentation."""
    return read_wanted(project, source, upstream().channels)


def renewed_in(project: Project, source: Path, *, upgrade: bool, check: bool, say: Say) -> Renewed:
    """Bring a project's lock up to date, or only look whether it is.

    Raises
    ------
    XeusFailed
        When the project has no xeus kernel, or its environment cannot be had.
    XeusLockStale
        When the lock is not up to date and is only looked at.
    """
    if has_pyodide_alone(project):
        msg = f"{project.name} has no xeus kernel, and so no {NAME}"
        raise XeusFailed(msg, do='set kernel in [tool.spec14] to "xeus" or "both" (docs/xeus.md)')
    wanted = wanted_in(project, source)
    if check:
        return looked_at(wanted)
    return renew(wanted, upgrade=upgrade, offline=project.settings.offline, say=say)


def with_own_wheel(
    project: Project, wheel: Path, wanted: Wanted | None, packed: Packed | None, *, say: Say
) -> tuple[Packed, ...]:
    """Give the environments of the site, with the project's wheel beside their packages."""
    if wanted is None or packed is None:
        return ()
    return (with_wheels(project, wanted.environment, packed, wheel, say=say),)


def require_readable(project: Project, data: Sequence[DataFile]) -> None:
    """Refuse data that no kernel of the site can read: it is Pyodide's start that shows it."""
    if data and project.settings.kernel == XEUS:
        msg = "[tool.spec14.data] names files, and a xeus kernel cannot read them by their URL"
        raise XeusFailed(msg, do='set kernel to "both", or put them into jupyterlite_contents')
