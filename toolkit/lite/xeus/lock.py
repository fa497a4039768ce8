"""``spec14-xeus.lock``: which conda packages, with their SHA-256.

Its format is rattler's (that of ``pixi.lock``, version 7), written and read by rattler. It does not
say what was asked for; a comment in its first line does, so that a changed environment is noticed.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from toolkit.cache import key_of

NAME: Final = "spec14-xeus.lock"
WORDS: Final = "Written by spec14 for the environment"


def mark(channels: Sequence[str], packages: Sequence[str]) -> str:
    """Give the words by which a lock is known to be that of an environment."""
    return f"{WORDS} {key_of(list(channels), list(packages))}"


def fits(file: Path, channels: Sequence[str], packages: Sequence[str]) -> bool:
    """Tell whether a lock is there and was made for just this."""
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline().strip() == f"# {mark(channels, packages)}"
    except OSError, UnicodeDecodeError:
        return False
