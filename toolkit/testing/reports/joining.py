"""From reports of shards to the files of the whole."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.cache import write_atomically
from toolkit.testing.reports import junit
from toolkit.testing.reports.merge import merged, read_parts
from toolkit.testing.reports.writer import write_files
from toolkit.testing.results import Record


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A run of which there were several reports.

    Attributes
    ----------
    record
        The whole.
    parts
        How many reports there were.
    """

    record: Record
    parts: int


def join_reports(places: Sequence[Path], out: Path, root: Path) -> Joined:
    """Join reports of shards, and write ``tests.json``, ``tests.html`` and ``junit.xml``.

    Parameters
    ----------
    places
        ``tests.json`` files, or folders with any number of them below.
    out
        Where the files go.
    root
        pytest's root folder on this machine.

    Raises
    ------
    ReportsDisagree
        When they are not those of one run, or not all of it; then nothing is written.
    """
    parts = read_parts(places)
    whole = merged(parts)
    files = junit.beside([part.path for part in parts])
    document = junit.joined(files) if files else None
    out.mkdir(parents=True, exist_ok=True)
    whole = replace(whole, root=os.path.relpath(root, out.resolve()))
    write_files(whole, out, root)
    if document is not None:
        write_atomically(out / junit.NAME, document)
    return Joined(record=whole, parts=len(parts))
