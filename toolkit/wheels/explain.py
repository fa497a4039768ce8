"""``spec14 wheel --explain``: how a project would be built, value by value, and why."""

from collections.abc import Iterator
from pathlib import Path

from toolkit import cibuildwheel
from toolkit.pins import read_pins
from toolkit.project import Project, table
from toolkit.wheels.backend import is_compiled, takes_a_compiler
from toolkit.wheels.generated import project_files
from toolkit.wheels.history import history_of
from toolkit.wheels.plan import Value, plan_of
from toolkit.wheels.version import version_source


def explain(project: Project) -> tuple[Value, ...]:
    """Give what decides the wheel of a project, each value with its origin; nothing is built.

    Raises
    ------
    SettingsError
        When a table that is read holds something that it cannot.
    ProjectIncomplete
        When a submodule is empty.
    """
    files = project_files(project)
    return (*_facts(project, files), *plan_of(project).explained)


def _facts(project: Project, files: list[Path]) -> Iterator[Value]:
    runtime = read_pins().runtime
    yield Value(name="project", value=project.name, origin=str(project.folder))
    yield _source(project, files)
    source = version_source(project)
    known = source.version or (_described(project) if source.by_history else "")
    yield Value(name="version", value=known or "known when it is built", origin=source.origin)
    yield _backend(project)
    yield _kind(project, files)
    if (where := cibuildwheel.excluded(project.pyproject)) is not None:
        value = "no; built all the same, since you ask for it"
        yield Value(name="built by cibuildwheel", value=value, origin=where)
    python = f"cp{''.join(runtime['python'].split('.')[:2])}"
    yield Value(name="Python", value=python, origin="the image (images/pins.toml)")
    yield Value(
        name="platform tag",
        value=f"pyemscripten_{runtime['abi']}_wasm32; any without WebAssembly",
        origin="the image (images/pins.toml)",
    )


def _source(project: Project, files: list[Path]) -> Value:
    count = f"{len(files)} files"
    if project.is_given:
        return Value(name="source", value=f"sdist, {count}", origin=project.folder.name)
    history = history_of(project.folder)
    where = "what git tracks or does not ignore" if history else "all but build folders"
    return Value(name="source", value=f"folder, {count}", origin=where)


def _described(project: Project) -> str:
    history = history_of(project.folder)
    return "" if history is None else f"computed from {history.described}"


def _backend(project: Project) -> Value:
    system = table(project.pyproject, "build-system")
    if "build-backend" in system:
        backend, origin = str(system["build-backend"]), "[build-system] build-backend"
        if paths := system.get("backend-path"):
            origin += f", in the project: {', '.join(map(str, paths))}"
        return Value(name="backend", value=backend, origin=origin)
    return Value(name="backend", value="setuptools", origin="default (PEP 517)")


def _kind(project: Project, files: list[Path]) -> Value:
    backend = _backend(project).value
    compiled = is_compiled(project, files)
    origin = f"{backend} is {'not known to be pure, or has a build hook' if compiled else 'pure'}"
    if backend.startswith("setuptools"):
        first = next((file for file in files if takes_a_compiler(file)), None)
        origin = f"{first} is there" if first else "no setup.py, no source to compile"
    return Value(name="kind", value="compiled" if compiled else "pure", origin=origin)
