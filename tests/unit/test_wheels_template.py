"""The image's empty environment: copied where it fits, made anew elsewhere."""

import shutil
from pathlib import Path

import pytest

from toolkit.cache import write_record
from toolkit.errors import DiskFull
from toolkit.wheels import template as module
from toolkit.wheels.template import RECORD, create


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Give a template as the image has one."""
    folder = tmp_path / "image" / "environment"
    (folder / "bin").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "pyvenv.cfg").write_text(f"command = virtualenv {folder}\n")
    (folder / "bin" / "python-host").write_text(f'#!/bin/sh\nexec {folder}/bin/python "$@"\n')
    (folder / "bin" / "python-host").chmod(0o755)
    (folder / "bin" / "python").symlink_to("/opt/runtime/python")
    (folder / "bin" / "python3").symlink_to("python")
    (folder / "bin" / "pip").symlink_to(folder / "bin" / "pip_patched")
    (folder / "lib" / "module.py").write_text("x = 1\n")
    write_record(folder / RECORD, module._made_by())
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give the folders for which ``pyodide venv`` was called."""
    folders: list[Path] = []
    monkeypatch.setattr(module, "make", folders.append)
    return folders


def test_a_copy_names_itself(template: Path, tmp_path: Path, made: list[Path]) -> None:
    folder = tmp_path / "project" / "environment"
    folder.parent.mkdir()
    create(folder, template)
    assert made == []
    assert not (folder / RECORD).exists()
    assert (folder / "lib" / "module.py").read_text() == "x = 1\n"
    assert (folder / "bin" / "python").readlink() == Path("/opt/runtime/python")
    assert (folder / "bin" / "python3").readlink() == Path("python")
    assert (folder / "bin" / "pip").readlink() == folder / "bin" / "pip_patched"
    assert (folder / "bin" / "python-host").stat().st_mode & 0o100
    for file in folder.rglob("*"):
        if not file.is_symlink() and file.is_file():
            assert str(template) not in file.read_text()
    assert str(folder) in (folder / "pyvenv.cfg").read_text()


@pytest.mark.parametrize("variable", ["PYODIDE_XBUILDENV_PATH"])
def test_of_another_toolchain_it_is_none(
    template: Path,
    tmp_path: Path,
    made: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    monkeypatch.setenv(variable, "/elsewhere")
    create(tmp_path / "environment", template)
    assert made == [tmp_path / "environment"]


def test_where_there_is_none_one_is_made(tmp_path: Path, made: list[Path]) -> None:
    create(tmp_path / "environment", tmp_path / "nothing")
    assert made == [tmp_path / "environment"]


def test_a_full_disk_is_named(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, target: Path, **_options: object) -> None:
        raise shutil.Error([("a", str(target), "[Errno 28] No space left on device")])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(DiskFull):
        create(tmp_path / "environment", template)
