"""An index as a folder of plain files: read, added to, and put in place whole.

What is in the folder was written by us or is left alone: a list of the wheels, with their
SHA-256, lies in it, and a folder without that list is nobody's index.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from toolkit.archive import require_sha256
from toolkit.docs.publish import recover, replacing
from toolkit.errors import IndexRefused
from toolkit.nightly.entry import Entry, read_entry, require_fit, require_official, same_bytes
from toolkit.nightly.keep import newest
from toolkit.nightly.pages import pages

RECORD: Final = "spec14-index.json"


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a run did to an index.

    Attributes
    ----------
    folder
        The index.
    wheels
        Names of all its files.
    added, removed
        Names of files that are new, and that are gone. What was given and is older than what
        stays is in neither.
    passed_over
        Names of files that were given and are older than what stays.
    """

    folder: Path
    wheels: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Which wheels an index takes.

    Attributes
    ----------
    runtime
        Folder of the unpacked Pyodide runtime that wheels must fit.
    any_tag
        Whether wheels of other platforms and runtimes may be beside them.
    unofficial
        Whether wheels may come from another compiler than the runtime's own.
    """

    runtime: Path
    any_tag: bool = False
    unofficial: bool = False

    def read(self, path: Path) -> Entry:
        """Read a wheel, or refuse it.

        Raises
        ------
        IndexRefused, AuditFailed, Untrusted, NotForUpload
            When it may not stand in the index, with the reason.
        """
        entry = read_entry(path)
        if not self.unofficial:
            require_official(path)
        require_fit(entry, self.runtime, any_tag=self.any_tag)
        return entry


def add_wheels(
    folder: Path,
    wheels: Sequence[Path],
    admission: Admission,
    *,
    keep: int | None = None,
    base_url: str = "",
) -> Changed:
    """Bring an index up to date; it is the old one or the new one at any moment.

    The same wheels give the same bytes.

    Parameters
    ----------
    folder
        The index; it need not exist.
    wheels
        What is added.
    admission
        What is taken.
    keep
        How many versions stay (:func:`toolkit.nightly.keep.newest`).
    base_url
        Address of the index, where its pages name wheels in full; with a slash at its end.

    Raises
    ------
    IndexRefused
        When a wheel may not stand in it, or the folder is no index of ours.
    AuditFailed, Untrusted, NotForUpload
        When a wheel is damaged, hostile or not official.
    DiskFull
        When there is no room.
    """
    given = _by_file([admission.read(path) for path in wheels])
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - a linked folder keeps its name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{folder.name}.lock")):
        recover(folder)
        before = _read(folder)
        for file, entry in given.items():
            if file in before and before[file].sha256 != entry.sha256:
                msg = f"{folder} has another {file}: a wheel does not change under its name"
                do = "give it another version, or a build number (`wheel tags --build`)"
                raise IndexRefused(msg, do=do)
        kept = newest([*before.values(), *(given[f] for f in given.keys() - before.keys())], keep)
        with replacing(folder) as work:
            _write(work, kept, base_url)
    names = {entry.file for entry in kept}
    return Changed(
        folder=folder,
        wheels=tuple(entry.file for entry in kept),
        added=tuple(sorted(names - before.keys())),
        removed=tuple(sorted(before.keys() - names)),
        passed_over=tuple(sorted(given.keys() - before.keys() - names)),
    )


def _by_file(entries: Sequence[Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        if found.setdefault(entry.file, entry).sha256 != entry.sha256:
            msg = f"two files are called {entry.file} and differ"
            raise IndexRefused(msg, do="give one of them")
    return found


def _read(folder: Path) -> dict[str, Entry]:
    """Give the wheels of an index, by file; none where there is no index yet.

    Raises
    ------
    IndexRefused
        When something else lies there, or a wheel of the index is missing.
    Untrusted
        When a wheel is not the one that was put there.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return {}
    found: dict[str, Entry] = {}
    for place, sha256 in _recorded(folder).items():
        path = folder / place
        if not path.is_file():
            msg = f"{folder} lacks {place}, which its {RECORD} names"
            raise IndexRefused(msg, do="put the file back, or begin a new index in another folder")
        require_sha256(path, sha256)
        found[path.name] = read_entry(path)
    return found


def _recorded(folder: Path) -> Mapping[str, str]:
    wrong = IndexRefused(
        f"{folder} is not empty and is no index that spec14 wrote",
        do="name another folder for --out",
    )
    try:
        said = json.loads((folder / RECORD).read_text("utf-8"))["wheels"]
        wheels = {str(place): str(sha256) for place, sha256 in said.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise wrong from error
    for place in wheels:
        name, _, file = place.partition("/")
        if not name or not file or "/" in file or {name, file} & {".", ".."}:
            raise wrong
    return wheels


def _write(work: Path, kept: Sequence[Entry], base_url: str) -> None:
    for entry in kept:
        target = work / entry.name / entry.file
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(entry.path, target)
        # It may have been changed since it was read.
        if not same_bytes(target, entry.sha256):
            msg = f"{entry.path} was changed while the index was written"
            raise IndexRefused(msg, do="run the same command again")
    record = {"schema": 1, "wheels": {f"{entry.name}/{entry.file}": entry.sha256 for entry in kept}}
    files = {**pages(kept, base_url), RECORD: (json.dumps(record, indent=1) + "\n").encode()}
    for place, content in files.items():
        target = work / place
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
