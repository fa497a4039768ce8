"""The table of ``docs/corpus.md``, one line for each project."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from packaging.utils import canonicalize_name

from tests.corpus.entries import Entry
from tests.corpus.outcome import Outcome

HEADING: Final = (
    "package",
    "version",
    "backend",
    "build (s)",
    "wheel (MB)",
    "audit",
    "modules loaded",
    "tests passed / failed / skipped",
    "measured",
    "what failed, and why",
)
NOT_RUN: Final = "not run"
NONE: Final = "\N{EN DASH}"


def row(entry: Entry, outcome: Outcome | None) -> str:
    """Give the line of one project."""
    cells = [entry.name, entry.version, entry.backend]
    if outcome is None:
        return _line([*cells, *[NONE] * 5, NOT_RUN, ""])
    loaded = NONE if outcome.modules is None else f"{outcome.loaded} of {outcome.modules}"
    if outcome.modules == 0:
        loaded = "pure"
    cells += [
        NONE if outcome.seconds is None else f"{outcome.seconds:.0f}",
        NONE if outcome.size is None else f"{outcome.size / 1e6:.2f}",
        outcome.audit or NONE,
        loaded,
        _tests(entry, outcome),
        outcome.date,
        _failure(entry, outcome),
    ]
    return _line(cells)


def summary(entries: Iterable[Entry], outcomes: Mapping[str, Outcome]) -> str:
    """Count what worked, in a sentence."""
    known = {entry.name: outcomes.get(canonicalize_name(entry.name)) for entry in entries}
    ran = [outcome for outcome in known.values() if outcome is not None]
    stages = Counter(outcome.stage for outcome in ran)
    good = stages.pop("", 0)
    told = [f"in {stages.pop('tests')} some tests fail"] if stages["tests"] else []
    told += [f"{count} fail at: {stage}" for stage, count in sorted(stages.items()) if count]
    tests = {name: sum(getattr(o, name) or 0 for o in ran) for name in ("passed", "failed")}
    return (
        f"Of {len(known)} projects, {len(ran)} have been run: in {good} everything works"
        f"{''.join(f', {part}' for part in told)}. "
        f"Tests in all: {tests['passed']} passed, {tests['failed']} failed."
    )


def table(
    entries: Sequence[Entry], outcomes: Mapping[str, Outcome], facts: Sequence[str], old: str
) -> str:
    """Give everything that stands between the markers.

    Parameters
    ----------
    entries
        The corpus.
    outcomes
        By normalised name, as far as they are known here.
    facts
        Lines about the machine and the versions.
    old
        What stood there before: the line of a project whose outcome is not known on this
        machine is kept, if it is about the same version.
    """
    kept = rows_of(old)
    lines = [_line(HEADING), "|---|---|---|--:|--:|---|---|---|---|---|"]
    for entry in entries:
        outcome = outcomes.get(canonicalize_name(entry.name))
        line = row(entry, outcome)
        if outcome is None:
            line = kept.get((cell(entry.name), cell(entry.version)), line)
        lines.append(line)
    told = [*(f"- {fact}" for fact in facts), "", summary(entries, outcomes), ""]
    return "\n".join([*told, *lines])


def rows_of(text: str) -> dict[tuple[str, str], str]:
    """Give the lines of a table that is there, by name and version."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        # A table of other columns is none of ours; the bars at both ends make two more.
        if len(cells) == len(HEADING) + 2 and cells[1] not in {HEADING[0], "---"}:
            found[cells[1], cells[2]] = line
    return found


def _tests(entry: Entry, outcome: Outcome) -> str:
    if outcome.passed is not None:
        return f"{outcome.passed} / {outcome.failed} / {outcome.skipped}"
    return f"none: {entry.no_tests}" if entry.no_tests else NONE


def _failure(entry: Entry, outcome: Outcome) -> str:
    if not outcome.stage:
        expected = f" (was expected to fail at: {entry.fails_at})" if entry.fails_at else ""
        return f"nothing{expected}"
    told = f"{outcome.stage}: {outcome.reason}"
    return f"{told}. {entry.because}" if entry.because else told


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(cell, cells))} |"


def cell(text: str) -> str:
    """Give a text as a cell of a table: messages of compilers hold bars, backticks and HTML."""
    plain = " ".join(text.split()).replace("|", "\N{BROKEN BAR}")
    return plain.replace("<", "&lt;").replace("`", "'").replace("*", "\\*").replace("_", "\\_")
