"""Which wheels of an index stay: the newest versions of each distribution, for each platform."""

from collections import defaultdict
from collections.abc import Iterable

from packaging.tags import Tag
from packaging.utils import NormalizedName

from toolkit.nightly.entry import Entry

type Line = tuple[NormalizedName, frozenset[Tag]]
"""What nightlies follow each other in."""


def newest(entries: Iterable[Entry], count: int | None) -> tuple[Entry, ...]:
    """Give the wheels that stay, by name, version and file.

    Parameters
    ----------
    entries
        All wheels there are.
    count
        How many versions of a distribution stay for each set of tags; ``None``: all.
        Versions are ordered as PEP 440 says: a nightly ``1.1.dev3`` comes after 1.0.
    """
    lines: defaultdict[Line, list[Entry]] = defaultdict(list)
    for entry in entries:
        lines[entry.name, entry.tags].append(entry)
    kept: list[Entry] = []
    for line in lines.values():
        versions = sorted({entry.version for entry in line}, reverse=True)[:count]
        kept += [entry for entry in line if entry.version in versions]
    return tuple(sorted(kept, key=lambda entry: (entry.name, entry.version, entry.file)))
