"""Causes: what a failure says, without what differs from test to test.

A thousand tests that fail for one reason are one entry in a report. Only the standard
library is imported here (see :mod:`toolkit.testing.results`).
"""

import re
from typing import Final

LONGEST: Final = 200
"""Characters of a cause; what is behind them seldom tells two reasons apart."""

_ADDRESS: Final = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
_PATH: Final = re.compile(r"(?<![\w.:/])/(?:[^/\s'\":,()\[\]]+/)+([^/\s'\":,()\[\]]*)")
_NUMBER: Final = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d{2,})(?:[eE][-+]?\d+)?(?![\w.])")
_SPACE: Final = re.compile(r"\s+")


def first_line(text: str) -> str:
    """Give the first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def cause_of(reason: str) -> str:
    """Give a reason with addresses, folders and numbers of more than one digit taken out.

    Parameters
    ----------
    reason
        ``"ValueError: 17 of 20 differ in /tmp/a/b.txt"``.

    Returns
    -------
    str
        ``"ValueError: N of N differ in …/b.txt"``, at most `LONGEST` characters.
    """
    text = _ADDRESS.sub("0x…", first_line(reason))
    text = _PATH.sub(r"…/\1", text)
    text = _NUMBER.sub("N", text)
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
