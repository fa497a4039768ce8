"""One recipe, built by pyodide-build in a folder where only what it needs is there.

``pyodide build-recipes`` knows what a recipe needs and builds that first, unless it is
newer than its source (``needs_rebuild`` in ``pyodide_build/recipe/builder.py``, 0.39.2):
what is known already is laid there as it would have left it.
"""

import os
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.archive import unpack_sdist
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.crossenv.libraries import files_of, merge, take_out
from toolkit.crossenv.recipe_graph import Recipe
from toolkit.errors import BuildFailed
from toolkit.process import run


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something a recipe needs, built.

    Attributes
    ----------
    recipe
        Its recipe.
    folder
        What came out: a prefix with headers and libraries, or a wheel.
    """

    recipe: Recipe
    folder: Path


def build(
    recipe: Recipe,
    source: Path,
    parts: Mapping[str, Part],
    work: Path,
    *,
    runtime: Path,
    env: Mapping[str, str],
) -> Path:
    """Build a recipe; give the folder with what came out.

    Parameters
    ----------
    recipe
        The recipe.
    source
        The archive with its source.
    parts
        All that it needs, by name.
    work
        Folder to work in; the same path each time keeps what comes out the same.
    runtime
        The unpacked Pyodide runtime that a wheel must fit.
    env
        Variables for pyodide-build.

    Raises
    ------
    BuildFailed
        When the compiler or pyodide-build fails, or something is missing in the wheel.
    AuditFailed
        When the wheel would not load.
    """
    tree, dist, out = work / "recipes", work / "dist", work / recipe.name
    _lay_out(recipe, source, tree, work)
    for part in parts.values():
        _lay_in(part, tree)
    libraries = tree / ".libs"
    before = files_of(libraries)
    options: list[str | Path] = ["--install", "--install-dir", dist, "--skip-emscripten-install"]
    done = run(
        ["pyodide", "build-recipes", recipe.name, "--recipe-dir", tree, *options],
        cwd=work,
        env=env,
    )
    out.mkdir()
    if done.code != 0:
        msg = f"the recipe of {recipe.name} {recipe.pin.version} failed"
        raise BuildFailed(msg, do="read the compiler's message above", detail=done.tail(60))
    if recipe.is_library:
        take_out(libraries, before, out)
        return out
    wheels = sorted(dist.glob("*.whl"))
    if len(wheels) != 1:
        msg = f"the recipe of {recipe.name} {recipe.pin.version} gave {len(wheels)} wheels"
        raise BuildFailed(msg, do="let it build one package", detail=done.tail(40))
    require_imports(wheels[0], recipe)
    require_sound(audit_wheel(wheels[0], runtime))
    shutil.move(wheels[0], out)
    return out


def require_imports(wheel: Path, recipe: Recipe) -> None:
    """Check that a wheel holds the modules its recipe names, and something compiled.

    A build that does not find a library may succeed without the module that needs it.

    Raises
    ------
    BuildFailed
        When one is missing.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = [name.removesuffix("/__init__.py") for name in archive.namelist()]
    # foo.py, foo.cpython-314-wasm32-emscripten.so and foo/__init__.py are all the module foo.
    modules = {
        str(Path(name).parent / Path(name).name.partition(".")[0]).replace(os.sep, ".")
        for name in names
    }
    missing = [name for name in recipe.imports if name not in modules]
    if missing:
        msg = f"{wheel.name} lacks {', '.join(missing)}, which its recipe names"
        raise BuildFailed(msg, do="see in the build's log which library was not found")
    if not any(name.endswith(".so") for name in names):
        msg = f"{wheel.name} holds nothing compiled"
        raise BuildFailed(msg, do="see in the build's log which library was not found")


def _lay_out(recipe: Recipe, source: Path, tree: Path, work: Path) -> None:
    shutil.copytree(recipe.folder, tree / recipe.name)
    unpack_sdist(source, work / "source").rename(tree / recipe.name / "src")


def _lay_in(part: Part, tree: Path) -> None:
    """Lay down what a recipe has left, newer than the recipe: it is not built again."""
    name = part.recipe.name
    shutil.copytree(part.recipe.folder, tree / name)
    if part.recipe.is_library:
        merge([part.folder], tree / ".libs")
        (tree / name / "build").mkdir()
        (tree / name / "build" / ".packaged").touch()
    else:
        shutil.copytree(part.folder, tree / name / "dist")
