"""A conda channel of a few bytes: packages as conda-build writes them, and an index."""

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.lite.xeus.tools import xeus_python
from toolkit.process import run

PLATFORM: Final = "emscripten-wasm32"
PREFIX: Final = "/opt/anaconda1anaconda2anaconda3"
"""What stands for the prefix in a package's files until it is installed."""

TIME: Final = 1_700_000_000_000

INDEX: Final = "repodata.json"
MAKE_INDEX: Final = """
import asyncio, pathlib, sys
from rattler.index import index_fs
asyncio.run(index_fs(pathlib.Path(sys.argv[1])))
"""
"""For the Python that has rattler."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package of a channel.

    Attributes
    ----------
    name, version
        What it is called.
    files
        Content by path; text with `PREFIX` in it is given the place where it is installed.
    depends
        Match specifications.
    subdir
        ``emscripten-wasm32``, ``noarch`` or another platform.
    """

    name: str
    files: Mapping[str, bytes]
    version: str = "1.0"
    depends: Sequence[str] = ()
    subdir: str = PLATFORM


def kernel(
    name: str,
    *,
    shared: Mapping[str, str] | None = None,
    language: str = "",
    script: bytes = b"// a kernel",
    wasm: bytes = b"\0asm\1\0\0\0",
) -> dict[str, bytes]:
    """Give the files of a kernel; without a program it is found, and starts nothing."""
    spec = {
        "argv": [f"{PREFIX}/bin/{name}"],
        "display_name": name,
        "language": language or name,
        "metadata": {"shared": dict(shared or {})},
    }
    return {
        f"bin/{name}.js": script,
        f"bin/{name}.wasm": wasm,
        f"share/jupyter/kernels/{name}/kernel.json": json.dumps(spec).encode(),
    }


def make_channel(folder: Path, packages: Sequence[Package]) -> Path:
    """Write a channel with its index."""
    for subdir in (PLATFORM, "noarch"):
        (folder / subdir).mkdir(parents=True, exist_ok=True)
        (folder / subdir / INDEX).unlink(missing_ok=True)
    for package in packages:
        _write(folder / package.subdir, package)
    # Rattler now and then crashes when its interpreter ends: what counts is the index.
    done = run([xeus_python(), "-c", MAKE_INDEX, folder])
    assert all((folder / subdir / INDEX).is_file() for subdir in (PLATFORM, "noarch")), done.output
    return folder


def _write(folder: Path, package: Package) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    index = {
        "name": package.name,
        "version": package.version,
        "build": "h0_0",
        "build_number": 0,
        "depends": list(package.depends),
        "subdir": package.subdir,
        "timestamp": TIME,
    }
    if package.subdir == "noarch":
        index["noarch"] = "generic"
    paths = [_path(name, content) for name, content in package.files.items()]
    info = {
        "info/index.json": json.dumps(index).encode(),
        "info/files": "\n".join(package.files).encode(),
        "info/paths.json": json.dumps({"paths": paths, "paths_version": 1}).encode(),
    }
    name = f"{package.name}-{package.version}-h0_0.tar.bz2"
    with tarfile.open(folder / name, "w:bz2", compresslevel=1) as archive:
        for member, content in (info | dict(package.files)).items():
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def _path(name: str, content: bytes) -> dict[str, object]:
    path: dict[str, object] = {
        "_path": name,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_in_bytes": len(content),
    }
    if PREFIX.encode() in content:
        path |= {"prefix_placeholder": PREFIX, "file_mode": "text"}
    return path
