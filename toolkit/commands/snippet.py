"""``spec14 snippet``: lines for tools that are not run here."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from toolkit.commands.options import PROJECT, Options
from toolkit.docs.snippet import myst, quarto, read_facts
from toolkit.project import read_project

TOOLS: Final = ("myst", "quarto")


@click.command()
@PROJECT
@click.option(
    "--site",
    type=click.Path(file_okay=False, path_type=Path),
    help="The built site; the project's own without.",
)
@click.option("--url", required=True, help="Where it is published: https://example.org/docs/.")
@click.argument("tool", type=click.Choice(TOOLS))
@click.pass_obj
def snippet(options: Options, *, path: Path, site: Path | None, url: str, tool: str) -> None:
    """Print what a page of MyST or Quarto Live needs to run on the built site."""
    project = read_project(path)
    facts = read_facts(site or project.site)
    lines = quarto(facts, url, project.root) if tool == "quarto" else myst(facts, url)
    if options.as_json:
        told = {**asdict(facts), "site": str(facts.site), "packages": sorted(facts.packages)}
        print(json.dumps({"tool": tool, "lines": lines, **told}))
    else:
        print(lines, end="")
