"""Reports of shards become one: everything is checked that could make it say too much."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from toolkit.errors import ReportsDisagree
from toolkit.testing.results import BAD, NotARecord, Record, read

SHARD: Final = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})")
PYTESTS_OWN: Final = (2, 3, 4)
"""Interrupted, internal error, wrong usage: such a run is not all of its tests."""
NO_TESTS: Final = 5

MOST: Final = 20
"""Numbers of shards in a message."""
SAME: Final = "run all shards with the same source, arguments and recorded durations"


@dataclass(frozen=True, kw_only=True)
class Part:
    """The record of a shard.

    Attributes
    ----------
    path
        Its ``tests.json``.
    record
        What it holds.
    """

    path: Path
    record: Record


def read_parts(places: Sequence[Path]) -> tuple[Part, ...]:
    """Read records.

    Parameters
    ----------
    places
        ``tests.json`` files, or folders with any number of them below.

    Raises
    ------
    ReportsDisagree
        When a place has none, or one of them is not a record.
    """
    parts = []
    for path in dict.fromkeys(found for place in places for found in _found(place)):
        try:
            parts.append(Part(path=path, record=read(path)))
        except NotARecord as error:
            msg = f"{path}: {error}"
            raise ReportsDisagree(
                msg, do="give the tests.json of runs of `spec14 test` of one version"
            ) from error
    return tuple(parts)


def _found(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = sorted(place.rglob("tests.json"))
    if not found:
        msg = f"{place} has no tests.json, also not further down"
        raise ReportsDisagree(
            msg,
            do="give folders with the reports of the shards (.spec14 is a hidden folder: "
            "actions/upload-artifact leaves it out without include-hidden-files)",
        )
    return found


def merged(parts: Sequence[Part]) -> Record:
    """Join the records of all shards of a run.

    Raises
    ------
    ReportsDisagree
        When a shard is missing or there twice, or was of another wheel or another number of
        shards, or was dealt its tests in another way; when a test is in two of them.
    """
    _require_one_wheel(parts)
    ordered = _in_order(parts)
    _require_one_dealing(ordered)
    _require_no_test_twice(ordered)
    records = [part.record for part in ordered]
    told = [result for record in records for result in record.results]
    # A module that cannot be collected, or is skipped as a whole, is told by every shard.
    results = tuple({result.id: result for result in told}.values())
    return replace(
        records[0],
        exit_code=exit_code(records),
        collected=sum(record.collected for record in records) - (len(told) - len(results)),
        # The shards ran side by side, on machines of their own.
        seconds=max(record.seconds for record in records),
        workers=sum(record.workers for record in records),
        shard=None,
        results=results,
    )


def exit_code(records: Sequence[Record]) -> int:
    """Give the code that one run of all of them would have ended with.

    A run that did not get through (interrupted, an internal error, wrong usage, an error of
    ours) is the whole's code; then 1 when a test failed or a shard says so, 5 when there was
    no test at all.
    """
    codes = {record.exit_code for record in records}
    broken = sorted(code for code in codes if code in PYTESTS_OWN or code > NO_TESTS or code < 0)
    if broken:
        return broken[0]
    if 1 in codes or any(result.outcome in BAD for record in records for result in record.results):
        return 1
    return NO_TESTS if codes == {NO_TESTS} else 0


def _require_one_wheel(parts: Sequence[Part]) -> None:
    wheels: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        wheels[part.record.wheel_sha256].append(part)
    if len(wheels) > 1:
        told = "\n".join(
            f"{part.record.wheel} sha256 {sha256[:12]}  {part.path}"
            for sha256, group in wheels.items()
            for part in group
        )
        msg = f"the reports are of {len(wheels)} different wheels"
        raise ReportsDisagree(
            msg, do="build the wheel once and give the same file to every shard", detail=told
        )


def _in_order(parts: Sequence[Part]) -> list[Part]:
    if len(parts) == 1 and parts[0].record.shard is None:
        return list(parts)
    by_number: defaultdict[int, list[Part]] = defaultdict(list)
    totals: defaultdict[int, list[Part]] = defaultdict(list)
    for part in parts:
        number, total = _shard(part)
        by_number[number].append(part)
        totals[total].append(part)
    if len(totals) > 1:
        told = "\n".join(f"{part.record.shard}  {part.path}" for part in parts)
        msg = f"the reports are of runs in {' and '.join(map(str, sorted(totals)))} shards"
        raise ReportsDisagree(msg, do="give the reports of one run", detail=told)
    (total,) = totals
    twice = {number: group for number, group in by_number.items() if len(group) > 1}
    if twice:
        told = "\n".join(f"{part.path}" for group in twice.values() for part in group)
        msg = f"there twice: shard {_list(twice, total)}"
        raise ReportsDisagree(msg, do="give each shard's report once", detail=told)
    missing = [number for number in range(1, total + 1) if number not in by_number]
    if missing:
        msg = f"missing: shard {_list(missing, total)}"
        raise ReportsDisagree(
            msg, do="see why it left no report (its job's log), run it again, and merge then"
        )
    return [by_number[number][0] for number in sorted(by_number)]


def _require_one_dealing(parts: Sequence[Part]) -> None:
    """Two shards that were dealt differently may both have left out the same test."""
    if len({part.record.dealt for part in parts}) > 1:
        told = "\n".join(f"{part.record.shard} {part.record.dealt}  {part.path}" for part in parts)
        msg = "the tests were not dealt out to all shards in the same way"
        raise ReportsDisagree(msg, do=SAME, detail=told)


def _shard(part: Part) -> tuple[int, int]:
    if part.record.shard is None:
        msg = f"{part.path} is the report of a whole run, not of a shard"
        raise ReportsDisagree(msg, do="give reports of `spec14 test --shard N/M` only")
    read_as = SHARD.fullmatch(part.record.shard)
    if read_as is None or int(read_as[1]) > int(read_as[2]):
        msg = f"{part.path}: {part.record.shard!r} is no shard"
        raise ReportsDisagree(msg, do="give reports of `spec14 test --shard N/M` only")
    return int(read_as[1]), int(read_as[2])


def _list(numbers: Sequence[int] | dict[int, list[Part]], total: int) -> str:
    shown = [f"{number}/{total}" for number in sorted(numbers)]
    more = f" and {len(shown) - MOST} more" if len(shown) > MOST else ""
    return ", ".join(shown[:MOST]) + more


def _require_no_test_twice(parts: Sequence[Part]) -> None:
    seen: dict[str, Part] = {}
    for part in parts:
        for result in part.record.results:
            other = seen.setdefault(result.id, part)
            if other is not part and "::" in result.id:
                msg = f"{result.id} is in shard {other.record.shard} and in {part.record.shard}"
                raise ReportsDisagree(msg, do=SAME)
