"""Batches: nothing is lost, nothing is split that belongs together, shards add up."""

import collections

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.testing.durations import Durations, OfFile
from toolkit.testing.schedule import Test, batches, deal, fingerprint, longest_first

FILES = ("a.py", "b.py", "c.py")


@st.composite
def suites(draw: st.DrawFn) -> list[Test]:
    sizes = draw(st.lists(st.integers(1, 30), min_size=1, max_size=3))
    found = []
    for file, size in zip(FILES, sizes, strict=False):
        for number in range(size):
            group = draw(st.sampled_from(["", f"{file}::A", f"{file}::B", file]))
            found.append(Test(id=f"{file}::{number}", file=file, group=group))
    return found


@st.composite
def known(draw: st.DrawFn) -> Durations:
    seconds = st.floats(0, 100)
    slow = st.dictionaries(st.sampled_from([f"a.py::{n}" for n in range(9)]), seconds)
    of_file = st.builds(OfFile, seconds=seconds, tests=st.integers(0, 9), slow=slow)
    return Durations(files=draw(st.dictionaries(st.sampled_from(FILES), of_file)))


@given(suites(), known(), st.integers(1, 5), st.integers(1, 20))
def test_every_test_is_in_one_batch(
    tests: list[Test], durations: Durations, shares: int, most: int
) -> None:
    found = batches(tests, durations, shares=shares, most=most)
    ids = collections.Counter(name for batch in found for name in batch.ids)
    assert ids == collections.Counter(test.id for test in tests)
    of_file = {test.id: test.file for test in tests}
    assert all(of_file[name] == batch.file for batch in found for name in batch.ids)


@given(suites(), known(), st.integers(1, 5), st.integers(1, 20))
def test_groups_stay_together_and_batches_are_small(
    tests: list[Test], durations: Durations, shares: int, most: int
) -> None:
    found = batches(tests, durations, shares=shares, most=most)
    group = {test.id: test.group for test in tests}
    places: dict[str, set[int]] = {}
    for place, batch in enumerate(found):
        for name in batch.ids:
            if group[name]:
                places.setdefault(group[name], set()).add(place)
        groups = {group[name] or name for name in batch.ids}
        assert len(batch.ids) <= most or len(groups) == 1
    assert all(len(where) == 1 for where in places.values())


@given(suites(), known(), st.integers(1, 5), st.integers(1, 20))
def test_a_batch_is_cut_only_between_groups(
    tests: list[Test], durations: Durations, shares: int, most: int
) -> None:
    group = {test.id: test.group or test.id for test in tests}
    for batch in batches(tests, durations, shares=shares, most=most):
        assert batch.ids[-1] in batch.cuts
        for place, name in enumerate(batch.ids, 1):
            before, after = (
                {group[one] for one in part} for part in (batch.ids[:place], batch.ids[place:])
            )
            assert (name in batch.cuts) == before.isdisjoint(after)


@given(suites(), known(), st.integers(1, 6))
def test_shards_are_a_partition(tests: list[Test], durations: Durations, shards: int) -> None:
    found = batches(tests, durations, shares=shards, most=10)
    dealt = [deal(found, shard=number, shards=shards) for number in range(1, shards + 1)]
    ids = collections.Counter(name for part in dealt for batch in part for name in batch.ids)
    assert ids == collections.Counter(test.id for test in tests)
    again = batches(list(tests), durations, shares=shards, most=10)
    assert fingerprint(found, shards=shards) == fingerprint(again, shards=shards)


def many(file: str, number: int, group: str = "") -> list[Test]:
    return [Test(id=f"{file}::{n}", file=file, group=group) for n in range(number)]


def test_a_long_file_is_split_and_the_longest_goes_first() -> None:
    durations = Durations(
        files={
            "slow.py": OfFile(slow={f"slow.py::{n}": 2.0 for n in range(8)}),
            "quick.py": OfFile(seconds=1.0, tests=10),
        }
    )
    tests = [*many("quick.py", 10), *many("slow.py", 8)]
    found = longest_first(batches(tests, durations, shares=2, most=1000))
    assert [(batch.file, len(batch.ids), batch.seconds) for batch in found] == [
        *[("slow.py", 1, 2.0)] * 8,
        ("quick.py", 10, 1.0),
    ]


def test_a_file_with_a_fixture_of_the_module_is_never_split() -> None:
    (batch,) = batches(many("a.py", 3000, group="a.py"), Durations(), shares=4, most=100)
    assert len(batch.ids) == 3000


def test_shards_take_about_as_long_as_each_other() -> None:
    durations = Durations(
        files={f"{n}.py": OfFile(seconds=float(n), tests=5) for n in range(1, 21)}
    )
    tests = [test for n in range(1, 21) for test in many(f"{n}.py", 5)]
    found = batches(tests, durations, shares=3, most=1000)
    loads = [sum(b.seconds for b in deal(found, shard=k, shards=3)) for k in (1, 2, 3)]
    assert max(loads) < 1.1 * min(loads)
    assert sum(loads) == pytest.approx(210)
