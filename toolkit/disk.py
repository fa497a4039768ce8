"""A full disk, told from other failures."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolkit.errors import DiskFull

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextlib.contextmanager
def full_disk_is_an_error(target: Path) -> Iterator[None]:
    """Turn "no space left" while `target` is made into :class:`DiskFull`.

    ``shutil.copytree`` collects what went wrong as texts, hence the second look.
    """
    try:
        yield
    except shutil.Error as error:
        require_room(str(error), target)
        raise
    except OSError as error:
        if error.errno in FULL:
            raise _disk_full(target) from error
        raise


def require_room(output: str, target: Path) -> None:
    """Look for "no space left" in what a program wrote.

    Raises
    ------
    DiskFull
        When it is there.
    """
    if any(os.strerror(number) in output for number in FULL):
        raise _disk_full(target)


def _disk_full(target: Path) -> DiskFull:
    msg = f"the disk is full: no room for a new {target}; what stood there still stands"
    return DiskFull(msg, do=f"make room on the disk of {target.parent} and run again")
