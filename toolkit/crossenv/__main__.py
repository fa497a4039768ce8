"""What the image build asks of this folder: ``python -m toolkit.crossenv``."""

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from toolkit.crossenv.complete import complete
from toolkit.crossenv.install import install, install_native
from toolkit.crossenv.libraries import merge
from toolkit.crossenv.numpy import NUMPY
from toolkit.crossenv.recipes import Workshop, build_all
from toolkit.errors import Spec14Error
from toolkit.pins import read_pins
from toolkit.toolchain import SOURCES, UPSTREAM

SEEDS = ("micropip", "packaging")
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--toolchain", type=click.Choice(SOURCES), default="debian", help="its source")
@click.option("--runtime", type=FOLDER, required=True, help="the npm package pyodide, unpacked")
@click.option("--home", type=FOLDER, required=True, help="pyodide-build's folder of environments")
@click.option("--wheelhouse", type=FOLDER, required=True, help="the image's wheels")
@click.option("--libraries", type=FOLDER, required=True, help="the image's libraries")
@click.option("--recipes", type=FOLDER, required=True, help="images/recipes")
@click.option("--cache", type=FOLDER, required=True, help="what earlier image builds have built")
def main(
    *,
    toolchain: str,
    runtime: Path,
    home: Path,
    wheelhouse: Path,
    libraries: Path,
    recipes: Path,
    cache: Path,
) -> None:
    """Install the cross-build environment and compile the image's own wheels with it.

    Twice: the first environment compiles NumPy, the second carries NumPy's headers, and
    compiles all the other recipes.
    """
    target = wheelhouse / "target"
    seeds = [wheel for name in SEEDS for wheel in target.glob(f"{name}-*.whl")]
    prepare = complete if toolchain == UPSTREAM else install
    made = prepare(runtime, home, wheels=seeds, cross={})
    pins = read_pins().wheelhouse
    # Build requirements come from the image's wheels alone, whose versions are locked.
    env = {"UV_FIND_LINKS": str(wheelhouse / "native"), "UV_OFFLINE": "1"}
    shop = Workshop(recipes=recipes, pins=pins, home=home, runtime=runtime, cache=cache, env=env)
    built = _wheels(build_all(shop, [NUMPY]), target)
    prepare(runtime, home, wheels=seeds, cross=built)
    install_native(home, {name: path.name.split("-")[1] for name, path in built.items()})
    others = [name for name, pin in pins.items() if pin.prebuilt and name != NUMPY]
    parts = build_all(shop, others)
    built |= _wheels(parts, target)
    _libraries({name: part for name, part in parts.items() if name not in built}, libraries)
    click.echo(f"cross-build environment: Pyodide {made.version}, Python {made.python}")
    click.echo(f"wheels: {', '.join(path.name for path in built.values())}")


def _wheels(parts: Mapping[str, Path], target: Path) -> dict[str, Path]:
    """Copy the wheels among what was built to the wheelhouse."""
    found = {name: wheel for name, part in parts.items() for wheel in part.glob("*.whl")}
    return {
        name: Path(shutil.copyfile(wheel, target / wheel.name)) for name, wheel in found.items()
    }


def _libraries(parts: Mapping[str, Path], libraries: Path) -> None:
    """Lay the libraries side by side for projects, and each on its own for later recipes."""
    merge(parts.values(), libraries)
    for part in parts.values():
        shutil.copytree(part, libraries / "built" / part.name, symlinks=True)


if __name__ == "__main__":
    try:
        main()
    except Spec14Error as error:
        click.echo(error.detail, err=True)
        click.echo(f"error: {error.what}\n  next: {error.do}", err=True)
        sys.exit(error.exit_code)
