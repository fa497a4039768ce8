"""Files that are to be written: shown as a diff first, never over what somebody wrote."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.cache import write_atomically
from toolkit.errors import NotAdopted, NotOverwritten


@dataclass(frozen=True, kw_only=True)
class Change:
    """A file that is to be written.

    Attributes
    ----------
    folder
        What its name is relative to: the project, or the repository around it.
    name
        Its path in there, with slashes.
    before
        What it holds; ``None`` where it is not there.
    after
        What it is to hold.
    extends
        Whether nothing that it holds is lost.
    """

    folder: Path
    name: str
    before: str | None
    after: str
    extends: bool = False

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.folder / self.name

    @property
    def kind(self) -> str:
        """What happens to it: ``create``, ``extend`` or ``replace``."""
        if self.before is None:
            return "create"
        return "extend" if self.extends else "replace"

    @property
    def diff(self) -> str:
        """Give the difference in the unified format."""
        lines = difflib.unified_diff(
            _lines(self.before or ""),
            _lines(self.after),
            f"a/{self.name}" if self.before is not None else "/dev/null",
            f"b/{self.name}",
            lineterm="",
        )
        return "\n".join(lines) + "\n"

    def as_json(self) -> dict[str, Any]:
        """Give what ``--json`` prints of it."""
        return {"path": str(self.path), "change": self.kind, "diff": self.diff}


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def change_of(folder: Path, name: str, after: str) -> Change | None:
    """Give the change that makes a file hold a text; ``None`` where it does already.

    Raises
    ------
    NotAdopted
        When the file cannot be read, or its path leads out of the folder.
    """
    before = read_file(folder, name)
    if before == after:
        return None
    return Change(folder=folder, name=name, before=before, after=after)


def read_file(folder: Path, name: str) -> str | None:
    """Give a file's text with its line ends; ``None`` where it is not there.

    Raises
    ------
    NotAdopted
        When it cannot be read, or its path leads out of the folder.
    """
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        msg = f"{path} leads out of {folder}"
        raise NotAdopted(msg, do="make it a file or folder of the project instead of a link")
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}"
        raise NotAdopted(msg, do="let it be a text file (UTF-8) that this user can read") from error


def require_nothing_lost(changes: Sequence[Change], force: Collection[str]) -> None:
    """Refuse to replace what is there, unless it was named.

    Parameters
    ----------
    changes
        What is to be written.
    force
        Names of files that may be replaced.

    Raises
    ------
    NotOverwritten
        It names them.
    """
    lost = [one.name for one in changes if one.kind == "replace" and one.name not in force]
    if lost:
        are = "is" if len(lost) == 1 else "are"
        options = " ".join(f"--force {name}" for name in lost)
        raise NotOverwritten(
            f"{', '.join(lost)} {are} there and would be replaced",
            do=f"take what you need from the lines above by hand, or give {options}",
        )


def write_changes(changes: Sequence[Change]) -> None:
    """Write all of them, or none: after an error everything is as it was.

    Raises
    ------
    NotAdopted
        When a file has changed since it was read.
    OSError
        When one cannot be written.
    """
    made: list[Path] = []
    done: list[Change] = []
    try:
        for one in changes:
            _require_as_read(one)
            for folder in _missing(one.path.parent):
                folder.mkdir()
                made.append(folder)
            mode = one.path.stat().st_mode if one.before is not None else 0o644
            write_atomically(one.path, one.after.encode())
            one.path.chmod(mode & 0o777)
            done.append(one)
    except BaseException:
        _undo(done, made)
        raise


def _require_as_read(change: Change) -> None:
    if read_file(change.folder, change.name) != change.before:
        msg = f"{change.path} has been changed meanwhile"
        raise NotAdopted(msg, do="run the same command again")


def _missing(folder: Path) -> Iterator[Path]:
    """Give the folders that are not there yet, the outermost first."""
    if not folder.exists():
        yield from _missing(folder.parent)
        yield folder


def _undo(done: Sequence[Change], made: Sequence[Path]) -> None:
    for one in reversed(done):
        if one.before is None:
            one.path.unlink()
        else:
            write_atomically(one.path, one.before.encode())
    for folder in reversed(made):
        folder.rmdir()
