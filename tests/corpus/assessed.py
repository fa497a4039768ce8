"""What `spec14 assess` says of a project of the corpus, and whether it was right."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

import toolkit
from tests.corpus.entries import Entry
from tests.corpus.outcome import Outcome
from tests.corpus.sdist import fetched, unpacked
from tests.corpus.table import cell, rows_of
from toolkit.assess.assessment import assess
from toolkit.assess.forge import Forge
from toolkit.assess.verdict import Todo, ends_tests
from toolkit.cache import read_record, write_record
from toolkit.project import read_project
from toolkit.working import working_on

WRITER: Final = "nox -s corpus -- --assess-only"
HEADING: Final = (
    "package",
    "verdict",
    "would fail at",
    "did fail at",
    "builds?",
    "tests?",
    "first",
)
BLOCKED: Final = frozenset({"fetch", "build", "audit", "install", "import"})
TESTS: Final = "tests"
NONE: Final = "\N{EN DASH}"


class Right(StrEnum):
    """Whether what was said came true."""

    YES = "right"
    FALSE_ALARM = "false alarm"
    MISS = "miss"
    UNKNOWN = NONE


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What was said of one project.

    Attributes
    ----------
    version
        Of the project.
    verdict
        In words.
    blocked
        The first stage up to the import that would fail; empty: none.
    tests
        How many findings stand in the way of its tests.
    first
        What to do first.
    """

    version: str
    verdict: str
    blocked: str
    tests: int
    first: str


def assessed(entry: Entry, sdists: Path) -> Assessed:
    """Assess a project as it was published, with what the corpus installs for its tests."""
    with tempfile.TemporaryDirectory(prefix="spec14-assess-") as folder:
        source = unpacked(fetched(entry, sdists), Path(folder) / "source")
        project = read_project(source, Path(folder) / ".spec14")
        test = replace(project.settings.test, requires=("pytest", *entry.requires))
        project = replace(project, settings=replace(project.settings, test=test))
        with working_on(project):
            found = assess(project, say=lambda _line: None, forge=Forge(silent="not asked"))
    stop = found.stops_at
    return Assessed(
        version=entry.version,
        verdict=found.verdict,
        blocked=stop if stop is not None and stop.blocks else "",
        tests=sum(map(ends_tests, found.findings)),
        first=_told_first(found.first),
    )


def _told_first(first: Sequence[Todo]) -> str:
    if not first:
        return ""
    place = f" ({first[0].places[0]})" if first[0].places else ""
    return f"{first[0].stage}: {first[0].what}{place}"


def keep(file: Path, one: Assessed) -> None:
    """Write what was said."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_record(file, {**asdict(one), "toolkit": toolkit.__version__})


def kept(file: Path, entry: Entry) -> Assessed | None:
    """Give what was said of the same version; ``None`` where nothing was."""
    record = dict(read_record(file))
    if record.get("version") != entry.version:
        return None
    record.pop("toolkit", None)
    return Assessed(**json.loads(json.dumps(record)))


def did_fail_at(entry: Entry, outcome: Outcome | None, page: str) -> str | None:
    """Give the stage that failed: of the outcome, or of the table's line; ``None``: not run."""
    if outcome is not None:
        return outcome.stage
    line = rows_of(page).get((cell(entry.name), cell(entry.version)))
    if line is None:
        return None
    *_, measured, why, _end = [one.strip() for one in line.split("|")]
    if measured == "not run":
        return None
    stage = why.partition(":")[0]
    return stage if stage in BLOCKED | {TESTS} else ""


def right_about_building(one: Assessed, stage: str | None) -> Right:
    """Say whether it was right about all up to the import."""
    return Right.UNKNOWN if stage is None else _compared(bool(one.blocked), stage in BLOCKED)


def right_about_tests(entry: Entry, one: Assessed, stage: str | None) -> Right:
    """Say whether it was right about the tests, where they have been run."""
    if stage is None or stage in BLOCKED or not entry.tested:
        return Right.UNKNOWN
    return _compared(one.tests > 0, stage == TESTS)


def _compared(said: bool, was: bool) -> Right:  # noqa: FBT001
    if said == was:
        return Right.YES
    return Right.FALSE_ALARM if said else Right.MISS


def section(
    entries: Sequence[Entry],
    said: Mapping[str, Assessed],
    stages: Mapping[str, str | None],
) -> str:
    """Give the counts and the table.

    Parameters
    ----------
    entries
        The corpus.
    said, stages
        By normalised name: what was said, and the stage that failed.
    """
    lines, building, tests = [], [], []
    for entry in entries:
        name = canonicalize_name(entry.name)
        if (one := said.get(name)) is None:
            continue
        stage = stages.get(name)
        builds = right_about_building(one, stage)
        passes = right_about_tests(entry, one, stage)
        building.append((entry.name, builds))
        tests.append((entry.name, passes))
        would = one.blocked or (TESTS if one.tests else "nothing")
        did = "not run" if stage is None else stage or "nothing"
        cells = (entry.name, one.verdict, would, did, builds, passes, one.first)
        lines.append(f"| {' | '.join(map(cell, cells))} |")
    return "\n".join(
        [
            *(
                f"- {what}: {_told(found)}"
                for what, found in (
                    ("builds, installs and imports", building),
                    ("all tests pass, where they ran", tests),
                )
            ),
            "",
            f"| {' | '.join(HEADING)} |",
            f"|{'---|' * len(HEADING)}",
            *lines,
        ]
    )


def _told(found: Iterable[tuple[str, Right]]) -> str:
    known = [(name, right) for name, right in found if right is not Right.UNKNOWN]

    def names(which: Right) -> str:
        chosen = [cell(name) for name, right in known if right is which]
        return f"{len(chosen)} ({', '.join(chosen)})" if chosen else "none"

    right = sum(one is Right.YES for _, one in known)
    return (
        f"right about {right} of {len(known)} projects; "
        f"false alarms: {names(Right.FALSE_ALARM)}; misses: {names(Right.MISS)}"
    )
