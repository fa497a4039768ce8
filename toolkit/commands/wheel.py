"""``spec14 wheel``."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.commands.options import OFFLINE, PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.errors import AuditFailed
from toolkit.pipeline import up_to_date_wheel
from toolkit.project import read_project, with_choices
from toolkit.testing.requirements import explained_tests
from toolkit.wheels.explain import explain as explain_build
from toolkit.wheels.given import given_project
from toolkit.wheels.plan import Value, with_options
from toolkit.wheels.upload import require_source_for_upload, require_wheel_for_upload
from toolkit.working import working_on


@click.command()
@PROJECT
@click.option(
    "--explain", is_flag=True, help="Show every value and where it comes from; build nothing."
)
@click.option(
    "--config-setting",
    "-C",
    "config_settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="A setting for the build backend, after the project's own.",
)
@click.option("--no-before-build", is_flag=True, help="Leave the project's before-build out.")
@click.option("--warn", is_flag=True, help="Let the audit's errors pass as warnings.")
@click.option(
    "--for-upload",
    is_flag=True,
    help="Refuse whatever a public index must not get (needs an image of TOOLCHAIN=emsdk).",
)
@OFFLINE
@click.argument("source", required=False)
@click.pass_obj
def wheel(
    options: Options,
    *,
    path: Path,
    source: str | None,
    explain: bool,
    config_settings: tuple[str, ...],
    no_before_build: bool,
    warn: bool,
    for_upload: bool,
    offline: bool,
) -> None:
    """Compile the project to a WebAssembly wheel in .spec14/dist.

    SOURCE is a folder, an sdist, NAME or NAME==VERSION (fetched from the package index);
    without it the project is built. The wheel of an sdist or name goes to the project's
    .spec14/dist.
    """
    project = read_project(path) if source is None else given_project(source, path, offline=offline)
    project = with_options(
        with_choices(project, offline=offline),
        config_settings=config_settings,
        no_before_build=no_before_build,
    )
    if explain:
        show_values((*explain_build(project), *explained_tests(project)), options)
        return
    if for_upload:
        require_source_for_upload(project)
    with working_on(project):
        built = up_to_date_wheel(run_on(project, options, warn=warn))
    if built.lowered and not warn:
        raise AuditFailed(
            f"{built.path.name} has {built.lowered} errors and stands there because of --warn",
            do="correct the source, or give --warn again",
            detail="\n".join(built.findings),
        )
    if for_upload:
        require_wheel_for_upload(built.path)
    if options.as_json:
        print(json.dumps({"wheel": str(built.path), "sha256": built.sha256, "fresh": built.fresh}))


def show_values(values: Sequence[Value], options: Options) -> None:
    """Print a table of values, or JSON."""
    if options.as_json:
        print(json.dumps([vars(value) for value in values], indent=2))
        return
    shown = Table(box=None, pad_edge=False)
    for heading in ("what", "value", "where it comes from"):
        shown.add_column(heading, overflow="fold")
    for value in values:
        # Plain text: a value may hold brackets, which Rich takes for its markup.
        shown.add_row(*(Text(text) for text in (value.name, value.value, value.origin)))
    Console().print(shown)
