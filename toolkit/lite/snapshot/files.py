"""Wheels as the files of an interpreter: unpacked as Pyodide does it, and byte-compiled.

One file of a site holds those of one wheel, or of all the kernel's: the length of a table (32
bits, little-endian), the table as JSON (``[path, length]`` in the order of the contents), padding
to a multiple of 8, the contents one after the other. So a reader's worker makes views into it
and copies nothing.
"""

import json
import lzma
import struct
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from toolkit.errors import LiteFailed, Untrusted
from toolkit.process import run
from toolkit.runtime.distribution import Runtime

METADATA: Final = {"INSTALLER": "pyodide.loadPackage", "PYODIDE_SOURCE": "pyodide"}
"""What ``PackageManager.installPackage`` writes beside a wheel's own metadata
(src/js/load-package.ts, 314.0)."""

DATA_SCHEME: Final = "data"
"""Of a wheel's ``.data`` folder Pyodide installs this scheme only
(``_package_loader.install_datafiles``)."""

ALIGNED: Final = 8

UNREADABLE: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(NotImplementedError, RuntimeError),
)
"""What ``zipfile`` raises for an archive that is damaged, or packed in a way it does not know."""

type Files = Mapping[str, bytes]
"""Contents by absolute path in the interpreter."""


def site_packages(runtime: Runtime) -> PurePosixPath:
    """Give the folder that packages are installed in."""
    return PurePosixPath(f"/lib/python{runtime.python_minor}/site-packages")


def unpacked(wheel: Path, runtime: Runtime) -> dict[str, bytes]:
    """Give a wheel's files as ``pyodide.loadPackage`` installs them.

    Raises
    ------
    Untrusted
        When a path leads out of the folder or to two things, or the wheel cannot be read.
    """
    folder = site_packages(runtime)
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                # As it stands in the archive: `filename` ends at a NUL.
                path = _checked(info.orig_filename, wheel)
                content = archive.read(info)
                found[str(folder / path)] = content
                if (inside := _data_file(path)) is not None:
                    found[str(PurePosixPath("/") / inside)] = content
    except UNREADABLE as error:
        msg = f"{wheel.name} cannot be unpacked: {error}"
        raise Untrusted(msg, do="delete the file and fetch or build it again") from error
    folders = {str(parent) for path in found for parent in PurePosixPath(path).parents}
    if odd := found.keys() & folders:
        msg = f"{wheel.name} holds {min(odd)} as a file and as a folder"
        raise Untrusted(msg, do="do not use this wheel")
    for info_folder in {path.rpartition("/")[0] for path in found if _is_metadata(path)}:
        found |= {f"{info_folder}/{name}": text.encode() for name, text in METADATA.items()}
    return dict(sorted(found.items()))


def _checked(name: str, wheel: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    out = path.is_absolute() or ".." in path.parts
    if out or not path.parts or "\\" in name or "\0" in name:
        msg = f"{wheel.name} holds {name!r}, which leads out of its folder"
        raise Untrusted(msg, do="do not use this wheel")
    return path


def _data_file(path: PurePosixPath) -> PurePosixPath | None:
    first, *rest = path.parts
    if first.endswith(".data") and len(rest) > 1 and rest[0] == DATA_SCHEME:
        return PurePosixPath(*rest[1:])
    return None


def _is_metadata(path: str) -> bool:
    return path.endswith(".dist-info/METADATA")


def compiled(files: Files, runtime: Runtime) -> dict[str, bytes]:
    """Give byte code for the modules of Python among some files, by its own path.

    It is never compared with its source (PEP 552, unchecked): both come from one wheel. What
    does not compile, templates for instance, has none. One process, one order, one seed for
    hashes and nobody's environment: ``PYTHONOPTIMIZE`` and ``PYTHONPYCACHEPREFIX`` give other
    files, and whether an object of a code object is written as a reference depends on what else
    the process holds (``w_ref`` of Python/marshal.c).

    Raises
    ------
    LiteFailed
        When this Python is not of the runtime's minor version.
    """
    minor = ".".join(map(str, sys.version_info[:2]))
    if minor != runtime.python_minor:
        msg = f"byte code for Python {runtime.python_minor} cannot be made with Python {minor}"
        raise LiteFailed(msg, do="run this inside the spec14-toolkit image")
    with tempfile.TemporaryDirectory(prefix="spec14-compiled-") as name:
        top = Path(name)
        for path, content in files.items():
            if path.endswith(".py"):
                file = top / path.lstrip("/")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        words: list[str | Path] = [sys.executable, "-m", "compileall", "-q"]
        words += ["--invalidation-mode", "unchecked-hash", "-s", top, "-p", "/", top]
        # A file that does not compile is one that nobody can import: exit code 1.
        run(words, env={"PYTHONHASHSEED": "0"}, own_env=True)
        return {
            f"/{file.relative_to(top)}": file.read_bytes() for file in sorted(top.rglob("*.pyc"))
        }


def packed(files: Files) -> bytes:
    """Give files as one, as the module says; equal files give equal bytes."""
    table = json.dumps([[path, len(content)] for path, content in files.items()]).encode()
    head = struct.pack("<I", len(table)) + table
    return b"".join([head, bytes(-len(head) % ALIGNED), *files.values()])


def listed(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the files that were made one, in their order."""
    (length,) = struct.unpack_from("<I", content)
    at = -(-(4 + length) // ALIGNED) * ALIGNED
    for path, size in json.loads(content[4 : 4 + length]):
        yield path, content[at : at + size]
        at += size


def write_below(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files of an interpreter below a folder of this machine."""
    for path, content in files:
        file = folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
