"""How a project is to be built: every value, and where it came from.

What a project already carries for cibuildwheel or pyodide-build is honoured before
anything of ours is asked for; ``spec14 wheel --explain`` shows the plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from toolkit.project import Project


@dataclass(frozen=True, kw_only=True)
class Value:
    """One value of a plan.

    Attributes
    ----------
    name
        What it sets: ``config-settings``, ``environment CFLAGS``, ``exports`` ...
    value
        As it will be used.
    origin
        Where it stands: ``[tool.cibuildwheel.pyodide] config-settings``, ``default`` ...
    """

    name: str
    value: str
    origin: str


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """What a build is given besides the source.

    Attributes
    ----------
    config_settings
        ``KEY=VALUE`` for the build backend (PEP 517), in order; a key may come twice.
    environment
        Variables laid over those of the build.
    before_build
        Commands of the project's own, run by a shell in the copy of the source before the
        backend (cibuildwheel's ``before-build``).
    exports
        What a module exports: ``pyinit``, ``requested`` or ``whole_archive`` (pyodide-build).
    explained
        Every value with its origin.
    """

    config_settings: tuple[str, ...] = ()
    environment: Mapping[str, str] = MappingProxyType({})
    before_build: tuple[str, ...] = ()
    exports: str = "pyinit"
    explained: tuple[Value, ...] = ()


def plan_of(project: Project) -> BuildPlan:
    """Give the plan of a project's build."""
    settings = project.settings.wheel.config_settings
    return BuildPlan(
        config_settings=settings,
        explained=tuple(
            Value(name="config-settings", value=setting, origin="[tool.spec14.wheel]")
            for setting in settings
        ),
    )
