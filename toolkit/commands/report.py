"""``spec14 report``."""

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from toolkit.commands.options import Options
from toolkit.testing.reports.joining import join_reports
from toolkit.testing.reports.writer import PAGE, RECORD
from toolkit.testing.results import Record


@click.group()
def report() -> None:
    """Work on reports of tests."""


@report.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".spec14/report"),
    show_default=True,
    help="Where tests.json, junit.xml and tests.html of the whole go.",
)
@click.argument("places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def merge(options: Options, *, out: Path, places: tuple[Path, ...]) -> None:
    """Join the reports of the shards of a run; the exit code is that of the whole.

    PLACES are tests.json files, or folders with such files anywhere below; a junit.xml beside
    one is joined too. A shard that is missing, there twice or of another wheel is an error.
    """
    joined = join_reports(places, out, Path.cwd())
    whole = joined.record
    if options.as_json:
        print(json.dumps({"exit_code": whole.exit_code, **whole.counts}))
    elif not options.quiet:
        _say(whole, joined.parts, out)
    sys.exit(whole.exit_code)


def _say(whole: Record, parts: int, out: Path) -> None:
    counts = ", ".join(f"{number} {what}" for what, number in whole.counts.items() if number)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{parts} reports of {whole.wheel}: {counts or 'no tests'}", markup=False)
    console.print(f"wrote {RECORD} and {PAGE} in {out}", markup=False)
