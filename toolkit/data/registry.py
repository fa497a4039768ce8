"""Registry files of pooch: one file a line, ``NAME CHECKSUM [URL]``.

The format is that of :meth:`pooch.Pooch.load_registry` (1.9.0): words as a shell splits them, so
that names with spaces stand in quotes; lines that begin with ``#`` and empty ones are left out.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import DataFailed

WORDS: Final = (2, 3)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line.

    Attributes
    ----------
    name
        Of the file.
    checksum
        As it stands there.
    url
        The third word; ``None`` where there is none.
    line
        Its number.
    """

    name: str
    checksum: str
    url: str | None
    line: int


def read_registry(path: Path, name: str) -> tuple[Entry, ...]:
    """Read a registry.

    Parameters
    ----------
    path
        The file.
    name
        What it is called in messages.

    Raises
    ------
    DataFailed
        Naming the line that cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        msg = f"{name} is not UTF-8: {error}"
        raise DataFailed(msg, do="name a registry file of pooch") from error
    found = []
    for number, line in enumerate(lines, start=1):
        words = _words(line.strip(), f"{name}:{number}")
        if not words:
            continue
        if len(words) not in WORDS:
            msg = f"{name}:{number}: {len(words)} words, not a name, a checksum and perhaps a URL"
            raise DataFailed(msg, do='put a name with spaces in quotes ("…")')
        url = words[2] if len(words) > WORDS[0] else None
        found.append(Entry(name=words[0], checksum=words[1], url=url, line=number))
    return tuple(found)


def _words(line: str, where: str) -> list[str]:
    if line.startswith("#"):
        return []
    try:
        return shlex.split(line)
    except ValueError as error:
        msg = f"{where}: {str(error).lower()}"
        raise DataFailed(msg, do="close the quotes") from error
