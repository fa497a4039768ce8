"""``spec14 badge``: the lines that show badges in a README."""

import json
from pathlib import Path

import click

from toolkit.cache import read_record
from toolkit.commands.options import PROJECT, Options
from toolkit.project import read_project
from toolkit.verify.badge import STATUS_JSON
from toolkit.verify.badge_lines import badge_lines, site_address


@click.command()
@PROJECT
@click.option(
    "--url",
    help="Where the site is published; [project.urls] Documentation without.",
)
@click.pass_obj
def badge(options: Options, *, path: Path, url: str | None) -> None:
    """Print the lines that show badges in a README: SPEC 14, and how many examples work."""
    project = read_project(path)
    address = site_address(project, url)
    lines = list(badge_lines(address))
    known = read_record(project.site / STATUS_JSON)
    if options.as_json:
        told = [
            {"what": one.what, "markdown": one.markdown, "rst": one.restructured_text}
            for one in lines
        ]
        print(json.dumps({"url": address, "status": known or None, "badges": told}))
        return
    for one in lines:
        print(f"{one.what}\n\n{one.markdown}\n\n{one.restructured_text}\n")
    if not options.quiet:
        _explain(address, str(known.get("message", "")))


def _explain(address: str | None, message: str) -> None:
    if address is None:
        more = "the other badges are in the site: say where it is published (--url, or"
        click.echo(f"{more} Documentation in [project.urls])", err=True)
    if message:
        click.echo(f"the site that is built says: {message}", err=True)
    else:
        click.echo("no site with a badge is built yet: run spec14 docs", err=True)
