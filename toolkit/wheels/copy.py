"""The private copy of a project, brought up to date.

A build tool sees what has changed by the times of files: where the content is the same, the
time stays as well.
"""

import filecmp
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from toolkit.wheels.source import copy_source


def fresh_copy(folder: Path, files: Iterable[Path], target: Path) -> None:
    """Make `target` a fresh copy of the files, with modes as git has them.

    Those of the user's files hang on an umask, and backends pack them.
    """
    copy_source(folder, files, target)
    for path in target.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def update_copy(folder: Path, files: Iterable[Path], target: Path) -> None:
    """Make `target` what :func:`fresh_copy` makes, leaving alone what is so already.

    A file that differs is as new as now, whatever its time in `folder`.
    """
    if not target.is_dir():
        fresh_copy(folder, files, target)
        return
    fresh = target.with_name(f"{target.name}-new")
    fresh_copy(folder, files, fresh)
    _remove_others(target, fresh)
    for path in sorted(fresh.rglob("*")):
        old = target / path.relative_to(fresh)
        if path.is_dir() and not path.is_symlink():
            old.mkdir(exist_ok=True)
        elif not _same(path, old):
            if not path.is_symlink():
                os.utime(path)
            path.replace(old)
        elif not path.is_symlink():
            old.chmod(path.stat().st_mode & 0o777)
    shutil.rmtree(fresh)


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return other.is_file() and filecmp.cmp(one, other, shallow=False)


def _remove_others(target: Path, wanted: Path) -> None:
    """Remove from `target` what is not in `wanted`, or is there as another kind of thing."""
    for path in sorted(target.rglob("*"), reverse=True):
        twin = wanted / path.relative_to(target)
        is_folder = path.is_dir() and not path.is_symlink()
        if is_folder == (twin.is_dir() and not twin.is_symlink()) and os.path.lexists(twin):
            continue
        if is_folder:
            shutil.rmtree(path)
        else:
            path.unlink()
