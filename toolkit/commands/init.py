"""``spec14 init``."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.syntax import Syntax

from toolkit.adopt.changes import Change, require_nothing_lost, write_changes
from toolkit.adopt.choices import HOSTS, OURS, complete
from toolkit.adopt.plan import Plan, make_plan
from toolkit.adopt.seen import NONE, SERVICES, look
from toolkit.commands.options import PROJECT, Options
from toolkit.errors import NotAdopted
from toolkit.project import read_project


@click.command()
@PROJECT
@click.option(
    "--ci",
    type=click.Choice([*SERVICES, NONE]),
    help="The service that runs the workflow; the one that is used already without.",
)
@click.option(
    "--image",
    metavar="REFERENCE",
    help="The image in a registry, the job's container; built in the job without.",
)
@click.option("--shards", type=int, default=1, show_default=True, help="Jobs that share the tests.")
@click.option(
    "--docs-host",
    "host",
    type=click.Choice(HOSTS),
    help="Who publishes the site; the service's own pages without, where it has some.",
)
@click.option(
    "--toolkit",
    metavar="REQUIREMENT",
    default=OURS,
    show_default=True,
    help="Our own sdist: what the image is built from without --image.",
)
@click.option(
    "--force", multiple=True, metavar="FILE", help="A file that may be replaced; may be repeated."
)
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--check", is_flag=True, help="Write nothing; fail if something would be written.")
@click.pass_obj
def init(
    options: Options,
    *,
    path: Path,
    ci: str | None,
    image: str | None,
    shards: int,
    host: str | None,
    toolkit: str,
    force: tuple[str, ...],
    yes: bool,
    check: bool,
) -> None:
    """Give a project what it needs: [tool.spec14], first pages, a workflow.

    What would be written is shown as a diff first. Nothing that is there is replaced unless
    --force names it; what is there already is not written again.
    """
    seen = look(read_project(path))
    choices = complete(seen, ci=ci, image=image, shards=shards, host=host, toolkit=toolkit)
    plan = make_plan(seen, choices)
    _show(plan, options)
    done = False
    try:
        if plan.changes:
            done = _write(plan.changes, force, options, yes=yes, check=check)
    finally:
        if options.as_json:
            changes = [one.as_json() for one in plan.changes]
            print(json.dumps({"changes": changes, "notes": plan.notes, "written": done}, indent=1))


def _show(plan: Plan, options: Options) -> None:
    console = Console(stderr=options.as_json, highlight=False, soft_wrap=True)
    if options.quiet:
        return
    for one in plan.changes:
        console.print(f"{one.kind} {one.path}", markup=False)
        diff = Syntax(one.diff, "diff", theme="ansi_dark", background_color="default")
        if console.is_terminal:
            console.print(diff)
        else:
            console.print(one.diff, end="", markup=False)
    for note in plan.notes:
        console.print(note, markup=False)
    if not plan.changes:
        console.print("nothing to do", markup=False)


def _write(
    changes: tuple[Change, ...],
    force: tuple[str, ...],
    options: Options,
    *,
    yes: bool,
    check: bool,
) -> bool:
    """Write the changes, if that is wanted; say whether they were.

    Raises
    ------
    NotAdopted
        With `check`, and where nobody can be asked.
    NotOverwritten
        When something would be lost that `force` does not name.
    """
    names = ", ".join(one.name for one in changes)
    if check:
        msg = f"not as `spec14 init` would write it: {names}"
        raise NotAdopted(msg, do="run the same command without --check")
    require_nothing_lost(changes, force)
    if not yes and not (sys.stdin.isatty() and not options.as_json):
        msg = f"nothing was written ({names}): there is no terminal to ask"
        raise NotAdopted(msg, do="look at the lines above, then give --yes")
    if not yes and not click.confirm("Write this?", default=False):
        return False
    write_changes(changes)
    return True
