"""The source of a project: which files count, their digest, a private copy to build in.

A build writes into its source folder (``build``, ``*.egg-info`` …) and takes up what it
finds there, so it never runs in the user's.
"""

import configparser
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import ProjectIncomplete
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
OURS: Final = frozenset({".git", ".spec14", "__pycache__"})
"""Those that are never source even in an sdist."""
FOREIGN_AT_TOP: Final = frozenset({"_build", "build", "dist"})
"""Folders that are no source unless git tracks them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file as it was found.

    Attributes
    ----------
    path
        Relative to the project.
    tracked
        Whether git has it, so that it is source though its folder is called ``build``.
    """

    path: Path
    tracked: bool = False


def source_files(folder: Path) -> list[Path]:
    """Give the project's files, relative to `folder`, sorted.

    What git tracks or does not ignore, where the folder is in a git repository; all of an
    unpacked sdist; everything but folders that are never source elsewhere. A symbolic link
    to a folder of the project counts as one file.

    Raises
    ------
    ProjectIncomplete
        When a submodule is empty, or a link leads to a folder that the project lies in.
    """
    keep_all = (folder / "PKG-INFO").is_file()
    return sorted(
        {
            path
            for found in _found(folder, skipped=OURS if keep_all else FOREIGN)
            if _is_source(found, of_sdist=keep_all)
            for path in _through_link(folder, found.path)
        }
    )


def digest(folder: Path, files: Iterable[Path]) -> str:
    """Give one SHA-256 over the names, modes and contents of files, and where links lead."""
    whole = hashlib.sha256()
    for path in files:
        full = folder / path
        if full.is_symlink() and (link := _inner_target(folder, full)):
            whole.update(f"{path.as_posix()}\0link\0{link}\0".encode())
        if full.is_dir():
            continue
        executable = bool(full.stat().st_mode & 0o100)
        whole.update(f"{path.as_posix()}\0{executable}\0".encode())
        whole.update(hashlib.sha256(full.read_bytes()).digest())
    return whole.hexdigest()


def copy_source(folder: Path, files: Iterable[Path], target: Path) -> None:
    """Make `target` a fresh copy of the files, times kept.

    The copy stands alone: a symbolic link that stays in the project is copied as a link, any
    other as what it leads to.
    """
    shutil.rmtree(target, ignore_errors=True)
    links = []
    for path in files:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        if (folder / path).is_symlink() and (link := _inner_target(folder, folder / path)):
            copy.symlink_to(link)
            links.append(path)
        else:
            shutil.copy2(folder / path, copy)
    for path in links:
        if not (target / path).exists():  # it leads to what is not source
            (target / path).unlink()
            if (folder / path).is_dir():
                shutil.copytree(folder / path, target / path)
            else:
                shutil.copy2(folder / path, target / path)


def _is_source(found: Found, *, of_sdist: bool = False) -> bool:
    path = found.path
    if of_sdist:
        # Everything was put there on purpose; setuptools reads `*.egg-info/SOURCES.txt`.
        return not OURS.intersection(path.parts)
    return not FOREIGN.intersection(path.parts) and (
        found.tracked
        or (
            path.parts[0] not in FOREIGN_AT_TOP
            and not any(part.endswith(".egg-info") for part in path.parts)
        )
    )


def _through_link(folder: Path, path: Path) -> Iterator[Path]:
    """Give a file or a link; for a link to a folder outside what is in that folder."""
    full = folder / path
    if full.is_file() or (full.is_dir() and full.is_symlink() and _inner_target(folder, full)):
        yield path
    elif full.is_dir() and full.is_symlink():
        outside = full.resolve()
        if folder.resolve().is_relative_to(outside):
            msg = f"{path} in {folder} is a link to {outside}, which the project lies in"
            raise ProjectIncomplete(msg, do="remove the link, or let it lead to what is needed")
        yield from (
            path / found.path
            for found in _walk(outside, FOREIGN)
            if _is_source(found) and (outside / found.path).is_file()
        )


def _inner_target(folder: Path, link: Path) -> str:
    """Give where a link leads to, as a copy of the project has it; empty if that is outside."""
    target = link.resolve()
    if not target.is_relative_to(folder.resolve()):
        return ""
    return os.path.relpath(target, link.parent.resolve())


def _found(folder: Path, skipped: frozenset[str]) -> Iterator[Found]:
    known = _known_to_git(folder)
    if not known:
        _require_submodules(folder)
        yield from _walk(folder, skipped)
        return
    for found in known:
        full = folder / found.path
        if full.is_dir() and not full.is_symlink():  # a submodule: git names its folder only
            _require_filled(folder, found.path)
            for inside in _found(full, skipped):
                yield Found(path=found.path / inside.path, tracked=inside.tracked)
        else:
            yield found


def _known_to_git(folder: Path) -> list[Found]:
    if shutil.which("git") is None:
        return []
    # The container's user need not own the checkout; only names are asked for.
    git = ["git", "-c", "safe.directory=*", "-C", str(folder)]
    asked = run([*git, "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"])
    if asked.code != 0:
        return []
    # git-ls-files(1), -t: a letter and a blank before each name; `?` is what it does not track.
    return [
        Found(path=Path(line[2:]), tracked=line[0] != "?")
        for line in asked.output.split("\0")
        if line
    ]


def _walk(folder: Path, skipped: frozenset[str]) -> Iterator[Found]:
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - skipped)
        links = [name for name in folders if (Path(top) / name).is_symlink()]
        for name in [*files, *links]:
            yield Found(path=(Path(top) / name).relative_to(folder))


def _require_submodules(folder: Path) -> None:
    """Check the submodules of a checkout whose repository is not at hand."""
    parser = configparser.RawConfigParser(strict=False)
    try:
        lines = (folder / ".gitmodules").read_text("utf-8").splitlines()
        # git indents its keys, which configparser takes for the rest of the line before.
        parser.read_string("\n".join(line.strip() for line in lines))
    except OSError, ValueError, configparser.Error:
        return
    for section in parser.sections():
        path = Path(parser[section].get("path", "."))
        if path.parts and (folder / path).is_dir():
            _require_filled(folder, path)


def _require_filled(folder: Path, path: Path) -> None:
    if any((folder / path).iterdir()):
        return
    msg = f"the submodule {path} of {folder} is empty"
    raise ProjectIncomplete(
        msg, do=f"run `git submodule update --init --recursive` in {folder} on your machine"
    )
