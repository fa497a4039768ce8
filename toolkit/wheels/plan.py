"""How a project is to be built: every value, and where it came from.

What a project already carries for cibuildwheel or pyodide-build is honoured before
anything of ours is asked for; ``spec14 wheel --explain`` shows the plan. In this order:
``[tool.spec14.wheel]``, overrides of ``[tool.cibuildwheel]``, its ``pyodide`` table, the
table itself, ``[tool.pyodide.build]``, the default.
"""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from toolkit import cibuildwheel
from toolkit.assignments import evaluated
from toolkit.errors import SettingsError
from toolkit.project import Project, table

OURS: Final = "[tool.spec14.wheel]"
"""Or the command line, which is laid over it."""
EXPORTS: Final = ("requested", "pyinit", "whole_archive")
"""What `pyodide build --exports` takes; the first one is its default (0.39.2)."""
EXPORTS_VARIABLE: Final = "PYODIDE_BUILD_EXPORTS"
IMAGES: Final = frozenset(
    {"skip_emscripten_version_check", "xbuildenv_path", "default_cross_build_env_url"}
)
"""Keys of ``[tool.pyodide.build]`` for which the image sets a variable, which wins."""
NOT_RUN: Final = {
    "before-all": "not run: the image is what it is",
    "repair-wheel-command": "not run: the wheel is audited instead",
    "pyodide-version": "not used: the runtime is the image's",
}


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
        What a module exports: ``pyinit``, ``requested``, ``whole_archive`` or names with
        commas between them (pyodide-build).
    explained
        Every value with its origin.
    """

    config_settings: tuple[str, ...] = ()
    environment: Mapping[str, str] = MappingProxyType({})
    before_build: tuple[str, ...] = ()
    exports: str = EXPORTS[0]
    explained: tuple[Value, ...] = ()


def plan_of(project: Project) -> BuildPlan:
    """Give the plan of a project's build.

    ``$(…)`` in a variable of cibuildwheel's is run here, in the project's folder: what it
    gives is part of what the wheel is made from.

    Raises
    ------
    SettingsError
        When a table that is read holds something that it cannot.
    """
    frontend = tuple(_frontend(project.pyproject))
    config_settings = (*_config_settings(project), *_of(frontend, "config-settings"))
    variables = tuple(_variables(project))
    before_build = tuple(_before_build(project))
    exports = _exports(project, (*frontend, *_exports_variable(variables)))
    return BuildPlan(
        config_settings=tuple(value.value for value in config_settings),
        environment=MappingProxyType(
            {value.name.removeprefix("environment "): value.value for value in variables}
        ),
        before_build=tuple(value.value for value in before_build),
        exports=exports.value,
        explained=(
            *config_settings,
            *variables,
            *before_build,
            exports,
            *_of(frontend, "build-frontend"),
            *_pyodide_build(project.pyproject),
            *_not_run(project.pyproject),
        ),
    )


def with_options(
    project: Project, *, config_settings: Sequence[str], no_before_build: bool
) -> Project:
    """Give the project with what the command line adds to its own settings.

    Parameters
    ----------
    project
        The project.
    config_settings
        ``KEY=VALUE``, after those that the project has.
    no_before_build
        Whether its ``before-build`` is left out.
    """
    wheel = project.settings.wheel
    if config_settings:
        whole = (*plan_of(project).config_settings, *config_settings)
        wheel = replace(wheel, config_settings=whole)
    if no_before_build:
        wheel = replace(wheel, before_build=())
    return replace(project, settings=replace(project.settings, wheel=wheel))


def _of(values: Sequence[Value], name: str) -> tuple[Value, ...]:
    return tuple(value for value in values if value.name == name)


def _config_settings(project: Project) -> Iterator[Value]:
    own = project.settings.wheel.config_settings
    if own is not None:
        for setting in own:
            yield Value(name="config-settings", value=setting, origin=OURS)
        return
    entries = cibuildwheel.option(project.pyproject, "config-settings")
    for key, text, origin in cibuildwheel.key_values(entries):
        value = cibuildwheel.filled_in(text, project=".", package=".")
        yield Value(name="config-settings", value=f"{key}={value}", origin=origin)


def _variables(project: Project) -> Iterator[Value]:
    found: dict[str, Value] = {}
    entries = cibuildwheel.option(project.pyproject, "environment")
    for text, origin in cibuildwheel.assignments(entries):
        known = {**os.environ, **{name: value.value for name, value in found.items()}}
        where = f"{origin} environment"
        new = evaluated(text, known, folder=project.folder, origin=where)
        found |= {name: _variable(name, value, origin) for name, value in new.items()}
    for name, value in (project.settings.wheel.environment or {}).items():
        found[name] = _variable(name, value, OURS)
    yield from found.values()


def _variable(name: str, value: str, origin: str) -> Value:
    return Value(name=f"environment {name}", value=value, origin=origin)


def _before_build(project: Project) -> Iterator[Value]:
    own = project.settings.wheel.before_build
    if own is not None:
        for text in own:
            yield Value(name="before-build", value=text, origin=OURS)
        return
    entries = cibuildwheel.option(project.pyproject, "before-build")
    if text := cibuildwheel.command(entries):
        # cibuildwheel runs it in the project's folder too, and calls that folder ".".
        value = cibuildwheel.filled_in(text, project=".", package=".")
        yield Value(name="before-build", value=value, origin=entries[-1].origin)


def _exports(project: Project, frontend: Sequence[Value]) -> Value:
    own = project.settings.wheel.exports
    stated = Value(name="exports", value=own, origin=OURS) if own is not None else None
    stated = stated or next(iter(_of(frontend, "exports")), None)
    if stated is None:
        return Value(name="exports", value=EXPORTS[0], origin="default")
    if stated.value not in EXPORTS and "," not in stated.value:
        msg = f"{stated.origin} exports must not be {stated.value!r}"
        raise SettingsError(
            msg, do=f"write one of {', '.join(EXPORTS)}, or names with commas between them"
        )
    return stated


def _exports_variable(variables: Sequence[Value]) -> Iterator[Value]:
    for value in _of(variables, f"environment {EXPORTS_VARIABLE}"):
        origin = f"{value.origin} environment {EXPORTS_VARIABLE}"
        yield Value(name="exports", value=value.value, origin=origin)


def _frontend(pyproject: Mapping[str, Any]) -> Iterator[Value]:
    """Give what counts of ``build-frontend``: of its ``args`` what goes to ``pyodide build``."""
    for entry in cibuildwheel.option(pyproject, "build-frontend")[-1:]:
        match entry.value:
            case str(text):
                name, _, rest = text.partition(";")
                words = shlex.split(rest.strip().removeprefix("args:"))
            case {"name": str(name), "args": [*arguments]}:
                words = [str(word) for word in arguments]
            case {"name": str(name)}:
                words = []
            case other:
                msg = f"{entry.origin} build-frontend must not be {other!r}"
                raise SettingsError(msg, do="write it as cibuildwheel's documentation says")
        ignored = []
        left = iter(words)
        for word in left:
            option, equals, value = word.partition("=")
            if option == "--exports":
                value = value if equals else next(left, "")
                yield Value(name="exports", value=value, origin=f"{entry.origin} build-frontend")
            elif option in ("-C", "--config-setting") or word.startswith("-C"):
                value = word[2:].lstrip("=") if word.startswith("-C") else value
                value = value or next(left, "")
                origin = f"{entry.origin} build-frontend"
                yield Value(name="config-settings", value=value, origin=origin)
            else:
                ignored.append(word)
        if name.strip() not in ("default", "pyodide-build"):
            ignored.insert(0, name.strip())
        used = "pyodide-build" + (f" ({' '.join(ignored)} ignored)" if ignored else "")
        yield Value(name="build-frontend", value=used, origin=entry.origin)


def _pyodide_build(pyproject: Mapping[str, Any]) -> Iterator[Value]:
    """Give what pyodide-build reads by itself (0.39's ``config.py``), to be shown only."""
    for key, value in table(pyproject, "tool", "pyodide", "build").items():
        origin = "[tool.pyodide.build]"
        if key in IMAGES:
            origin += " (not used: the image's own counts)"
        yield Value(name=f"pyodide-build {key}", value=str(value), origin=origin)


def _not_run(pyproject: Mapping[str, Any]) -> Iterator[Value]:
    for name, why in NOT_RUN.items():
        for entry in cibuildwheel.option(pyproject, name)[-1:]:
            if entry.value:
                yield Value(name=name, value=str(entry.value), origin=f"{entry.origin} ({why})")
