"""The same source gives the same bytes: in two folders, at two times, under two umasks."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from tests.backends import COMPILED, FROM_THE_INDEX, WITHOUT_A_COMPILER, Backend
from tests.integration.conftest import Spec14, the_wheel

EVERYWHERE = {**COMPILED, **WITHOUT_A_COMPILER}


def disguise(project: Path) -> None:
    """Give every file another date and the modes of another umask."""
    for number, path in enumerate(sorted(project.rglob("*"))):
        path.chmod(path.stat().st_mode | stat.S_IWGRP)
        os.utime(path, (1_200_000_000 + number, 1_200_000_000 + number))


def build_twice(backend: Backend, tmp_path: Path, spec14: Spec14) -> tuple[Path, Path]:
    first = backend(tmp_path / "one")
    second = backend(tmp_path / "deep" / "in_some" / "other-folder")
    disguise(second)
    for project in (first, second):
        done = spec14("wheel", "--project", project)
        assert done.returncode == 0, done.stdout + done.stderr
    return the_wheel(first), the_wheel(second)


def members(wheel: Path) -> dict[str, tuple[object, ...]]:
    with zipfile.ZipFile(wheel) as archive:
        return {
            entry.filename: (entry.date_time, oct(entry.external_attr), archive.read(entry))
            for entry in archive.infolist()
        }


@pytest.mark.parametrize("name", EVERYWHERE)
def test_in_two_folders_at_two_times(name: str, tmp_path: Path, spec14: Spec14) -> None:
    first, second = build_twice(EVERYWHERE[name], tmp_path, spec14)
    assert members(first) == members(second)
    assert first.read_bytes() == second.read_bytes()
    inside = b"".join(zipfile.ZipFile(first).read(entry) for entry in members(first))
    assert os.fsencode(tmp_path) not in inside


@pytest.mark.network
@pytest.mark.parametrize("name", FROM_THE_INDEX)
def test_in_two_folders_with_the_index(name: str, tmp_path: Path, spec14: Spec14) -> None:
    first, second = build_twice(FROM_THE_INDEX[name], tmp_path, spec14)
    assert first.read_bytes() == second.read_bytes()
