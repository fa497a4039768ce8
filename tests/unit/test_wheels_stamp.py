"""A wheel packed again: its own metadata in it, nothing else of the packing to be seen."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from tests.artefacts import make_wheel
from toolkit.errors import BuildFailed
from toolkit.wheels.stamp import stamp_wheel


def repacked(wheel: Path, target: Path, *, date: tuple[int, ...], mode: int) -> Path:
    """Give the same files as another backend would pack them: backwards, uncompressed."""
    target.parent.mkdir()
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(target, "w") as new:
        for entry in reversed(old.infolist()):
            info = zipfile.ZipInfo(entry.filename, date_time=date)  # type: ignore[arg-type]
            info.external_attr = (stat.S_IFREG | mode) << 16
            new.writestr(info, old.read(entry))
    return target


def test_the_same_files_are_the_same_bytes(tmp_path: Path) -> None:
    files = {"sample/__init__.py": "", "sample/a.py": "1"}
    one = make_wheel(tmp_path / "one", "sample", files=files)
    date = (2001, 2, 3, 4, 5, 6)
    other = repacked(one, tmp_path / "other" / one.name, date=date, mode=0o660)
    for wheel in (one, other):
        stamp_wheel(wheel, {"toolchain": "debian"}, epoch=315532800)
    assert one.read_bytes() == other.read_bytes()
    assert [path.name for path in one.parent.iterdir()] == [one.name]
    with zipfile.ZipFile(one) as archive:
        names = archive.namelist()
        (info,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        assert json.loads(archive.read(f"{info}/spec14.json")) == {"toolchain": "debian"}
        assert f"{info}/spec14.json,sha256=" in archive.read(f"{info}/RECORD").decode()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    stamp_wheel(one, {"toolchain": "debian"}, epoch=315532800)
    assert one.read_bytes() == other.read_bytes(), "once more changes nothing"


def test_a_file_that_its_record_does_not_know(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "one", "sample")
    before = wheel.read_bytes()
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("sample/more.py", "")
    assert wheel.read_bytes() != before
    with pytest.raises(BuildFailed) as raised:
        stamp_wheel(wheel, {}, epoch=0)
    assert "sample/more.py" in raised.value.what
    assert [path.name for path in wheel.parent.iterdir()] == [wheel.name]
    wheel.write_bytes(b"no zip file")
    with pytest.raises(BuildFailed):
        stamp_wheel(wheel, {}, epoch=0)
