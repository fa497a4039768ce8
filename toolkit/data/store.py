"""The store of data that was fetched: found by its checksum, shared between projects.

In ``.spec14/cache/data``, or below ``SPEC14_CACHE`` for all projects of a machine. A file is there
whole or not at all, under the name of its SHA-256: no name from elsewhere touches the disk.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_record
from toolkit.data.declared import SHA256, Checksum
from toolkit.project import Project
from toolkit.wheels.store import shared_folder


@dataclass(frozen=True, kw_only=True)
class DataStore:
    """A folder of data.

    Attributes
    ----------
    folder
        Files named by their SHA-256; beside them, which SHA-256 belongs to another checksum.
    """

    folder: Path

    def find(self, checksum: Checksum) -> Path | None:
        """Give a file that is there and has this checksum; a damaged one is removed."""
        sha256 = checksum.value
        if checksum.algorithm != SHA256:
            sha256 = str(read_record(self._other(checksum)).get(SHA256, ""))
        path = self.folder / sha256
        if not sha256 or not path.is_file():
            return None
        if file_sha256(path) != sha256 or checksum.of(path) != checksum.value:
            path.unlink()
            return None
        return path

    @property
    def arriving(self) -> Path:
        """Where a file is written that is not known yet; the same process writes one at a time."""
        return self.folder / f"arriving-{os.getpid()}"

    def keep(self, sha256: str, checksum: Checksum) -> Path:
        """Give what has arrived its name."""
        path = self.folder / sha256
        self.arriving.replace(path)
        if checksum.algorithm != SHA256:
            write_record(self._other(checksum), {SHA256: sha256})
        return path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the store while something is fetched into it; others wait."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / "lock"):
            try:
                yield
            finally:
                self.arriving.unlink(missing_ok=True)

    def _other(self, checksum: Checksum) -> Path:
        return self.folder / f"{checksum.algorithm}-{checksum.value}.json"


def store_of(project: Project) -> DataStore:
    """Give the store that a project uses."""
    return DataStore(folder=(shared_folder() or project.shared_cache) / "data")
