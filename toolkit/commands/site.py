"""``spec14 docs`` and ``spec14 serve``: the site, built and served."""

import json
from pathlib import Path

import click

from toolkit.commands.options import DISTRIBUTION, NO_DEPS, OFFLINE, PROJECT, WHEEL, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import site_around, up_to_date_docs
from toolkit.project import read_project, with_choices
from toolkit.verify.stage import Examination
from toolkit.working import working_on


@click.command()
@PROJECT
@NO_DEPS
@OFFLINE
@DISTRIBUTION
@WHEEL
@click.option(
    "--verify/--no-verify",
    default=True,
    help="Run every example first, and publish buttons for those that work (or none at all).",
)
@click.option(
    "--around",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Run no tool: make a site of these pages, which one with the extension has written.",
)
@click.option(
    "--handed-over",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="What the extension wrote for --around (DOCTREES/spec14).",
)
@click.pass_obj
def docs(
    options: Options,
    *,
    path: Path,
    no_deps: bool,
    offline: bool,
    distribution: str | None,
    wheel: str | None,
    verify: bool,
    around: Path | None,
    handed_over: Path | None,
) -> None:
    """Build the documentation with an embedded JupyterLite site in .spec14/site."""
    if (around is None) != (handed_over is None):
        raise click.UsageError("--around and --handed-over go together")
    project = with_choices(read_project(path), offline=offline, distribution=distribution)
    with working_on(project):
        run = run_on(project, options, no_deps=no_deps, wheel=wheel)
        how = Examination(verify=verify)
        if around is not None and handed_over is not None:
            site, pages = around, site_around(run, around, handed_over, how)
        else:
            built = up_to_date_docs(run, how)
            site, pages = built.site, built.pages
    if options.as_json:
        print(json.dumps({"site": str(site), "pages": pages}))
