"""The xeus kernels of a project: its own wheel in them, or why it is not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from packaging.utils import canonicalize_name

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.kernels import installed_distributions, kernel_names, python_version
from toolkit.lite.xeus.layer import Packed
from toolkit.lite.xeus.names import XPYTHON
from toolkit.lite.xeus.pure import Beside, install_wheels, is_pure
from toolkit.project import Project
from toolkit.runtime.lock import read_wheel
from toolkit.settings import XEUS
from toolkit.wheels.backend import is_surely_compiled


def with_wheels(
    project: Project,
    environment: Environment,
    packed: Packed,
    wheel: Path,
    *,
    say: Callable[[str], None],
) -> Packed:
    """Put the project's pure wheel, and what it requires, beside the packages of its environment.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    environment
        What it asked for.
    packed
        That, installed.
    wheel
        Its wheel.
    say
        Told where it is in no xeus kernel.

    Raises
    ------
    XeusFailed
        When there is no other kernel, and it could not be imported in this one; when a
        requirement has no pure wheel.
    """
    alone = project.settings.kernel == XEUS
    if alone and XPYTHON not in kernel_names(packed.prefix):
        msg = f"the environment of {environment.where} has no kernel {XPYTHON}, which examples need"
        raise XeusFailed(msg, do="add xeus-python to its packages, or set kernel to both")
    more = project.settings.docs.lite_packages if alone else ()
    beside = Beside(
        wheel=_own(project, environment, packed, wheel, say),
        pip=(*environment.pip, *more),
        where=environment.where,
    )
    return replace(packed, wheels=install_wheels(project, packed.prefix, beside))


def require_packaged(project: Project, environment: Environment, packed: Packed) -> None:
    """Refuse, before anything is compiled, what could be in no kernel of the site.

    A project of which only its wheel tells that it is compiled is refused by :func:`with_wheels`.

    Raises
    ------
    XeusFailed
        When the project is compiled, there is no other kernel, and conda has no package of it.
    """
    python = python_version(packed.prefix)
    if project.settings.kernel != XEUS or python is None or not is_surely_compiled(project):
        return
    if canonicalize_name(project.name) not in installed_distributions(packed.prefix, python):
        raise _absent(project, f"{project.name} is compiled", environment)


def _own(
    project: Project,
    environment: Environment,
    packed: Packed,
    wheel: Path,
    say: Callable[[str], None],
) -> Path | None:
    """Give the wheel if it belongs beside the packages."""
    python = python_version(packed.prefix)
    if python is None:
        return None
    conda = installed_distributions(packed.prefix, python).get(canonicalize_name(project.name))
    if is_pure(wheel):
        if conda is not None:
            msg = f"{project.name} {conda} is among the packages of {environment.where}"
            raise XeusFailed(msg, do="take it out: its wheel goes into the site as it was tested")
        return wheel
    if conda is None:
        if project.settings.kernel == XEUS:
            raise _absent(project, f"{wheel.name} is compiled for Pyodide", environment)
        absent = "is compiled for Pyodide, and is not in the xeus kernels (docs/xeus.md)"
        say(f"{project.name} {absent}")
    elif project.settings.docs.check_version and conda != (own := read_wheel(wheel).version):
        msg = f"{project.name} is {conda} in the environment of {environment.where}, and {own} here"
        raise XeusFailed(msg, do="ask for the version that these pages are about")
    return None


def _absent(project: Project, what: str, environment: Environment) -> XeusFailed:
    msg = f"{what}, and no conda package of {environment.where} is {project.name}"
    return XeusFailed(
        msg,
        do="make a package of emscripten-forge's kind (docs/xeus.md shows a recipe.yaml) and "
        'name it in the environment, or set kernel to "both"',
    )
