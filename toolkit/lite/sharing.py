"""Several built sites side by side, with what is alike stored once, by its content.

Below the folder of all versions, ``spec14-shared`` holds one folder for each runtime, each wheel
and each part of a memory snapshot, named by SHA-256. A site keeps its lock, which leads there: a
version of last year finds the wheels that it was built with, and a browser that has read one
version knows the next one's runtime already.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.lite.config import KERNEL_PLUGIN, LOCK, PYODIDE, START, read_json
from toolkit.lite.snapshot.manifest import MANIFEST, parts, write_manifest

SHARED: Final = "spec14-shared"
RUNTIME: Final = ("*.mjs", "*.py", "*.wasm", "*.zip")
"""Of ``static/pyodide`` what belongs to the runtime: its files find each other by their names."""
CONFIG: Final = "jupyter-lite.json"
LENGTH: Final = 20
"""Hexadecimal digits of a SHA-256 in the name of a folder."""


def share(lite: Path, place: Path, shared: Path) -> None:
    """Move what sites have in common out of one.

    Parameters
    ----------
    lite
        A built JupyterLite site, which is changed.
    place
        Where it will lie: links are relative to that.
    shared
        Folder of what is shared; it is filled.

    Raises
    ------
    LiteFailed
        When the site has no lock or no configuration.
    """
    folder, at = lite / PYODIDE, place / PYODIDE
    config, lock = read_json(lite / CONFIG), read_json(folder / LOCK)
    files = sorted(file for pattern in RUNTIME for file in folder.glob(pattern))
    runtime = shared / f"runtime-{_digest(files)}"
    _move(files, runtime)
    for entry in lock["packages"].values():
        wheel = folder / entry["file_name"]
        target = shared / f"wheel-{entry['sha256'][:LENGTH]}"
        _move([wheel], target)
        entry["file_name"] = os.path.relpath(target / wheel.name, at)
    settings: dict[str, Any] = config["jupyter-config-data"]["litePluginSettings"][KERNEL_PLUGIN]
    settings["pyodideUrl"] = f"./{os.path.relpath(runtime / START, place)}"
    for file, content in ((lite / CONFIG, config), (folder / LOCK, lock)):
        file.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")
    _share_snapshot(folder, at, shared, runtime)


def _share_snapshot(folder: Path, at: Path, shared: Path, runtime: Path) -> None:
    """Move the files of a memory snapshot; its manifest stays, and leads there."""
    manifest = _manifest(folder)
    if manifest["reason"]:
        return
    for part in parts(manifest):
        target = shared / f"snapshot-{part['sha256'][:LENGTH]}"
        _move([folder / part["file"]], target)
        part["file"] = os.path.relpath(target / Path(part["file"]).name, at)
    manifest["runtime"] = {
        os.path.relpath(runtime / name, at): digest for name, digest in manifest["runtime"].items()
    }
    manifest["lock"] = file_sha256(folder / LOCK)
    write_manifest(folder, manifest)


def drop_unused(shared: Path, sites: Iterable[Path]) -> list[str]:
    """Remove what no site leads to any more, and give the names.

    Parameters
    ----------
    shared
        Folder of what is shared.
    sites
        Folders of JupyterLite sites.
    """
    used = {path.parent.name for site in sites for path in _used(site)}
    there = sorted(shared.iterdir()) if shared.is_dir() else []
    unused = [folder for folder in there if folder.name not in used]
    for folder in unused:
        shutil.rmtree(folder)
    return [folder.name for folder in unused]


def _used(lite: Path) -> Iterator[Path]:
    folder = lite / PYODIDE
    for entry in read_json(folder / LOCK)["packages"].values():
        yield folder / entry["file_name"]
    for part in parts(_manifest(folder)):
        yield folder / part["file"]
    settings = read_json(lite / CONFIG)["jupyter-config-data"]["litePluginSettings"]
    yield lite / settings[KERNEL_PLUGIN]["pyodideUrl"]


def _manifest(folder: Path) -> dict[str, Any]:
    """Give what says of a memory snapshot; a site that was built before there were any has none."""
    file = folder / MANIFEST
    return read_json(file) if file.is_file() else {"reason": "the site was built without one"}


def _move(files: Iterable[Path], target: Path) -> None:
    """Move files into a folder that is there as a whole or not at all."""
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as name:
            new = Path(name) / "files"
            new.mkdir()
            for file in files:
                shutil.copyfile(file, new / file.name)
            new.rename(target)
    for file in files:
        file.unlink()


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{file_sha256(file)}\0".encode())
    return digest.hexdigest()[:LENGTH]
