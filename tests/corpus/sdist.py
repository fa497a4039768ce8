"""The sdist of a project: found by name, checked by SHA-256, unpacked."""

import os
import sys
from pathlib import Path

from tests.corpus.entries import Entry
from toolkit.archive import require_sha256, unpack_sdist
from toolkit.errors import RequirementsFailed
from toolkit.index import pip_configuration
from toolkit.process import run


def fetched(entry: Entry, folder: Path) -> Path:
    """Give the sdist; it is fetched where it is not kept.

    unearth finds it on the index that pip is configured for, and does not build its
    metadata first, as ``pip download`` would.

    Raises
    ------
    RequirementsFailed
        When it cannot be had.
    Untrusted
        When it is not the one that the corpus names.
    """
    kept = folder / entry.sha256
    if not kept.is_dir():
        partial = folder / f"{entry.sha256}.{os.getpid()}"
        configured = pip_configuration(os.environ)
        indexes = [
            word
            for key in ("index-url", "extra-index-url")
            for url in configured.get(key, "").split()
            for word in ("--index-url", url)
        ]
        wanted = f"{entry.name}=={entry.version}"
        finder = [sys.executable, "-m", "unearth", "--no-binary", *indexes]
        done = run([*finder, "--download", partial, wanted])
        if done.code != 0:
            msg = f"the sdist {wanted} cannot be had"
            raise RequirementsFailed(msg, do="see that pip reaches an index", detail=done.tail())
        require_sha256(_only_file(partial), entry.sha256)
        partial.rename(kept)
    return _only_file(kept)


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack an sdist into a new folder and give its single top folder."""
    folder.mkdir()
    return unpack_sdist(sdist, folder)


def _only_file(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file
