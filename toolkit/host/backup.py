"""Files that are replaced together, or not at all.

What a step will change is copied first, with a record; the record is there before the first
file is touched. Whoever finds one, this process or the next after one that was killed, puts
everything back. What somebody else wrote meanwhile is kept beside, and named.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import MoveRefused

RECORD: Final = "record.json"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """What a working tree was before.

    Attributes
    ----------
    root
        The working tree.
    folder
        Where the copies and the record are.
    """

    root: Path
    folder: Path

    @property
    def is_there(self) -> bool:
        """Whether a step has begun that has not ended."""
        return self.folder.is_dir()

    def take(self, names: Iterable[str]) -> None:
        """Copy files, before any of them is changed.

        Parameters
        ----------
        names
            Paths in the working tree; a file that is not there is removed again by `restore`.
        """
        new = self.folder.with_name(f".{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        files: dict[str, str | None] = {}
        for name in names:
            source, copy = self.root / name, new / "files" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if source.is_file():
                shutil.copy2(source, copy)
                files[name] = digest(source)
            else:
                files[name] = None
        (new / RECORD).write_text(json.dumps({"schema": 1, "files": files}, indent=2), "utf-8")
        new.rename(self.folder)

    def restore(self, ours: Mapping[str, str]) -> list[str]:
        """Put every file back as it was, and forget the copies.

        Parameters
        ----------
        ours
            Digests of what this step wrote, by path: that need not be kept.

        Returns
        -------
        list of str
            Where files are that somebody else wrote meanwhile.
        """
        kept = []
        for name, before in self._files().items():
            path, copy = self.root / name, self.folder / "files" / name
            if path.is_file() and digest(path) not in (before, ours.get(name)):
                beside = path.with_name(f"{path.name}.not-moved")
                shutil.copy2(path, beside)
                kept.append(str(beside.relative_to(self.root)))
            if before is None:
                path.unlink(missing_ok=True)
            elif not path.is_file() or digest(path) != before:
                replace(path, copy.read_bytes())
        self.forget()
        return kept

    def forget(self) -> None:
        """Drop the copies: the step has ended well."""
        # By one rename: half a folder would be taken for a step that has not ended.
        gone = self.folder.with_name(f".{self.folder.name}.old")
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone)

    def _files(self) -> dict[str, str | None]:
        file = self.folder / RECORD
        try:
            found: dict[str, str | None] = json.loads(file.read_text("utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{file} cannot be read: {error}"
            do = (
                f"compare {self.folder}/files with the working tree by hand, then remove the folder"
            )
            raise MoveRefused(msg, do=do) from error
        return found


def digest(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def replace(path: Path, content: bytes) -> None:
    """Write a file so that at any moment it is the old one or the new one; its owner stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        owner = path if path.exists() else path.parent
        if path.exists():
            shutil.copymode(path, temporary)
        if os.geteuid() == 0:
            os.chown(temporary, owner.stat().st_uid, owner.stat().st_gid)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
