"""Which tests of this repository a run takes, and in which of two processes: by what they cost.

Tests that take long (see :data:`LONG`) take turns: a run of all has a sixth of them, and six
days have all. ``tests/seconds.json`` has what they cost; ``python -m tests.seconds`` writes it
from JUnit files. What is not in it is run each time.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

VARIABLE: Final = "SPEC14_TEST_TURN"
"""Environment variable: a number from 0, or ``all``. Not set: the day's."""
ALL: Final = "all"
TURNS: Final = 6
LONG: Final = 5.0
"""Seconds from which on a test waits for its turn."""
UNKNOWN: Final = 20.0
"""Seconds that a file is taken to need of which nothing is known."""
FILE: Final = Path("tests", "seconds.json")
REST: Final = ""
"""Name of what the other tests of a file need together."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What tests need.

    Attributes
    ----------
    seconds
        By file, and by the name in it; ``""`` for all that are not named.
    """

    seconds: Mapping[str, Mapping[str, float]]

    @cached_property
    def turns(self) -> dict[tuple[str, str], int]:
        """Give the turn of each long test, by file and name: all turns take about as long."""
        named = [
            (needed, file, name)
            for file, tests in self.seconds.items()
            for name, needed in tests.items()
            if name != REST and needed >= LONG
        ]
        loads = [0.0] * TURNS
        found = {}
        for needed, file, name in sorted(named, key=lambda one: (-one[0], one[1:])):
            turn = loads.index(min(loads))
            loads[turn] += needed
            found[file, name] = turn
        return found

    def of(self, place: str, turn: int | None) -> float:
        """Give the seconds that a file, or the files of a folder, need in a turn.

        Parameters
        ----------
        place
            As pytest is told, from the repository's folder.
        turn
            ``None``: all tests are run.
        """
        files = [file for file in self.seconds if file == place or file.startswith(f"{place}/")]
        if not files:
            return UNKNOWN
        return sum(
            needed
            for file in files
            for name, needed in self.seconds[file].items()
            if turn is None or self.turns.get((file, name), turn) == turn
        )


def read_costs(root: Path) -> Costs:
    """Read what tests needed; nothing where that was never written.

    Parameters
    ----------
    root
        The repository's folder.
    """
    try:
        return Costs(seconds=json.loads((root / FILE).read_text("utf-8")))
    except FileNotFoundError:
        return Costs(seconds={})


def chosen_turn(
    environment: Mapping[str, str] = os.environ, *, otherwise: int | None = None
) -> int | None:
    """Give the turn that a run was told of; ``None`` where it takes all tests.

    Parameters
    ----------
    environment
        Where it is said.
    otherwise
        The turn where nothing is said.

    Raises
    ------
    ValueError
        When the variable holds something else.
    """
    said = environment.get(VARIABLE)
    if said is None:
        return otherwise
    return None if said == ALL else int(said) % TURNS


def todays_turn(day: date) -> int:
    """Give the turn of a day."""
    return day.toordinal() % TURNS


def dealt(
    places: Iterable[str], costs: Costs, turn: int | None, *, first: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """Deal files and folders to two processes, so that both end at about one time.

    Parameters
    ----------
    places
        What is dealt.
    costs
        What they need.
    turn
        Whose long tests are run.
    first
        What the first process has in any case.
    """
    shares = (list(first), list[str]())
    loads = [sum(costs.of(place, turn) for place in first), 0.0]
    for minus, place in sorted((-costs.of(place, turn), place) for place in places):
        lighter = loads.index(min(loads))
        shares[lighter].append(place)
        loads[lighter] -= minus
    return shares
