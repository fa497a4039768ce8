"""An assessment for people (a table, a page) and for machines (JSON)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from jinja2 import Environment, StrictUndefined
from rich.console import Console
from rich.table import Table
from rich.text import Text

from toolkit.assess.assessment import Assessment
from toolkit.assess.catalogue import catalogue
from toolkit.assess.dependencies import MEANS as MEANS_OF_SOURCES
from toolkit.assess.findings import Finding, Guard, Stage
from toolkit.assess.verdict import MEANS, Verdict

PAGE: Final = "assess.html"
RECORD: Final = "assess.json"
COLOURS: Final[Mapping[Verdict, str]] = {
    Verdict.WORKS: "green",
    Verdict.CHANGES: "yellow",
    Verdict.PORT: "red",
    Verdict.CANNOT: "red",
}
SHOWN: Final = 40
"""Findings in the table; the page has them all."""
GUARDS: Final[Mapping[Guard, str]] = {
    Guard.PLATFORM: "under a condition that does not hold in WebAssembly",
    Guard.IMPORT: "in a try that expects the import to fail",
    Guard.CAUGHT: "in a try that expects the call to fail",
    Guard.TYPING: "for type checkers only",
    Guard.SCRIPT: "when it is run as a script",
    Guard.SKIP: "in a test that the project skips there",
    Guard.OPTION: "under a condition of the build, or not required",
}


def as_json(one: Assessment) -> dict[str, Any]:
    """Give an assessment as JSON values.

    ``verdict``, ``stops_at`` (the first stage that would fail, or null), ``first``, ``findings``
    (the attributes of :class:`toolkit.assess.findings.Finding`), ``dependencies`` (with
    ``source``), ``hosts``, ``files`` by part, ``unread``, and why something was not asked.
    """
    return {
        "schema": 1,
        "project": one.project,
        "verdict": one.verdict,
        "stops_at": one.stops_at,
        "first": [asdict(todo) for todo in one.first],
        "findings": [asdict(found) for found in one.findings],
        "requirements": {"origin": one.required.origin, "known": one.required.known},
        "dependencies": [{**asdict(dep), "source": dep.source} for dep in one.dependencies],
        "hosts": [asdict(host) for host in one.hosts],
        "files": one.files,
        "unread": one.unread,
        "forge": one.forge,
    }


def page(one: Assessment, *, root: str) -> str:
    """Give the page, in which all that comes from the project is escaped.

    Parameters
    ----------
    one
        The assessment.
    root
        The project's folder, relative to the page: places are links into it.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    counted = [found for found in one.findings if found.counts]
    guarded = [found for found in one.findings if not found.counts]
    return environment.from_string(_asset("page.html.jinja")).render(
        one=one,
        root=root,
        means=MEANS[one.verdict],
        stages=[(stage, list(group)) for stage, group in groupby(counted, lambda f: f.stage)],
        guarded=[
            (GUARDS[guard], list(group))
            for guard, group in groupby(
                sorted(guarded, key=lambda found: (found.guard, found.file, found.line)),
                lambda found: found.guard,
            )
        ],
        titles={name: topic.title for name, topic in catalogue().topics.items()},
        sources=MEANS_OF_SOURCES,
        style=_asset("page.css"),
    )


def show(one: Assessment, console: Console) -> None:
    """Print an assessment: the verdict, what to do first, and a table of what counts."""
    verdict = Text(f"{one.project}: ")
    verdict.append(one.verdict, style=f"bold {COLOURS[one.verdict]}")
    verdict.append(f" ({MEANS[one.verdict]})")
    console.print(verdict, soft_wrap=True)
    for number, todo in enumerate(one.first, start=1):
        places = f" [{_places(todo.places)}]" if todo.places else ""
        console.print(Text(f"{number}. {todo.stage}: {todo.what}{places}"), soft_wrap=True)
        console.print(Text(f"   {todo.remedy}"), soft_wrap=True)
    counted = [found for found in one.findings if found.counts]
    if counted:
        console.print(_table(counted))
    for line in closing(one):
        console.print(Text(line), soft_wrap=True)


def closing(one: Assessment) -> list[str]:
    """Give the lines below the table: dependencies, tests, what is guarded, what was not asked."""
    sources = Counter(dep.source for dep in one.dependencies)
    told = ", ".join(f"{count} {source}" for source, count in sources.items()) or "none"
    lines = [f"dependencies: {told} (said by {one.required.origin})"]
    tests = {found.file for found in one.findings if found.counts and found.stage is Stage.TESTS}
    if tests := tests - {""}:
        lines.append(f"tests: {len(tests)} files hold tests that will be skipped or fail")
    guarded = sum(not found.counts for found in one.findings)
    if guarded:
        lines.append(
            f"{guarded} more findings in code that never runs there, or that expects to fail"
        )
    silent = {dep.silent for dep in one.dependencies if dep.silent}
    lines += [f"the package index: {why}" for why in sorted(silent)]
    lines += [f"emscripten-forge: {one.forge}"] if one.forge else []
    lines += [f"{file}: not read: {why}" for file, why in sorted(one.unread.items())]
    return lines


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("in the way of", "where", "what", "what happens"):
        table.add_column(heading, overflow="fold")
    for one in found[:SHOWN]:
        # Plain text: a source may hold brackets, which Rich takes for its markup.
        table.add_row(*(Text(cell) for cell in (one.stage, one.place, one.what, one.happens)))
    if len(found) > SHOWN:
        table.add_row("", "", Text(f"and {len(found) - SHOWN} more"), "")
    return table


def _places(places: tuple[str, ...]) -> str:
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f"{places[0]}{more}"


def _asset(name: str) -> str:
    return files("toolkit.assess").joinpath(name).read_text("utf-8")
