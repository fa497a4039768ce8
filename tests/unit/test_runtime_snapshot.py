"""What is compared before a memory snapshot is used."""

from toolkit.runtime.snapshot import Facts, difference

PLAIN: Facts = {"same": {"sys.path": ["a"], "hash": [1]}, "own": {"random": 0.1}}


def restored(number: float, **same: object) -> Facts:
    return {"same": {**PLAIN["same"], **same}, "own": {"random": number}}


def test_equal_but_for_what_is_each_ones_own() -> None:
    assert difference(PLAIN, restored(0.2), restored(0.3)) == ""


def test_what_differs_is_named_with_both_values() -> None:
    found = difference(PLAIN, restored(0.2), restored(0.3, hash=[2]))
    assert found == "hash is [2], after a plain start [1]"
    missing: Facts = {"same": {"hash": [1]}, "own": {"random": 0.2}}
    assert difference(PLAIN, missing) == "sys.path is None, after a plain start ['a']"


def test_what_should_differ() -> None:
    for numbers in ((0.2, 0.2), (0.1, 0.2), (0.2, 0.1)):
        found = difference(PLAIN, *map(restored, numbers))
        assert found == "random is the same in two interpreters"
