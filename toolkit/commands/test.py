"""``spec14 test``."""

from pathlib import Path

import click

from toolkit.commands.options import DISTRIBUTION, NO_DEPS, OFFLINE, PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import up_to_date_wheel
from toolkit.project import read_project, with_choices
from toolkit.testing.run import run_tests
from toolkit.working import working_on


@click.command(context_settings={"ignore_unknown_options": True})
@PROJECT
@NO_DEPS
@OFFLINE
@DISTRIBUTION
@click.option(
    "--update-skips",
    is_flag=True,
    help="Run nothing: propose entries of the skip file for what failed in the last run.",
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
    update_skips: bool,
    words: tuple[str, ...],
) -> None:
    """Run the project's tests under Pyodide in Node; the exit code is pytest's."""
    project = with_choices(read_project(path), offline=offline, distribution=distribution)
    if update_skips:
        # Its TOML writer is needed here alone.
        from toolkit.testing.proposals import propose_skips  # noqa: PLC0415

        text, file = propose_skips(project)
        print(text, end="")
        click.echo(f"written to {file}" if text else "nothing failed in the last run", err=True)
        return
    with working_on(project):
        run = run_on(project, options, no_deps=no_deps)
        built = up_to_date_wheel(run)
        ended = run_tests(project, built, words, say=run.steps.say)
    raise SystemExit(ended.code)
