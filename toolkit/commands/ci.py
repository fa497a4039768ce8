"""``spec14 ci``: the one command of a CI job."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.table import Table
from rich.text import Text

from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.cache import read_record, write_record
from toolkit.ci import stages
from toolkit.ci.stages import Row, Stage, StageFailed
from toolkit.ci.tested import require_tested
from toolkit.ci.told import annotations, page
from toolkit.commands.check import BROWSERS, Visits, conclude, look_at
from toolkit.commands.options import DISTRIBUTION, OFFLINE, PROJECT, WHEEL, Options
from toolkit.commands.running import run_on
from toolkit.commands.test import shard_option
from toolkit.errors import WheelNotTested
from toolkit.pins import RUNTIME
from toolkit.pipeline import Run, up_to_date_docs, up_to_date_wheel
from toolkit.project import Project, read_project, with_choices
from toolkit.testing.reports.annotations import is_wanted, repository_of
from toolkit.testing.reports.joining import join_reports
from toolkit.testing.reports.merge import NO_TESTS
from toolkit.testing.run import run_tests
from toolkit.testing.suite import TestChoices
from toolkit.verify.report import RECORD as EXAMPLES
from toolkit.wheels.build import BuiltWheel
from toolkit.working import working_on

RECORD: Final = "ci.json"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line says.

    Attributes
    ----------
    shard
        The part of the tests that is run; then nothing follows.
    merge
        Where reports of shards are, which are joined instead of running tests.
    browsers
        As for ``spec14 check``.
    """

    shard: tuple[int, int] | None
    merge: tuple[Path, ...]
    browsers: tuple[str, ...]


@click.command()
@PROJECT
@OFFLINE
@DISTRIBUTION
@WHEEL
@shard_option
@click.option(
    "--merge",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PLACE",
    help="Run no tests: join the reports of the shards that lie there; may be repeated.",
)
@click.option(
    "--until",
    type=click.Choice(stages.NAMES[:-1]),
    help="End after this stage.",
)
@click.option(
    "--browser",
    "browsers",
    multiple=True,
    type=click.Choice([*BROWSERS, "none"]),
    help="As for spec14 check.",
)
@click.pass_obj
def ci(
    options: Options,
    *,
    path: Path,
    offline: bool,
    distribution: str | None,
    wheel: str | None,
    shard: tuple[int, int] | None,
    merge: tuple[Path, ...],
    until: str | None,
    browsers: tuple[str, ...],
) -> None:
    """Run wheel, audit, test, docs and check in a row, as a CI job does.

    The first stage that fails ends the row, with its exit code. It also fails when the wheel in
    the site is not the one whose tests passed. With --shard only a part of the tests is run, and
    no documentation is built: a later job joins the reports with --merge. How it went is in
    .spec14/report/ci.json.
    """
    if shard and (merge or until in (stages.DOCS, stages.CHECK)):
        raise click.UsageError("--shard goes with neither --merge nor a stage after the tests")
    project = with_choices(read_project(path), offline=offline, distribution=distribution)
    last = until or (stages.TEST if shard else stages.TESTED)
    names = stages.NAMES[: stages.NAMES.index(last) + 1]
    row = Row(stages=[Stage(name=name) for name in names])
    asked = Asked(shard=shard, merge=merge, browsers=browsers)
    try:
        with working_on(project), _output_kept_free(free=options.as_json):
            run = run_on(project, options, wheel=wheel)
            try:
                _run_stages(run, row, asked)
            finally:
                _tell(run, row, options)
    except StageFailed as failed:
        raise SystemExit(failed.code) from failed
    finally:
        if options.as_json and row.begun:
            print(json.dumps(row.as_json()))


def _run_stages(run: Run, row: Row, asked: Asked) -> None:
    """Run the stages; each function knows one command of ours."""
    project = run.project
    with row.stage(stages.WHEEL) as stage:
        wheel = up_to_date_wheel(run)
        row.facts |= {"wheel": wheel.path.name, "wheel_sha256": wheel.sha256}
        stage.said = f"{wheel.path.name}{'' if wheel.fresh else ' (up to date)'}"
    if row.runs(stages.AUDIT):
        with row.stage(stages.AUDIT) as stage:
            audited = audit_wheel(wheel.path, RUNTIME, allow=project.settings.wheel.allow)
            require_sound(audited, detailed=False)
            stage.said = f"{len(audited.modules)} modules, {len(audited.warnings)} warnings"
    if row.runs(stages.TEST):
        with row.stage(stages.TEST) as stage:
            _test(run, wheel, asked, row, stage)
    if row.runs(stages.DOCS):
        with row.stage(stages.DOCS) as stage:
            built = up_to_date_docs(run)
            stage.said = f"{built.pages} pages; {_examples_in_words(project)}"
    if row.runs(stages.CHECK):
        with row.stage(stages.CHECK) as stage:
            visits = Visits(browsers=asked.browsers)
            origins = project.settings.docs.allow_origins
            checked = look_at(project.site, project.report, visits, origins, run.steps)
            stage.said = f"{len(checked.findings)} findings in {checked.files} files"
            stage.said += f", {len(checked.opened)} buttons pressed" if checked.audits else ""
            conclude(checked, project.report, run.steps)
    if row.runs(stages.TESTED):
        with row.stage(stages.TESTED) as stage:
            require_tested(project)
            row.facts["tested"] = True
            stage.said = "the wheel in the site is the one whose tests passed"


def _test(run: Run, wheel: BuiltWheel, asked: Asked, row: Row, stage: Stage) -> None:
    """Run the tests or a part of them, or join the reports of those who did.

    Raises
    ------
    StageFailed
        With pytest's exit code.
    WheelNotTested
        When the reports are of another wheel.
    """
    project = run.project
    if asked.merge:
        joined = join_reports(asked.merge, project.report, project.folder)
        code, counts = joined.record.exit_code, joined.record.counts
        row.facts["merged"] = joined.parts
        if (other := joined.record.wheel_sha256) != wheel.sha256:
            msg = f"the reports are of a wheel with sha256 {other[:12]}, not {wheel.sha256[:12]}"
            raise WheelNotTested(
                msg, do="give .spec14/dist and .spec14/cache/wheel.json of one job to the others"
            )
    else:
        choices = TestChoices(limits={}, shard=asked.shard)
        if asked.shard:
            row.facts["shard"] = f"{asked.shard[0]}/{asked.shard[1]}"
        ended = run_tests(project, wheel, (), choices, say=run.steps.say)
        code, counts = ended.code, ended.counts
    words = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    stage.said = words or "no tests"
    if code and not (asked.shard and code == NO_TESTS):
        stage.next = "see .spec14/report/tests.html"
        raise StageFailed(code if code > 0 else 128 - code)


def _examples_in_words(project: Project) -> str:
    examples = read_record(project.report / EXAMPLES).get("examples", [])
    return f"{sum(one['button'] for one in examples)} of {len(examples)} examples have a button"


@contextlib.contextmanager
def _output_kept_free(*, free: bool) -> Iterator[None]:
    """Keep standard output for JSON: what is written to it in the block goes to standard error.

    Also what other programs write (a test command of the project's own).
    """
    if not free:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def _tell(run: Run, row: Row, options: Options) -> None:
    """Write and print how it went; CI services are told in their own words."""
    project = run.project
    write_record(project.report / RECORD, row.as_json())
    docs = row.runs(stages.DOCS) and row.stages[stages.NAMES.index(stages.DOCS)]
    reached = docs and docs.outcome != stages.NOT_RUN
    examples = read_record(project.report / EXAMPLES).get("examples", []) if reached else []
    if is_wanted(os.environ):
        repository = repository_of(project.root)
        below = "" if repository == project.root else f"{project.root.relative_to(repository)}/"
        for line in annotations(row, examples, below):
            click.echo(line, err=options.as_json)
        if place := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(place).open("a", encoding="utf-8") as file:
                file.write("\n".join(page(row, f"spec14 ci: {project.name}")) + "\n")
    run.steps.console.print(_table(row))


def _table(row: Row) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("stage", "", "", "seconds"):
        table.add_column(heading, justify="right" if heading == "seconds" else "left")
    for one in row.stages:
        # Plain text: what a stage says may hold brackets, which Rich takes for its markup.
        words = (one.name, one.outcome, one.said, f"{one.seconds:.1f}")
        table.add_row(*(Text(word) for word in words))
    return table
