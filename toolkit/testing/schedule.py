"""Which tests go together, and in which order they are dealt out.

A batch is some tests of one file. A file is split only where it is too big for its share,
and then a class, or a file whose tests share a fixture of the module, stays whole. The
longest batch goes first (Graham's rule), so that the workers end at about the same time.
"""

import hashlib
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from toolkit.testing.durations import Durations

BATCHES_PER_WORKER: Final = 4
LEAST_SECONDS: Final = 0.5
"""A batch shorter than this is not worth importing its file a second time."""


@dataclass(frozen=True, kw_only=True)
class Test:
    """A test that was collected.

    Attributes
    ----------
    id
        pytest's.
    file
        Id of the file it was collected in.
    group
        What it stays together with; "" for nothing.
    """

    __test__ = False

    id: str
    file: str
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Tests of one file that one worker runs one after the other.

    Attributes
    ----------
    file
        Id of the file.
    ids
        The tests, in the order in which they were collected.
    seconds
        What they are expected to take.
    cuts
        The tests after which another interpreter may go on: not between two that stay together.
    retried
        Whether a worker died before the first of them could start.
    """

    file: str
    ids: tuple[str, ...]
    seconds: float
    cuts: frozenset[str] = frozenset()
    retried: bool = False

    def rest(self, ids: Sequence[str], *, retried: bool = False) -> Batch:
        """Give the batch of those of its tests that are left."""
        share = len(ids) / len(self.ids)
        return replace(self, ids=tuple(ids), seconds=self.seconds * share, retried=retried)


def batches(tests: Iterable[Test], durations: Durations, *, shares: int, most: int) -> list[Batch]:
    """Give the batches in the order of collection.

    Parameters
    ----------
    tests
        What was collected.
    durations
        What is known from earlier runs.
    shares
        Number of workers (or shards) that take part.
    most
        Number of tests after which a file is split if it can be.
    """
    files: dict[str, list[Test]] = {}
    for test in tests:
        files.setdefault(test.file, []).append(test)
    known = durations.of([test for found in files.values() for test in found])
    whole = sum(known.values())
    share = max(whole / (shares * BATCHES_PER_WORKER), LEAST_SECONDS)
    return [
        batch
        for file, found in files.items()
        for batch in _split(file, found, known, share=share, most=most)
    ]


def longest_first(found: Iterable[Batch]) -> list[Batch]:
    """Give batches with the longest first; equals stay in their order."""
    return sorted(found, key=lambda batch: -batch.seconds)


def deal(found: Sequence[Batch], *, shard: int, shards: int) -> list[Batch]:
    """Give the batches of one shard: the same on every machine that has the same input.

    Parameters
    ----------
    found
        All batches, made with ``shares=shards``.
    shard, shards
        Number of the shard, from 1, and how many there are.
    """
    loads = [(0.0, number) for number in range(1, shards + 1)]
    mine: set[int] = set()
    order = sorted(range(len(found)), key=lambda place: (-found[place].seconds, place))
    for place in order:
        load, number = min(loads)
        # Tests that take no time count too: they are to be spread as well.
        loads[number - 1] = (load + found[place].seconds + 1e-6 * len(found[place].ids), number)
        if number == shard:
            mine.add(place)
    return [batch for place, batch in enumerate(found) if place in mine]


def fingerprint(found: Sequence[Batch], *, shards: int) -> str:
    """Give what tells whether two machines dealt the same tests the same way."""
    text = json.dumps([shards, [[batch.file, batch.ids, batch.seconds] for batch in found]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _split(
    file: str, tests: Sequence[Test], known: dict[str, float], *, share: float, most: int
) -> list[Batch]:
    def batch(part: Sequence[Test]) -> Batch:
        seconds = sum(known[test.id] for test in part)
        ids = tuple(test.id for test in part)
        return Batch(file=file, ids=ids, seconds=round(seconds, 6), cuts=frozenset(_ends(part)))

    whole = batch(tests)
    if whole.seconds <= share and len(whole.ids) <= most:
        return [whole]
    parts: list[list[Test]] = [[]]
    seconds = 0.0
    for unit in _units(tests):
        wanted = sum(known[test.id] for test in unit)
        full = seconds + wanted > share or len(parts[-1]) + len(unit) > most
        if parts[-1] and full:
            parts.append([])
            seconds = 0.0
        parts[-1] += unit
        seconds += wanted
    return [batch(part) for part in parts]


def _ends(tests: Sequence[Test]) -> list[str]:
    """Give the tests after which nothing comes of what has begun."""
    last = {test.group: place for place, test in enumerate(tests) if test.group}
    found, until = [], 0
    for place, test in enumerate(tests):
        until = max(until, last.get(test.group, 0))
        if place >= until:
            found.append(test.id)
    return found


def _units(tests: Sequence[Test]) -> list[list[Test]]:
    """Give what cannot be split, by where it begins."""
    units: dict[tuple[str, int], list[Test]] = {}
    number = itertools.count()
    for test in tests:
        key = (test.group, 0) if test.group else ("", next(number) + 1)
        units.setdefault(key, []).append(test)
    return list(units.values())
