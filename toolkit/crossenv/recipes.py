"""What the recipes of ``images/recipes`` give, built where it is not known yet.

The image's own wheels and libraries are made with this when it is built; later, a
requirement that has no wheel for the runtime is, by the same recipe.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from filelock import FileLock
from packaging.utils import canonicalize_name

from toolkit.crew import Crew
from toolkit.crossenv.libraries import LIBRARIES
from toolkit.crossenv.recipe_build import Part, build
from toolkit.crossenv.recipe_graph import (
    Recipe,
    all_needs,
    digests,
    read_recipes,
    toolchain_facts,
)
from toolkit.crossenv.sources import fetch
from toolkit.errors import RequirementsFailed
from toolkit.pins import IMAGE, RUNTIME, RecipePin, read_pins

RECIPES: Final = IMAGE / "images" / "recipes"
BUILT: Final = LIBRARIES / "built"
"""The image's libraries once more, each by its digest: what later recipes are built with."""
AT_ONCE: Final = 2
"""Recipes built side by side; each uses all cores where it can."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """Where recipes are built.

    Attributes
    ----------
    recipes
        ``images/recipes``.
    pins
        Versions and sources.
    home
        pyodide-build's folder of environments.
    runtime
        The unpacked Pyodide runtime.
    cache
        Where what is built is kept, by digest.
    known
        More such folders, that are only read.
    env
        Variables for pyodide-build.
    """

    recipes: Path
    pins: Mapping[str, RecipePin]
    home: Path
    runtime: Path
    cache: Path
    known: Sequence[Path] = ()
    env: Mapping[str, str]


def recipe_for(name: str) -> str | None:
    """Give the recipe that builds a distribution's wheel, where the image has one."""
    wanted = canonicalize_name(name)
    wheels = (key for key, pin in read_pins().wheelhouse.items() if not key.startswith("lib"))
    return next((key for key in wheels if canonicalize_name(key) == wanted), None)


def build_recipe(
    name: str, out: Path, cache: Path, *, env: Mapping[str, str] | None = None
) -> Path:
    """Build a wheel by its recipe, in the image and as any user; give its path in `out`.

    Parameters
    ----------
    name
        Name of the recipe (:func:`recipe_for`).
    out
        Folder for the wheel.
    cache
        Folder where wheels and libraries are kept for the next time.
    env
        Variables for pyodide-build: where build requirements come from, for instance.

    Raises
    ------
    RequirementsFailed
        When there is no such recipe, or its source cannot be had.
    Untrusted
        When the source is not the pinned one.
    BuildFailed, AuditFailed
        When it cannot be compiled, or would not load.
    """
    shop = Workshop(
        recipes=RECIPES,
        pins=read_pins().wheelhouse,
        home=Path(os.environ.get("PYODIDE_XBUILDENV_PATH", IMAGE / "xbuildenv")),
        runtime=RUNTIME,
        cache=cache,
        known=[BUILT],
        env=env or {},
    )
    wheels = sorted(build_all(shop, [name])[name].glob("*.whl"))
    if not wheels:
        msg = f"{name} is a library, not a package"
        raise RequirementsFailed(msg, do="ask for a package that uses it")
    out.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(wheels[0], out))


def build_all(shop: Workshop, wanted: Iterable[str]) -> dict[str, Path]:
    """Give the folders with what the recipes give, by name; libraries they need included.

    What is not known is built, two side by side, what is needed first. Its digest, and
    with it the folder it is kept in, changes with the recipe, its source, the toolchain
    and everything that it needs.
    """
    recipes = read_recipes(shop.recipes, shop.pins, wanted)
    keys = digests(recipes, toolchain_facts(shop.home))
    found = {name: folder for name in recipes if (folder := _find(shop, keys[name])) is not None}
    missing = [name for name in recipes if name not in found]
    if not missing:
        return found
    shop.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, Crew(AT_ONCE) as crew:
        archives = fetch({name: recipes[name].pin.source for name in missing}, Path(scratch))
        order = TopologicalSorter(
            {name: [need for need in recipes[name].needs if need in missing] for name in missing}
        )
        running: dict[Future[Path], str] = {}
        order.prepare()
        while order.is_active():
            for name in order.get_ready():
                parts = {
                    need: Part(recipe=recipes[need], folder=found[need])
                    for need in all_needs(recipes[name], recipes)
                }
                job = crew.start(
                    _build_and_keep, shop, recipes[name], keys[name], archives[name], parts
                )
                running[job] = name
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for job in done:
                name = running.pop(job)
                found[name] = job.result()
                order.done(name)
    return found


def _find(shop: Workshop, key: str) -> Path | None:
    folders = (folder / key for folder in (shop.cache, *shop.known))
    return next((folder for folder in folders if folder.is_dir()), None)


def _build_and_keep(
    shop: Workshop, recipe: Recipe, key: str, source: Path, parts: Mapping[str, Part]
) -> Path:
    kept = shop.cache / key
    # Two image builds on one machine have one cache (the mount of BuildKit).
    with FileLock(shop.cache / f"{key}.lock"):
        if kept.is_dir():
            return kept
        started = time.monotonic()
        with _work_folder(shop.cache / f"{key}.partial") as work:
            built = build(recipe, source, parts, work, runtime=shop.runtime, env=shop.env)
            built.rename(kept)
    seconds = time.monotonic() - started
    print(
        f"{recipe.name} {recipe.pin.version}: built in {seconds:.0f} s", file=sys.stderr, flush=True
    )
    return kept


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    # What an interrupted run has left is not gone on with.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
