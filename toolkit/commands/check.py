"""``spec14 check``: what readers of a built site would meet."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from toolkit.browser.audit import Audit
from toolkit.browser.readers import Tour, browsers_here, go
from toolkit.browser.report import PAGE, PICTURES, Checked, write_report
from toolkit.check.budget import Budget, read_budget
from toolkit.check.findings import Finding
from toolkit.check.site import read_site
from toolkit.check.static import findings
from toolkit.commands.options import PROJECT, Options
from toolkit.errors import ServeFailed, SiteFaulty, ToolMissing
from toolkit.progress import Steps
from toolkit.project import read_project
from toolkit.serve.headers import PROFILES

BROWSERS: Final = ("chromium", "firefox")
MOST: Final = 10
"""Findings of one kind that are printed; all of them are in the report."""


@click.command()
@click.argument("site", required=False, type=click.Path(path_type=Path))
@PROJECT
@click.option(
    "--browser",
    "browsers",
    multiple=True,
    type=click.Choice([*BROWSERS, "none"]),
    help="Open it in this browser only (may be repeated), or in none; all that are there without.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Readers at a time."
)
@click.option(
    "--budget",
    "limits",
    multiple=True,
    metavar="LIMIT",
    help="Fail where a visit takes more bytes (30MB) or seconds (20s); may be repeated.",
)
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default="pages", show_default=True)
@click.option("--base-path", "base", default="/", show_default=True, help="As for spec14 serve.")
@click.option("--strict", is_flag=True, help="Warnings fail the check, too.")
@click.option(
    "--report",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for check.html and check.json; .spec14/report without.",
)
@click.pass_obj
def check(
    options: Options,
    *,
    site: Path | None,
    path: Path,
    browsers: tuple[str, ...],
    jobs: int,
    limits: tuple[str, ...],
    profile: str,
    base: str,
    strict: bool,
    report: Path | None,
) -> None:
    """Look at every file of SITE (.spec14/site without), and try its buttons in browsers.

    SITE may be any site with JupyterLite in it, whoever built it. Browsers reach nothing but it.
    """
    project = read_project(path) if site is None or (path / "pyproject.toml").is_file() else None
    steps = Steps(sys.stderr if options.as_json else sys.stdout, quiet=options.quiet)
    folder = project.site if site is None and project is not None else Path(site or path)
    if not folder.is_dir():
        msg = f"there is no site in {folder}"
        raise ServeFailed(msg, do="run spec14 docs first, or name the folder of a built site")
    visits = Visits(browsers=browsers, jobs=jobs, limits=limits, profile=profile, base=base)
    places = report or (project.report if project else Path(".spec14") / "report")
    origins = project.settings.docs.allow_origins if project else ()
    checked = look_at(folder, places, visits, origins, steps)
    if options.as_json:
        print(json.dumps(checked.as_json()))
    conclude(checked, places, steps, strict=strict)


@dataclass(frozen=True, kw_only=True)
class Visits:
    """How browsers come to a site.

    Attributes
    ----------
    browsers
        Their names; ``none`` for no visit, nothing for all that are there.
    jobs
        Readers at a time.
    limits
        What a visit may cost at most.
    profile
        Name of the headers that the site is served with.
    base
        Path that it is served below.
    """

    browsers: tuple[str, ...] = ()
    jobs: int = 2
    limits: tuple[str, ...] = ()
    profile: str = "pages"
    base: str = "/"


def look_at(
    folder: Path, places: Path, visits: Visits, origins: Sequence[str], steps: Steps
) -> Checked:
    """Look at a site's files, try its buttons, and write the report.

    Parameters
    ----------
    folder
        The site.
    places
        Where the report goes.
    visits
        How browsers come.
    origins
        From where its pages may load something.
    steps
        What the user is shown.
    """
    budget = read_budget(visits.limits)
    names = _chosen(visits.browsers)
    built = read_site(folder)
    found = list(findings(built, origins))
    steps.say(f"{len(built.files)} files, {len(built.pages)} pages: {len(found)} findings")
    audits = []
    if names:
        tour = Tour(
            site=folder,
            pages=[built.name(page) for page in built.pages],
            applications=built.applications,
            profile=visits.profile,
            base=visits.base,
            jobs=visits.jobs,
        )
        audits = [
            _visit(replace(tour, keyboard=number > 0), name, places / PICTURES, steps, budget)
            for number, name in enumerate(names)
        ]
    found += [one for audit in audits for one in audit.findings]
    checked = Checked(
        site=folder,
        pages=len(built.pages),
        files=len(built.files),
        findings=tuple(found),
        audits=tuple(audits),
    )
    write_report(checked, places)
    return checked


def _chosen(browsers: Sequence[str]) -> list[str]:
    """Give the browsers to use: the second one is used without a mouse.

    Raises
    ------
    ToolMissing
        When none is named and none is there.
    """
    if "none" in browsers:
        return []
    if names := sorted(set(browsers) or browsers_here()):
        return names
    msg = "no browser is on PATH"
    raise ToolMissing(msg, do="run this inside the spec14-toolkit image, or give --browser none")


def _visit(tour: Tour, name: str, pictures: Path, steps: Steps, budget: Budget) -> Audit:
    audit = Audit(browser=name, keyboard=tour.keyboard, budget=budget)
    begun = time.monotonic()
    expected = len(tour.pages)
    with steps.counted(name) as tell:

        def take(result: dict[str, Any]) -> None:
            nonlocal expected
            audit.take(result)
            if result["event"] == "page":
                expected += sum(control["visible"] for control in result["controls"])
            done = len(audit.pages) + len(audit.opened)
            tell(done, max(done, expected))

        go(tour, name, pictures, take)
    audit.seconds = time.monotonic() - begun
    working = sum(not one.error for one in audit.opened)
    steps.say(
        f"{audit.version}: {working} of {len(audit.opened)} buttons work, in {audit.seconds:.0f} s"
    )
    if line := _starts(audit):
        steps.say(line)
    return audit


def _starts(audit: Audit) -> str:
    """Say how Python was started; nothing of sites that do not tell."""
    snapshot, ordinary = audit.starts["snapshot"], audit.starts["ordinary"]
    if not snapshot and not ordinary:
        return ""
    reasons = "; ".join(f"{count} the ordinary way: {why}" for why, count in ordinary.items())
    return f"{snapshot} started from the memory snapshot{f'; {reasons}' if reasons else ''}"


def conclude(checked: Checked, places: Path, steps: Steps, *, strict: bool = False) -> None:
    """Say what was found.

    Raises
    ------
    SiteFaulty
        When there is an error among it, or anything at all with `strict`.
    """
    for line in _lines(checked.findings):
        steps.say(line)
    steps.say(f"{places / PAGE}")
    bad = list(checked.findings) if strict else checked.errors
    if bad:
        more = f", and {len(bad) - 1} more" if len(bad) > 1 else ""
        msg = f"{bad[0].file}: {bad[0].what}{more}"
        raise SiteFaulty(msg, do=f"{bad[0].do}; all of them are in {places / PAGE}")


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Give the findings as lines, of each kind a few: an application has 270 source maps."""
    of_kind: Counter[str] = Counter()
    for one in findings:
        of_kind[one.kind] += 1
        if of_kind[one.kind] <= MOST:
            yield _line(one)
    for kind, count in of_kind.items():
        if count > MOST:
            yield f"and {count - MOST} more of the kind {kind}"


def _line(one: Finding) -> str:
    place = f"{one.file}:{one.line}" if one.line else one.file
    return f"{one.severity}: {place}: {one.what}"
