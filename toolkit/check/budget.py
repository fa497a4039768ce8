"""What a page may cost its reader, as one writes it: ``30MB``, ``500kB``, ``20s``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from toolkit.errors import SettingsError

AMOUNT: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>kB|MB|GB|B|s)")
UNITS: Final = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a page may cost.

    Attributes
    ----------
    size
        Bytes sent for a first visit, up to the first output where there is a button.
    seconds
        From the click to the first output.
    """

    size: int | None = None
    seconds: float | None = None


def read_budget(given: Iterable[str]) -> Budget:
    """Read limits as they stand on the command line; the last of each kind counts.

    Raises
    ------
    SettingsError
        When one is neither bytes nor seconds.
    """
    size: int | None = None
    seconds: float | None = None
    for text in given:
        match = AMOUNT.fullmatch(text.strip())
        if match is None:
            msg = f"--budget {text!r} is neither bytes nor seconds"
            raise SettingsError(msg, do="write it as 30MB, 500kB or 20s")
        if match["unit"] == "s":
            seconds = float(match["number"])
        else:
            size = round(float(match["number"]) * UNITS[match["unit"]])
    return Budget(size=size, seconds=seconds)
