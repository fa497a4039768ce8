"""A full disk, told from other failures. ``/dev/full`` has no room, really."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from toolkit.disk import full_disk_is_an_error, require_room
from toolkit.errors import DiskFull


def test_a_file_that_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="no room for a new"), full_disk_is_an_error(tmp_path):
        Path("/dev/full").write_text("a")


def test_a_tree_that_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a").write_text("a")
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "a").symlink_to("/dev/full")
    with pytest.raises(DiskFull), full_disk_is_an_error(tmp_path):
        shutil.copytree(tmp_path / "from", tmp_path / "to", dirs_exist_ok=True)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), shutil.Error([("a", "b", "c")])])
def test_other_failures_stay_what_they_are(tmp_path: Path, error: OSError) -> None:
    with pytest.raises(type(error)) as caught, full_disk_is_an_error(tmp_path):
        raise error
    assert caught.value is error


def test_a_program_that_found_no_room(tmp_path: Path) -> None:
    require_room("all is well", tmp_path)
    with pytest.raises(DiskFull):
        require_room(f"OSError: [Errno 28] {os.strerror(errno.ENOSPC)}: 'a'", tmp_path)
