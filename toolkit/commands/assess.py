"""``spec14 assess``."""

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console

from toolkit.assess import report
from toolkit.assess.assessment import Assessment
from toolkit.assess.assessment import assess as assessed
from toolkit.cache import write_atomically
from toolkit.commands.options import DISTRIBUTION, OFFLINE, PROJECT, Options
from toolkit.errors import NotWritable, WouldNotWork
from toolkit.progress import Steps
from toolkit.project import Project, read_project, with_choices
from toolkit.wheels.given import given_project
from toolkit.working import working_on


@click.command()
@PROJECT
@OFFLINE
@DISTRIBUTION
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the page; .spec14/report/assess.html without.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Exit with 71 where something is in the way of building, installing or importing.",
)
@click.argument("source", required=False)
@click.pass_obj
def assess(
    options: Options,
    *,
    path: Path,
    source: str | None,
    offline: bool,
    distribution: str | None,
    html: Path | None,
    strict: bool,
) -> None:
    """Tell whether a project would work in WebAssembly, before anything is built.

    SOURCE is a folder, an sdist, NAME or NAME==VERSION (fetched from the package index);
    without it the project is assessed. Nothing of it is run.
    """
    project = read_project(path) if source is None else given_project(source, path, offline=offline)
    project = with_choices(project, offline=offline, distribution=distribution)
    steps = Steps(sys.stderr if options.as_json else sys.stdout, quiet=options.quiet)
    with working_on(project):
        found = assessed(project, say=steps.say)
        place = _write(found, project, html)
    if options.as_json:
        print(json.dumps(report.as_json(found), indent=2))
    elif not options.quiet:
        report.show(found, Console(highlight=False))
        steps.say(str(place))
    if strict and found.stops_at is not None and found.stops_at.blocks:
        first = found.first[0]
        msg = f"{found.project} {found.verdict}: {first.what} is in the way of {first.stage}"
        raise WouldNotWork(msg, do=f"{first.remedy}; all that was found is in {place}")


def _write(found: Assessment, project: Project, html: Path | None) -> Path:
    """Write the page and, beside the report's others, the record; give the page's place.

    Raises
    ------
    NotWritable
        When its folder cannot be made.
    """
    place = project.report / report.PAGE if html is None else html.absolute()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        msg = f"{place.parent} is no folder, and the page cannot be written there"
        raise NotWritable(msg, do="give --html a file in a folder") from error
    root = os.path.relpath(project.folder, place.parent)
    write_atomically(place, report.page(found, root=root).encode())
    record = json.dumps(report.as_json(found), indent=2) + "\n"
    write_atomically(project.report / report.RECORD, record.encode())
    return place
