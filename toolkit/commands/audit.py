"""``spec14 audit``."""

import json
from pathlib import Path

import click
from rich.console import Console

from toolkit.audit import report
from toolkit.audit.findings import KINDS
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.commands.options import Options
from toolkit.pins import RUNTIME


@click.command()
@click.argument(
    "wheels", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="WHEEL..."
)
@click.option("--warn", is_flag=True, help="Report errors as warnings and exit with 0.")
@click.option(
    "--allow",
    multiple=True,
    metavar="KIND",
    type=click.Choice(sorted(KINDS)),
    help="A kind of finding that is a warning at most; may be given again.",
)
@click.option(
    "--beside",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A wheel loaded before, whose libraries count; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
@click.pass_obj
def audit(
    options: Options,
    *,
    wheels: tuple[Path, ...],
    warn: bool,
    allow: tuple[str, ...],
    beside: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Tell whether wheels, ours or not, would load and are what they say."""
    allowed = tuple(KINDS) if warn else allow
    audits = [audit_wheel(path, RUNTIME, beside=beside, allow=allowed) for path in wheels]
    if as_json or options.as_json:
        print(json.dumps(report.as_json(audits), indent=2))
    elif not options.quiet:
        for one in audits:
            report.show(one, Console())
    require_sound(*audits, detailed=False)
