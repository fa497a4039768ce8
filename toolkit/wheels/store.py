"""The store of wheels that were fetched or built: found by SHA-256, shared between projects.

In ``.spec14/cache/wheels``, or below ``SPEC14_CACHE`` for all projects of a machine. A file
is put there whole or not at all; beside it stands where it came from.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_record
from toolkit.disk import full_disk_is_an_error
from toolkit.project import Project
from toolkit.wheels.lockfile import Locked

VARIABLE: Final = "SPEC14_CACHE"
ORIGIN: Final = "origin.json"


@dataclass(frozen=True, kw_only=True)
class Store:
    """A folder of wheels.

    Attributes
    ----------
    folder
        Each file lies in a folder of its own, named by the start of its SHA-256.
    """

    folder: Path

    def find(self, file: str, sha256: str) -> Path | None:
        """Give a file that is there and has this SHA-256; a damaged one is removed."""
        path = self._place(sha256) / file
        if not path.is_file():
            return None
        if file_sha256(path) != sha256:
            shutil.rmtree(path.parent)
            return None
        return path

    def put(self, path: Path, locked: Locked) -> Path:
        """Copy a file in; `locked` says what it is."""
        place = self._place(locked.sha256)
        place.mkdir(parents=True, exist_ok=True)
        partial = place / f".{os.getpid()}"
        try:
            with full_disk_is_an_error(place):
                shutil.copyfile(path, partial)
            partial.replace(place / locked.file)
        finally:
            partial.unlink(missing_ok=True)
        write_record(place / ORIGIN, asdict(locked))
        return place / locked.file

    def known(self, path: Path) -> Locked | None:
        """Say what a file of the store is; ``None`` for a file from elsewhere."""
        if path.parent.parent != self.folder:
            return None
        record = dict(read_record(path.parent / ORIGIN))
        if sdist := record.get("sdist"):
            record["sdist"] = tuple(sdist)
        return Locked(**record) if record else None

    def links(self) -> tuple[Path, ...]:
        """Give every folder that holds a wheel."""
        return tuple(sorted(path.parent for path in self.folder.glob(f"*/{ORIGIN}")))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the store while something is fetched or built into it; others wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "lock"):
            yield

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:24]


def store_of(project: Project) -> Store:
    """Give the store that a project uses."""
    return Store(folder=(shared_folder() or project.cache) / "wheels")


def shared_folder() -> Path | None:
    """Give the folder that all projects of a machine share, where ``SPEC14_CACHE`` names one."""
    shared = os.environ.get(VARIABLE)
    # Absolute: uv is given it from another folder.
    return Path(shared).absolute() if shared else None
