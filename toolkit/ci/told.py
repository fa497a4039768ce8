"""What CI services are told of a run: a page of the job, and annotations of GitHub Actions."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from toolkit.ci.stages import FAILED, NOT_RUN, PASSED, Row, Stage
from toolkit.testing.reports.annotations import MOST, command
from toolkit.verify.outcome import Kind

MARKS: Final = {PASSED: "✅", FAILED: "❌", NOT_RUN: "-"}
PLACE: Final = re.compile(r"([^:]+):(\d+)")


def page(row: Row, title: str) -> Sequence[str]:
    """Give lines of Markdown for the job's page (``GITHUB_STEP_SUMMARY``).

    Parameters
    ----------
    row
        The stages.
    title
        The heading.
    """
    lines = [f"### {_cell(title)}", "", "| stage | | | seconds |", "|---|---|---|---:|"]
    lines += [
        f"| {one.name} | {MARKS[one.outcome]} | {_cell(one.said)} | {one.seconds:.1f} |"
        for one in row.stages
    ]
    if sha256 := row.facts.get("wheel_sha256"):
        lines += ["", f"`{row.facts.get('wheel')}`", "", f"sha256 `{sha256}`"]
    return [*lines, ""]


def _cell(text: str) -> str:
    """Give a text as Markdown shows it and nothing else, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", " ".join(text.split()))


def annotations(row: Row, examples: Sequence[Mapping[str, Any]], below: str = "") -> Iterator[str]:
    """Give GitHub's commands: the stage that failed, and examples that have no button.

    Tests are annotated where they are run.

    Parameters
    ----------
    row
        The stages.
    examples
        What ``examples.json`` says of each.
    below
        What stands before their places in the repository (``"python/"``).
    """
    yield from (_failed(one) for one in row.stages if one.outcome == FAILED)
    lost = [one for one in examples if not one["button"] and one["kind"] != Kind.WORKS]
    for one in lost[:MOST]:
        place = PLACE.fullmatch(str(one["place"]))
        where = {"file": f"{below}{place[1]}", "line": place[2]} if place else {}
        title = f"{one['name']} has no Try it button"
        yield command("warning", {**where, "title": title}, f"{one['kind']}: {one['reason']}")
    if len(lost) > MOST:
        more = f"{len(lost) - MOST} more examples have no button; examples.html has them all"
        yield command("warning", {"title": "examples"}, more)


def _failed(stage: Stage) -> str:
    title = f"spec14 {stage.name} ended with {stage.exit_code}"
    said = stage.said or "see the lines above"
    return command("error", {"title": title}, f"{said}\n{stage.next}".rstrip())
