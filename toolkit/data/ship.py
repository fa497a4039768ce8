"""Data in a published site: files named by their content, and a manifest from URLs to them.

Their names say nothing of their kind, so that no host guesses at it: one that serves ``.gz`` as an
encoding would have the browser unpack what the library wants packed.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.data.gather import DataFile
from toolkit.errors import DataFailed

FOLDER: Final = "static/data"
"""In the Lite site."""
MANIFEST: Final = "manifest.json"
SCHEMA: Final = 1
DIGITS: Final = 32
"""Of a SHA-256 that a file is named by."""


def write_data(files: Sequence[DataFile], folder: Path) -> int:
    """Write data and manifest; give the bytes that are shipped.

    Parameters
    ----------
    files
        The data.
    folder
        A folder that does not exist.
    """
    folder.mkdir(parents=True)
    shipped = {one.sha256: one for one in files if one.address is None}
    for one in shipped.values():
        shutil.copyfile(one.path, folder / _name(one))
    text = json.dumps(manifest(files), indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, "utf-8")
    return sum(one.size for one in shipped.values())


def manifest(files: Sequence[DataFile]) -> dict[str, Any]:
    """Give what the kernel reads (``toolkit/lite/start/spec14-urls.mjs``)."""
    return {
        "schema": SCHEMA,
        "files": {
            one.url: {"path": _name(one), "bytes": one.size, "sha256": one.sha256}
            for one in files
            if one.address is None
        },
        "elsewhere": {one.url: one.address for one in files if one.address is not None},
    }


def on_this_machine(files: Sequence[DataFile]) -> dict[str, str]:
    """Give where the files lie here, by URL: for examples that run here."""
    return {one.url: str(one.path) for one in files}


def check_data(folder: Path) -> None:
    """Check that each file of a manifest is there and is what it says.

    Raises
    ------
    DataFailed
        When one is not.
    """
    read: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    for url, entry in read["files"].items():
        file = folder / entry["path"]
        if not file.is_file() or file_sha256(file) != entry["sha256"]:
            msg = f"{file}, for {url}, is not the file that was declared"
            raise DataFailed(msg, do="build the site again")


def _name(file: DataFile) -> str:
    return f"{file.sha256[:DIGITS]}.bin"
