"""``spec14 test``."""

from pathlib import Path

import click

from toolkit.commands.compared import show
from toolkit.commands.options import DISTRIBUTION, NO_DEPS, OFFLINE, PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import up_to_date_wheel
from toolkit.project import read_project, with_choices
from toolkit.testing import native
from toolkit.testing.run import run_tests
from toolkit.working import working_on


@click.command(context_settings={"ignore_unknown_options": True})
@PROJECT
@NO_DEPS
@OFFLINE
@DISTRIBUTION
@click.option(
    "--against-native",
    is_flag=True,
    help="Run the same suite natively, too, and print what differs.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST ARGUMENTS]")
@click.pass_obj
def test(
    options: Options,
    *,
    path: Path,
    no_deps: bool,
    offline: bool,
    distribution: str | None,
    against_native: bool,
    words: tuple[str, ...],
) -> None:
    """Run the project's tests under Pyodide in Node; the exit code is pytest's."""
    project = with_choices(read_project(path), offline=offline, distribution=distribution)
    if against_native:
        native.require_pytest(project, words)
    with working_on(project):
        run = run_on(project, options, no_deps=no_deps)
        built = up_to_date_wheel(run)
        ended = run_tests(project, built, words, say=run.steps.say)
        if against_native:
            show(native.against_native(project, words, say=run.steps.say), options)
    raise SystemExit(ended.code)
