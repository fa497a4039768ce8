"""From findings to a verdict, by explicit rules, and to the three things to do first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Final

from toolkit.assess.findings import Effort, Finding, Stage


class Verdict(StrEnum):
    """Whether it would work."""

    WORKS = "works"
    CHANGES = "works with changes"
    PORT = "needs a port"
    CANNOT = "cannot"


MEANS: Final[Mapping[Verdict, str]] = {
    Verdict.WORKS: "nothing was found in the way of building, installing, importing or using it",
    Verdict.CHANGES: "a few lines or a setting are missing, or parts of it do not work",
    Verdict.PORT: "it does not get as far as an import without work on what it is made of",
    Verdict.CANNOT: "it needs something that does not exist for the target",
}
FIRST: Final = 3
TRAPS: Final = frozenset({"signature"})
"""Topics that end the interpreter."""


@dataclass(frozen=True, kw_only=True)
class Todo:
    """One thing to do: findings of one topic at one stage.

    Attributes
    ----------
    topic, stage, remedy
        As in the findings.
    what
        The first of them.
    places
        Where they are.
    """

    topic: str
    stage: Stage
    what: str
    remedy: str
    places: tuple[str, ...]


def verdict_on(findings: Sequence[Finding]) -> Verdict:
    """Give the verdict.

    A finding that nothing guards counts. In the way of building, installing or importing: what
    nothing helps against makes it `CANNOT`, what takes a port `PORT`, anything else `CHANGES`.
    What only fails when it is used makes it `CHANGES`; tests and examples decide nothing.
    """
    counted = [one for one in findings if one.counts]
    blocking = {one.effort for one in counted if one.stage.blocks}
    if Effort.NONE in blocking:
        return Verdict.CANNOT
    if Effort.PORT in blocking:
        return Verdict.PORT
    if blocking or any(one.stage is Stage.USE for one in counted):
        return Verdict.CHANGES
    return Verdict.WORKS


def first_things(findings: Sequence[Finding], number: int = FIRST) -> tuple[Todo, ...]:
    """Give what to do first: what blocks most, then what is found most often."""
    counted = sorted(
        (one for one in findings if one.counts),
        key=lambda one: (one.stage.order, one.topic, one.remedy),
    )
    groups = [
        list(group)
        for _, group in groupby(counted, key=lambda one: (one.stage, one.topic, one.remedy))
    ]
    groups.sort(key=lambda group: (group[0].stage.order, -len(group)))
    return tuple(
        Todo(
            topic=group[0].topic,
            stage=group[0].stage,
            what=group[0].what,
            remedy=group[0].remedy,
            places=tuple(one.place for one in group if one.place),
        )
        for group in groups[:number]
    )


def ends_tests(one: Finding) -> bool:
    """Whether tests fail for a finding, or are skipped; a trap ends the interpreter they run in."""
    return one.counts and (one.stage is Stage.TESTS or one.topic in TRAPS)


def expected_to_stop(findings: Sequence[Finding]) -> Stage | None:
    """Give the first stage that would fail as things stand; ``None``: none would.

    Parts that fail only when they are used (`Stage.USE`) end no stage.
    """
    stages = {one.stage for one in findings if one.counts and one.stage.blocks}
    if any(map(ends_tests, findings)):
        stages.add(Stage.TESTS)
    return min(stages, key=lambda stage: stage.order) if stages else None
