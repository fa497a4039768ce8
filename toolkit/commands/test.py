"""``spec14 test``."""

from pathlib import Path
from typing import Any

import click

from toolkit.commands.compared import show
from toolkit.commands.options import DISTRIBUTION, NO_DEPS, OFFLINE, PROJECT, WHEEL, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import up_to_date_wheel
from toolkit.project import read_project, with_choices
from toolkit.testing import native
from toolkit.testing.run import run_tests
from toolkit.testing.suite import TestChoices, parse_shard
from toolkit.working import working_on


def _shard(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Any:
    try:
        return parse_shard(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


shard_option = click.option(
    "--shard", callback=_shard, metavar="3/10", help="Run the third of ten parts."
)


@click.command(context_settings={"ignore_unknown_options": True})
@PROJECT
@NO_DEPS
@OFFLINE
@DISTRIBUTION
@WHEEL
@click.option(
    "--against-native",
    is_flag=True,
    help="Run the same suite natively, too, and print what differs.",
)
@click.option("--workers", type=click.IntRange(1), help="Interpreters at once.")
@click.option("--timeout", type=click.FloatRange(0), help="Seconds one test may take; 0: no limit.")
@click.option("--run-timeout", type=click.FloatRange(0), help="Seconds the whole run may take.")
@shard_option
@click.option(
    "--replace-after", type=click.IntRange(1), help="Tests after which an interpreter is replaced."
)
@click.option(
    "--heap-limit", type=click.IntRange(1), help="MiB from which an interpreter is replaced."
)
@click.option(
    "--check-skips",
    is_flag=True,
    help="Run tests that entries of the skip file leave out: those that pass need none.",
)
@click.option(
    "--update-skips",
    is_flag=True,
    help="Run nothing: propose entries of the skip file for what failed in the last run.",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- PYTEST ARGUMENTS]")
@click.pass_obj
def test(
    options: Options,
    /,
    *,
    path: Path,
    no_deps: bool,
    offline: bool,
    distribution: str | None,
    wheel: str | None,
    against_native: bool,
    shard: tuple[int, int] | None,
    check_skips: bool,
    update_skips: bool,
    words: tuple[str, ...],
    **limits: float | None,
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
    if against_native:
        native.require_pytest(project, words)
    with working_on(project):
        run = run_on(project, options, no_deps=no_deps, wheel=wheel)
        built = up_to_date_wheel(run)
        choices = TestChoices(limits=limits, shard=shard, check_skips=check_skips)
        ended = run_tests(project, built, words, choices, say=run.steps.say)
        if against_native:
            show(native.against_native(project, words, say=run.steps.say), options)
    raise SystemExit(ended.code)
