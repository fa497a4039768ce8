"""What several subcommands take."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from toolkit.pipeline import Run
from toolkit.progress import Steps
from toolkit.project import Project
from toolkit.settings import DISTRIBUTIONS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What stands before the subcommand."""

    debug: bool
    quiet: bool
    as_json: bool

    def run(self, project: Project, *, no_deps: bool = False, warn: bool = False) -> Run:
        """Give a run on a project; its lines go to standard error where output is for machines."""
        steps = Steps(sys.stderr if self.as_json else sys.stdout, quiet=self.quiet)
        return Run(project=project, steps=steps, no_deps=no_deps, verbose=self.debug, warn=warn)


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
