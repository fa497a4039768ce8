"""What kernels have shown, compared."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

MARK: Final = "# %% "
OWN: Final = "own "
MAGIC: Final = "#: "
CHANCE: Final = re.compile(r"0x[0-9a-f]{4,}|\bid=\d+")
"""Addresses in what is shown."""

COMPLETED: Final = ("imp", "import os.pa", "json.lo", "sys.flags.h", "'a'.upp", "found.app")
"""Texts that a reader asks completions for, after the cells have run."""

SHOWN: Final = 200

type Shown = Mapping[str, Any]
"""What one kernel has shown: ``cells`` by name, ``completions`` by text, its start."""


class NotCompared(Exception):
    """Why nothing was found out about a snapshot; the next build tries again."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell that is run.

    Attributes
    ----------
    name
        What it looks at.
    code
        Its text.
    own
        Whether it has to show something else in each kernel, not the same.
    """

    name: str
    code: str
    own: bool = False


def read_cells() -> tuple[Cell, ...]:
    """Give the cells of ``cells.py``."""
    text = files(__package__).joinpath("cells.py").read_text("utf-8")
    found = []
    for part in text.split(MARK)[2:]:
        name, _, code = part.partition("\n")
        own = name.startswith(OWN)
        code = code.replace(MAGIC, "").strip()
        found.append(Cell(name=name.removeprefix(OWN), code=code, own=own))
    return tuple(found)


def difference(ordinary: Shown, *restored: Shown) -> str:
    """Say in what kernels differ that should not, or do not that should; empty if none.

    Parameters
    ----------
    ordinary
        What a kernel has shown that started in the ordinary way.
    restored
        What two have shown that started from the snapshot.
    """
    for shown in restored:
        if not shown["snapshot"]:
            return f"a kernel does not start from it: {shown['reason']}"
    for cell in read_cells():
        values = [_without_chance(shown["cells"].get(cell.name)) for shown in (ordinary, *restored)]
        if None in values:
            return f"{cell.name!r} was not run"
        if cell.own and len(set(map(str, values))) < len(values):
            return f"{cell.name!r} is the same in two kernels"
        if not cell.own and (reason := _unequal(cell.name, values)):
            return reason
    for text in COMPLETED:
        values = [shown["completions"].get(text) for shown in (ordinary, *restored)]
        if not values[0] or (reason := _unequal(f"completions of {text}", values)):
            return f"there are no completions of {text!r}" if not values[0] else reason
    return ""


def _without_chance(value: Any) -> Any:
    if isinstance(value, str):
        return CHANCE.sub("", value)
    if isinstance(value, list):
        return [_without_chance(one) for one in value]
    return value


def _unequal(name: str, values: Sequence[Any]) -> str:
    wanted = values[0]
    for value in values[1:]:
        if value != wanted:
            one, other = _parting(str(value), str(wanted))
            return f"{name!r} is {one}, after an ordinary start {other}"
    return ""


def _parting(one: str, other: str) -> tuple[str, str]:
    """Give two texts from shortly before where they part."""
    pairs = zip(one, other, strict=False)
    at = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    begin = max(0, at - 40)
    return one[begin : begin + SHOWN], other[begin : begin + SHOWN]
