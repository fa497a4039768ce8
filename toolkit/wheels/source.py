"""The source of a project: which files count, their digest, a private copy to build in.

A build writes into its source folder (``build``, ``*.egg-info`` …) and takes up what it
finds there, so it never runs in the user's.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from toolkit.process import run

FOREIGN: Final = frozenset(
    {
        ".git",
        ".hg",
        ".hypothesis",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".spec14",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "venv",
    }
)
"""Folders that are never source, at any depth."""
FOREIGN_AT_TOP: Final = frozenset({"_build", "build", "dist"})


def source_files(folder: Path) -> list[Path]:
    """Give the project's files, relative to `folder`, sorted.

    What git tracks or does not ignore, where the folder is in a git repository; everything
    but folders that are never source elsewhere.
    """
    return sorted(
        path
        for path in _found(folder)
        if not FOREIGN.intersection(path.parts)
        and path.parts[0] not in FOREIGN_AT_TOP
        and not any(part.endswith(".egg-info") for part in path.parts)
        and (folder / path).is_file()
    )


def digest(folder: Path, files: Iterable[Path]) -> str:
    """Give one SHA-256 over the names, modes and contents of files."""
    whole = hashlib.sha256()
    for path in files:
        full = folder / path
        executable = bool(full.stat().st_mode & 0o100)
        whole.update(f"{path.as_posix()}\0{executable}\0".encode())
        whole.update(hashlib.sha256(full.read_bytes()).digest())
    return whole.hexdigest()


def copy_source(folder: Path, files: Iterable[Path], target: Path) -> None:
    """Make `target` a fresh copy of the files, times kept.

    A symbolic link that leads out of the project is copied as the file it leads to: the
    copy stands alone.
    """
    shutil.rmtree(target, ignore_errors=True)
    for path in files:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / path, copy)


def _found(folder: Path) -> Iterator[Path]:
    names = _known_to_git(folder)
    if names is None:
        yield from _walk(folder)
        return
    for path in map(Path, names):
        full = folder / path
        if full.is_dir() and not full.is_symlink():  # a submodule: git names its folder only
            yield from (path / inside for inside in _found(full))
        else:
            yield path


def _known_to_git(folder: Path) -> list[str] | None:
    if shutil.which("git") is None:
        return None
    # The container's user need not own the checkout; only names are asked for.
    git = ["git", "-c", "safe.directory=*", "-C", str(folder)]
    asked = run([*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    names = [name for name in asked.output.split("\0") if name]
    return names if asked.code == 0 and names else None


def _walk(folder: Path) -> Iterator[Path]:
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - FOREIGN)
        for name in files:
            yield (Path(top) / name).relative_to(folder)
