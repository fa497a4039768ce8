"""The entry in ``CHANGELOG.md`` (the format of keepachangelog.com, 1.1.0)."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

from toolkit.errors import MoveRefused
from toolkit.upkeep.plan import Row

UNRELEASED: Final = re.compile(r"^## \[Unreleased\]\n", re.MULTILINE)
CHANGED: Final = re.compile(r"^### Changed\n+", re.MULTILINE)
RELEASE: Final = re.compile(r"^## ", re.MULTILINE)


def entry(rows: Sequence[Row], date: dt.date) -> str:
    """Give the entry for a move: one item, and one below it for each thing that moves.

    Parameters
    ----------
    rows
        What moves.
    date
        The day of the move.
    """
    lines = [f"- Pins, moved together on {date.isoformat()}; smoke test and corpus passed:"]
    lines += [f"  - {row.name}: {row.now} → {row.new}" for row in rows]
    return "\n".join([*lines, ""])


def with_entry(text: str, new: str) -> str:
    """Put an entry below "Changed" of what is not released yet.

    Raises
    ------
    MoveRefused
        When the file has no such section.
    """
    found = UNRELEASED.search(text)
    if found is None:
        msg = "CHANGELOG.md has no line '## [Unreleased]'"
        raise MoveRefused(msg, do="write one above the newest release")
    start = found.end()
    following = RELEASE.search(text, start)
    end = following.start() if following else len(text)
    section = text[start:end]
    if changed := CHANGED.search(section):
        place = changed.end()
        section = f"{section[:place]}{new}{section[place:]}"
    else:
        section = f"\n### Changed\n\n{new}{section}"
    return f"{text[:start]}{section}{text[end:]}"
