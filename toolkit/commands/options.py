"""What several subcommands take."""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from toolkit.settings import DISTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands before the subcommand."""

    debug: bool
    quiet: bool
    as_json: bool


PROJECT = click.option(
    "--project",
    "path",
    type=click.Path(path_type=Path),
    default=lambda: os.environ.get("PROJECT", "."),
    show_default="$PROJECT, or the working folder",
    help="The project's folder.",
)
NO_DEPS = click.option(
    "--no-deps", is_flag=True, help="Fail rather than bring an earlier stage up to date."
)
OFFLINE = click.option(
    "--offline", is_flag=True, help="Use the lock, the caches and the wheelhouse, no index."
)
DISTRIBUTION = click.option(
    "--distribution",
    type=click.Choice(DISTRIBUTIONS),
    help="Whether wheels may come from the Pyodide distribution.",
)
WHEEL = click.option(
    "--wheel",
    metavar="WHEEL",
    help="Use this wheel and build none: a file, a folder with one (wheelhouse/), or "
    "URL#sha256=HEX.",
)
