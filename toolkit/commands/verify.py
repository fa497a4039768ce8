"""``spec14 verify``."""

import json
from pathlib import Path

import click

from toolkit.commands.options import DISTRIBUTION, NO_DEPS, OFFLINE, PROJECT, WHEEL, Options
from toolkit.commands.running import run_on
from toolkit.pipeline import up_to_date_docs
from toolkit.project import read_project, with_choices
from toolkit.verify.outcome import Kind, verdict_from
from toolkit.verify.policy import line
from toolkit.verify.report import PAGE, RECORD
from toolkit.verify.stage import Examination
from toolkit.working import working_on


@click.command()
@PROJECT
@NO_DEPS
@OFFLINE
@DISTRIBUTION
@WHEEL
@click.option(
    "--accept",
    is_flag=True,
    help="Write what does not work now into the baseline: it is no error from now on.",
)
@click.pass_obj
def verify(
    options: Options,
    *,
    path: Path,
    no_deps: bool,
    offline: bool,
    distribution: str | None,
    wheel: str | None,
    accept: bool,
) -> None:
    """Run every example of the documentation in WebAssembly; say which work, and why others do not.

    The documentation is built if it is not up to date. Reports: .spec14/report/examples.html
    and examples.json.
    """
    project = with_choices(read_project(path), offline=offline, distribution=distribution)
    with working_on(project):
        run = run_on(project, options, no_deps=no_deps, wheel=wheel)
        up_to_date_docs(run, Examination(accept=accept, again=True), again=True)
        report = json.loads((project.report / RECORD).read_text("utf-8"))
    if options.as_json:
        print(json.dumps(report))
        return
    for one in report["examples"]:
        button = one.pop("button")
        verdict = verdict_from(one)
        if verdict.kind is not Kind.WORKS:
            run.steps.say(f"{line(verdict)}{'' if button else ' (no button)'}")
    run.steps.say(f"{project.report / PAGE}")
