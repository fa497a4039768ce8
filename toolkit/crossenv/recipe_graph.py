"""Recipes and what they need of each other, as pyodide-build reads them.

A recipe is pyodide-build's ``meta.yaml`` and a pin. What was made of it is known by the
digest of everything that went into it, the recipes it needs included: NumPy stays when
FreeType changes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from toolkit.archive import file_sha256
from toolkit.crossenv.install import installed_root
from toolkit.errors import Incoherent, RequirementsFailed
from toolkit.pins import RecipePin
from toolkit.process import run


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One thing to compile.

    Attributes
    ----------
    name
        Its name, which is its folder's.
    folder
        Where its ``meta.yaml`` lies.
    pin
        Version and source.
    needs
        The recipes whose libraries it is compiled against (``requirements: host``).
    is_library
        Whether it leaves a static library, not a wheel.
    imports
        Modules that its wheel must hold (``test: imports``).
    """

    name: str
    folder: Path
    pin: RecipePin
    needs: tuple[str, ...] = ()
    is_library: bool = False
    imports: tuple[str, ...] = ()


def read_recipes(
    folder: Path, pins: Mapping[str, RecipePin], wanted: Iterable[str]
) -> dict[str, Recipe]:
    """Read recipes and all that they need, what is needed first.

    Parameters
    ----------
    folder
        ``images/recipes``.
    pins
        Versions and sources, by name.
    wanted
        Names of the recipes.

    Raises
    ------
    RequirementsFailed
        When there is no such recipe.
    Incoherent
        When a recipe and its pin name two versions.
    """
    from pyodide_build.recipe.graph_builder import generate_dependency_graph  # noqa: PLC0415

    names = set(wanted)
    for name in sorted(names):
        if name not in pins or not (folder / name / "meta.yaml").is_file():
            msg = f"there is no recipe for {name} in {folder}"
            raise RequirementsFailed(msg, do="write one (docs/recipes.md), or choose another name")
    packages = generate_dependency_graph(folder, names)
    order = TopologicalSorter({name: package.dependencies for name, package in packages.items()})
    found: dict[str, Recipe] = {}
    for name in order.static_order():
        package = packages[name]
        if package.version != pins[name].version:
            msg = f"images/pins.toml has {name} {pins[name].version}, its recipe {package.version}"
            raise Incoherent(msg, do=f"correct the version in {folder / name / 'meta.yaml'}")
        found[name] = Recipe(
            name=name,
            folder=folder / name,
            pin=pins[name],
            needs=tuple(sorted(package.host_dependencies)),
            is_library=package.package_type == "static_library",
            imports=tuple(package.meta.test.imports),
        )
    return found


def all_needs(recipe: Recipe, recipes: Mapping[str, Recipe]) -> tuple[str, ...]:
    """Give what a recipe needs, and what that needs, each once."""
    found: dict[str, None] = {}
    for name in recipe.needs:
        found |= dict.fromkeys((*all_needs(recipes[name], recipes), name))
    return tuple(found)


def digest(recipe: Recipe, parts: Iterable[str]) -> str:
    """Give the digest of all that decides what comes out of a recipe.

    Parameters
    ----------
    recipe
        The recipe; every file in its folder counts.
    parts
        Facts of the toolchain, and the digests of what it needs.
    """
    files = {
        path.relative_to(recipe.folder).as_posix(): file_sha256(path)
        for path in sorted(recipe.folder.rglob("*"))
        if path.is_file()
    }
    pin = recipe.pin
    whole = json.dumps([recipe.name, pin.version, pin.source.sha256, files, list(parts)])
    return hashlib.sha256(whole.encode()).hexdigest()


def digests(recipes: Mapping[str, Recipe], facts: Sequence[str]) -> dict[str, str]:
    """Give the digest of each of the recipes, which are in order."""
    found: dict[str, str] = {}
    for name, recipe in recipes.items():
        found[name] = digest(recipe, [*facts, *(found[need] for need in recipe.needs)])
    return found


def toolchain_facts(home: Path) -> tuple[str, ...]:
    """Give what of the toolchain decides a wheel: compiler, flags, headers, NumPy's included."""
    root = installed_root(home)
    python = root / "pyodide-root"
    compiler = run(["emcc", "--version"]).output.splitlines()[0]
    facts = [
        compiler,
        (python / "Makefile.envs").read_text("utf-8"),
        _digest_of(python.glob("cpython/installs/*/include/**/*.h")),
    ]
    if extras := [path for path in (root / "site-packages-extras").rglob("*") if path.is_file()]:
        facts.append(_digest_of(extras))
    return tuple(facts)


def _digest_of(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(path.read_bytes())
    return whole.hexdigest()
