"""Files that are replaced together, or not at all.

What a step will change is copied first, with a record; the record is there before the first
file is touched. Whoever finds one, this process or the next after one that was killed, puts
everything back. What somebody else wrote meanwhile is kept beside, and named.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
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

    def take(self, new_contents: Mapping[str, bytes | None]) -> None:
        """Copy files, before any of them is changed.

        Parameters
        ----------
        new_contents
            By path in the working tree what will be written; ``None`` where only programs write
            the file. A file that is not there yet is removed again by `restore`.
        """
        new = self.folder.with_name(f".{self.folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        files: dict[str, dict[str, str | None]] = {}
        for name, content in new_contents.items():
            source, copy = self.root / name, new / "files" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            before = source.read_bytes() if source.is_file() else None
            if before is not None:
                copy.write_bytes(before)
            files[name] = {"before": _digest(before), "ours": _digest(content)}
        (new / RECORD).write_text(json.dumps({"schema": 1, "files": files}, indent=2), "utf-8")
        new.rename(self.folder)

    def restore(self) -> list[str]:
        """Put every file back as it was, and forget the copies.

        Returns
        -------
        list of str
            Where files are that somebody else wrote meanwhile.

        Raises
        ------
        MoveRefused
            When a file cannot be written; the copies are still there.
        """
        try:
            kept = self._put_back()
        except OSError as error:
            msg = f"{error.filename} cannot be put back: {error.strerror}"
            do = f"make that possible, then run it again: the copies are in {self.folder}"
            raise MoveRefused(msg, do=do) from error
        self.forget()
        return kept

    def _put_back(self) -> list[str]:
        kept = []
        for name, digests in self._files().items():
            path, copy = self.root / name, self.folder / "files" / name
            now = _digest(path.read_bytes()) if path.is_file() else None
            before, ours = digests["before"], digests["ours"]
            if now not in (None, before, ours) and ours is not None:
                beside = path.with_name(f"{path.name}.not-moved")
                shutil.copy2(path, beside)
                kept.append(str(beside.relative_to(self.root)))
            if before is None:
                path.unlink(missing_ok=True)
            elif now != before:
                replace(path, copy.read_bytes())
        return kept

    def forget(self) -> None:
        """Drop the copies: the step has ended well."""
        # By one rename: half a folder would be taken for a step that has not ended.
        gone = self.folder.with_name(f".{self.folder.name}.old")
        shutil.rmtree(gone, ignore_errors=True)
        self.folder.rename(gone)
        shutil.rmtree(gone)

    def _files(self) -> dict[str, dict[str, str | None]]:
        file = self.folder / RECORD
        try:
            found: dict[str, dict[str, str | None]] = json.loads(file.read_text("utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{file} cannot be read: {error}"
            do = (
                f"compare {self.folder}/files with the working tree by hand, then remove the folder"
            )
            raise MoveRefused(msg, do=do) from error
        return found


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


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
