"""``spec14 recipe``: recipes with which distributions build the project themselves."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from toolkit.commands.options import OFFLINE, PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.distributions import forge, pyodide
from toolkit.distributions.facts import Facts, read_facts
from toolkit.distributions.source import Source, find_source, require_whole_beside
from toolkit.distributions.write import as_yaml, write_recipe
from toolkit.errors import RecipeFailed
from toolkit.pins import RUNTIME
from toolkit.pipeline import up_to_date_wheel
from toolkit.progress import Steps
from toolkit.project import Project, read_project, with_choices
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.distribution import read_distribution
from toolkit.wheels.given import given_project
from toolkit.working import working_on

GITHUB: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")

type Files = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the command line says of a recipe."""

    path: Path
    source: str | None
    out: Path | None
    force: bool
    url: str | None
    sha256: str | None
    with_source: bool
    maintainers: tuple[str, ...]
    offline: bool


OPTIONS: Final[tuple[Callable[[Any], Any], ...]] = (
    PROJECT,
    click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder in which a folder of the package's name is written; otherwise it is printed.",
    ),
    click.option("--force", is_flag=True, help="Replace files that are there."),
    click.option("--url", help="Public address of the sdist, where no default index has it."),
    click.option("--sha256", help="Its SHA-256, where the sdist itself is not given."),
    click.option(
        "--with-source",
        is_flag=True,
        help="Lay the source beside the recipe, to build it before there is a release.",
    ),
    click.option(
        "--maintainer",
        "maintainers",
        multiple=True,
        metavar="NAME",
        help="Who looks after the recipe, by the name at GitHub; may be given again.",
    ),
    OFFLINE,
    click.argument("source", required=False),
    click.pass_obj,
)


def options[F: Callable[..., Any]](command: F) -> F:
    """Give a command the options that all recipes have."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@click.group()
def recipe() -> None:
    """Write the recipe with which a distribution builds the project itself."""


@recipe.command("pyodide")
@options
def of_pyodide(chosen: Options, **said: Any) -> None:
    """Write meta.yaml for the Pyodide distribution, from the project's build.

    SOURCE is a folder, an sdist, NAME or NAME==VERSION, as for `spec14 wheel`.
    """

    def files(facts: Facts, source: Source, wish: Wish) -> Files:
        return {"meta.yaml": as_yaml(pyodide.meta(facts, source, wish.maintainers))}

    facts, steps = _write(chosen, Wish(**said), files)
    offered = read_distribution(read_runtime(RUNTIME))
    for name in pyodide.lacking(facts, tuple(offered)):
        steps.say(f"the Pyodide distribution has no {name}: it needs a recipe of its own")


@recipe.command("emscripten-forge")
@options
def of_forge(chosen: Options, **said: Any) -> None:
    """Write recipe.yaml for emscripten-forge, from the project's build.

    SOURCE is a folder, an sdist, NAME or NAME==VERSION, as for `spec14 wheel`.
    """

    def files(facts: Facts, source: Source, wish: Wish) -> Files:
        content = forge.recipe(facts, source, wish.maintainers)
        return {"recipe.yaml": as_yaml(content), **forge.beside(facts)}

    _write(chosen, Wish(**said), files)


def _write(
    chosen: Options, wish: Wish, files: Callable[[Facts, Source, Wish], Files]
) -> tuple[Facts, Steps]:
    """Build the project, make the files, and print or write them."""
    for name in wish.maintainers:
        if not GITHUB.fullmatch(name):
            msg = f"{name!r} is not a name at GitHub"
            raise RecipeFailed(msg, do="give it without @ and address")
    if wish.with_source and (wish.url or wish.sha256):
        raise click.UsageError("--with-source takes the place of --url and --sha256")
    if wish.with_source and wish.out is None:
        raise click.UsageError("--with-source is for --out")
    project = _project(wish)
    # What is printed must be the recipe alone.
    printing = wish.out is None or chosen.as_json
    steps = Steps(sys.stderr if printing else sys.stdout, quiet=chosen.quiet)
    with working_on(project):
        built = up_to_date_wheel(run_on(project, chosen, steps=steps))
        facts = read_facts(project, built.path, read_runtime(RUNTIME))
        source = _source(project, facts, wish)
        made = files(facts, source, wish)
        if wish.out is not None:
            beside = project if wish.with_source else None
            write_recipe(wish.out / facts.name, made, source=beside, force=wish.force)
    _show(made, facts, wish, chosen, steps)
    return facts, steps


def _project(wish: Wish) -> Project:
    given = wish.source
    project = (
        read_project(wish.path)
        if given is None
        else given_project(given, wish.path, offline=wish.offline)
    )
    return with_choices(project, offline=wish.offline)


def _source(project: Project, facts: Facts, wish: Wish) -> Source:
    if wish.with_source:
        require_whole_beside(project)
        return Source()
    offline = project.settings.offline
    return find_source(project, facts.version, url=wish.url, sha256=wish.sha256, offline=offline)


def _show(made: Files, facts: Facts, wish: Wish, chosen: Options, steps: Steps) -> None:
    for library in facts.libraries:
        steps.say(f"{library.archive} of the image is in its modules")
    if not wish.maintainers:
        steps.say("nobody is named as its maintainer: --maintainer NAME")
    if wish.out is not None:
        steps.say(f"wrote {', '.join(made)} in {wish.out / facts.name}")
    if chosen.as_json:
        folder = None if wish.out is None else str(wish.out / facts.name)
        print(json.dumps({"folder": folder, "files": made}))
    elif wish.out is None:
        first, *others = made
        print(made[first], end="")
        for name in others:
            steps.say(f"beside it belongs {name}: --out writes it")
