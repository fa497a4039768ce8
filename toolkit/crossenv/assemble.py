"""Lay a cross-build environment out and pack it as pyodide-build expects it.

The shape is that of the archives which Pyodide publishes (``xbuildenv.tar.gz``), as
read by ``pyodide_build/xbuildenv.py`` 0.39.2.
"""

import gzip
import os
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.crossenv.makefile import install_folder, makefile_envs
from toolkit.crossenv.pyconfig import target_pyconfig
from toolkit.errors import CrossEnvFailed
from toolkit.runtime.distribution import (
    SYSCONFIGDATA,
    Runtime,
    parse_sysconfig,
    read_sysconfig_source,
    relocate_sysconfig,
)
from toolkit.runtime.lock import make_lock

RUNTIME_FILES: Final = (
    "package.json",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide.mjs",
    "python_stdlib.zip",
)
LAUNCHER: Final = Path(__file__).parents[1] / "runtime" / "launcher"
EPOCH: Final = 315532800
"""1980-01-01, the first second a zip file can hold: archives are the same each time."""


@dataclass(frozen=True, kw_only=True)
class Headers:
    """CPython's headers as the distribution installs them.

    Attributes
    ----------
    include
        Folder with ``Python.h``.
    pyconfig
        The native ``pyconfig.h`` (Debian keeps it in a folder of its own).
    """

    include: Path
    pyconfig: Path


def find_headers(python_minor: str, root: Path = Path("/usr/include")) -> Headers:
    """Find the headers of the distribution's CPython.

    Raises
    ------
    CrossEnvFailed
        When they are not installed.
    """
    include = root / f"python{python_minor}"
    candidates = [*sorted(root.glob(f"*-linux-gnu/python{python_minor}/pyconfig.h"))]
    if not (include / "Python.h").is_file():
        msg = f"the headers of CPython {python_minor} are not in {include}"
        raise CrossEnvFailed(msg, do=f"install the package python{python_minor}-dev")
    return Headers(
        include=include, pyconfig=candidates[0] if candidates else include / "pyconfig.h"
    )


def assemble(
    runtime: Runtime,
    headers: Headers,
    target: Path,
    *,
    prefix: Path,
    cross_packages: Mapping[str, str] | None = None,
    wheels: Sequence[Path] = (),
) -> None:
    """Lay the environment out below `target`.

    Parameters
    ----------
    runtime
        The unpacked Pyodide runtime.
    headers
        CPython's headers of the same minor version.
    target
        Folder to fill; it must be empty or missing.
    prefix
        Folder in which it will be installed (its data name their own path).
    cross_packages
        Exact versions, by name, of the packages whose headers and libraries a build is
        given for the target (``requirements.txt`` of the environment).
    wheels
        Wheels that ``pyodide venv`` puts into each new environment (micropip and what it
        requires); their checksums go into the lock of ``dist``.
    """
    root = target / "xbuildenv" / "pyodide-root"
    root.mkdir(parents=True)
    _write_python(runtime, headers, root, prefix)
    (root / "Makefile.envs").write_text(makefile_envs(runtime), "utf-8")
    for folder in ("tools", "emsdk/patches", "package_index"):
        (root / folder).mkdir(parents=True)
    requirements = [f"{name}=={version}\n" for name, version in (cross_packages or {}).items()]
    (root / "tools" / "constraints.txt").write_text("".join(requirements), "utf-8")
    (target / "xbuildenv" / "requirements.txt").write_text("".join(requirements), "utf-8")
    (target / "xbuildenv" / "site-packages-extras").mkdir()
    write_dist(runtime, root / "dist", wheels)


def pack(folder: Path, archive: Path) -> None:
    """Pack an assembled environment: the same bytes for the same files.

    Written to a temporary name beside `archive` and renamed.
    """

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = EPOCH
        # Not of the umask: whoever unpacks it can read it.
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    temporary = archive.with_name(f".{archive.name}.{os.getpid()}")
    try:
        with (
            temporary.open("wb") as file,
            # Without a name: gzip would write down that of the temporary file.
            gzip.GzipFile("", mode="wb", fileobj=file, mtime=0, compresslevel=1) as packed,
            tarfile.open(fileobj=packed, mode="w") as tar,
        ):
            for path in sorted((folder / "xbuildenv").rglob("*")):
                tar.add(path, path.relative_to(folder), recursive=False, filter=plain)
        temporary.replace(archive)
    finally:
        temporary.unlink(missing_ok=True)


def _write_python(runtime: Runtime, headers: Headers, root: Path, prefix: Path) -> None:
    """Headers, sysconfig data and an empty ``lib`` of the target's CPython."""
    install = root / install_folder(runtime)
    include = install / "include" / f"python{runtime.python_minor}"
    shutil.copytree(headers.include, include, symlinks=False)
    source = read_sysconfig_source(runtime)
    values = parse_sysconfig(source)
    native = headers.pyconfig.read_text("utf-8")
    (include / "pyconfig.h").write_text(target_pyconfig(native, values), "utf-8")
    (install / "lib").mkdir()
    (install / "sysconfigdata").mkdir()
    local = relocate_sysconfig(source, prefix / "pyodide-root")
    (install / "sysconfigdata" / f"{SYSCONFIGDATA}.py").write_text(local, "utf-8")


def write_dist(runtime: Runtime, dist: Path, wheels: Sequence[Path]) -> None:
    """Write the runtime, our launcher, and a lock that names only what is there."""
    dist.mkdir()
    for name in RUNTIME_FILES:
        shutil.copyfile(runtime.folder / name, dist / name)
    for part in LAUNCHER.iterdir():
        shutil.copy(part, dist / part.name)
    (dist / "python").chmod(0o755)
    for wheel in wheels:
        shutil.copyfile(wheel, dist / wheel.name)
    make_lock(runtime, wheels).to_json(dist / "pyodide-lock.json")
