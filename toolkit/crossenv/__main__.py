"""What the image build asks of this folder: ``python -m toolkit.crossenv``."""

import tempfile
from pathlib import Path

import click

from toolkit.crossenv.complete import complete
from toolkit.crossenv.install import install, install_native
from toolkit.crossenv.recipes import Recipe, build_cached, digest, toolchain_facts
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
@click.option("--recipes", type=FOLDER, required=True, help="images/recipes")
@click.option("--cache", type=FOLDER, required=True, help="wheels of earlier image builds")
def main(
    *, toolchain: str, runtime: Path, home: Path, wheelhouse: Path, recipes: Path, cache: Path
) -> None:
    """Install the cross-build environment and compile the image's own wheels with it.

    Twice: the first environment compiles NumPy, the second carries NumPy's headers.
    """
    target = wheelhouse / "target"
    seeds = [wheel for name in SEEDS for wheel in target.glob(f"{name}-*.whl")]
    prepare = complete if toolchain == UPSTREAM else install
    made = prepare(runtime, home, wheels=seeds, cross={})
    facts = toolchain_facts(home)
    built: dict[str, Path] = {}
    for name, pin in read_pins().wheelhouse.items():
        recipe = Recipe(
            name=name, version=pin.version, sha256=pin.sdist_sha256, folder=recipes / name
        )
        with tempfile.TemporaryDirectory() as scratch:
            wheel = build_cached(
                recipe, Path(scratch), runtime, cache=cache, key=digest(recipe, facts)
            )
            built[name] = target / wheel.name
            built[name].write_bytes(wheel.read_bytes())
    prepare(runtime, home, wheels=seeds, cross=built)
    install_native(home, {name: path.name.split("-")[1] for name, path in built.items()})
    click.echo(f"cross-build environment: Pyodide {made.version}, Python {made.python}")


if __name__ == "__main__":
    try:
        main()
    except Spec14Error as error:
        click.echo(error.detail, err=True)
        click.echo(f"error: {error.what}\n  next: {error.do}", err=True)
        raise SystemExit(error.exit_code) from None
