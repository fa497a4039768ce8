"""``spec14 lock``: which conda packages the xeus kernels are made of."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from toolkit.commands.options import OFFLINE, PROJECT, Options
from toolkit.commands.running import run_on
from toolkit.docs.source import find_source
from toolkit.lite.xeus.lock import NAME
from toolkit.lite.xeus.stage import renewed_in
from toolkit.project import read_project, with_choices
from toolkit.working import working_on


@click.command()
@PROJECT
@OFFLINE
@click.option("--upgrade", is_flag=True, help="Choose packages anew though the lock fits.")
@click.option(
    "--check", is_flag=True, help="Write nothing; fail when the lock is not up to date (for CI)."
)
@click.pass_obj
def lock(options: Options, *, path: Path, offline: bool, upgrade: bool, check: bool) -> None:
    """Bring spec14-xeus.lock up to date: solve the environment of the xeus kernels.

    Nothing is built. Without a changed environment and without --upgrade the lock stays as it is.
    """
    if upgrade and check:
        raise click.UsageError("--upgrade and --check contradict each other")
    project = with_choices(read_project(path), offline=offline)
    with working_on(project):
        run = run_on(project, options)
        source = find_source(project)
        with run.step("looking at the packages of the xeus kernels", "xeus-lock"):
            renewed = renewed_in(project, source, upgrade=upgrade, check=check, say=run.steps.say)
    file = project.root / NAME
    if options.as_json:
        print(json.dumps({"lock": str(file), **asdict(renewed)}))
        return
    if not renewed.changes:
        run.steps.say(f"{file}: {renewed.packages} packages, none is another one")
    for change in renewed.changes:
        run.steps.say(str(change))
