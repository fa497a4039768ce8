"""Tests that take long take turns (``toolkit/host/turns.py``)."""

from pathlib import Path

import pytest

from toolkit.host.turns import TURNS, chosen_turn, read_costs

ROOT = Path(__file__).resolve().parents[1]


def pytest_report_header() -> str:
    """Say which tests are left to another day."""
    turn = chosen_turn()
    if turn is None:
        return "long tests: all of them"
    return f"long tests: turn {turn} of 0 to {TURNS - 1} (SPEC14_TEST_TURN=all for all of them)"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out long tests whose turn it is not."""
    turn = chosen_turn()
    if turn is None:
        return
    turns = read_costs(ROOT).turns
    others: list[pytest.Item] = []
    taken: list[pytest.Item] = []
    for item in items:
        file, _, name = item.nodeid.partition("::")
        (taken if turns.get((file, name), turn) == turn else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = taken
