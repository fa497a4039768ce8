"""Wheels that are no archives, or hostile ones."""

import stat
import zipfile
from pathlib import Path

import pytest

from tests.artefacts import make_wheel
from toolkit.audit import files
from toolkit.audit.files import read_files
from toolkit.errors import AuditFailed, Untrusted

NAME = "a-1-py3-none-any.whl"


def archive(folder: Path, *entries: tuple[str, str]) -> Path:
    with zipfile.ZipFile(folder / NAME, "w") as wheel:
        for name, text in entries:
            info = zipfile.ZipInfo("x")
            info.filename = info.orig_filename = name
            wheel.writestr(info, text)
    return folder / NAME


def test_files_in_order(tmp_path: Path) -> None:
    path = archive(tmp_path, ("b/z.py", "1"), ("b/", ""), ("a.py", "2"))
    assert list(read_files(path).items()) == [("b/z.py", b"1"), ("a.py", b"2")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../evil.py", "leads out of the wheel"),
        ("a/../../evil.py", "leads out of the wheel"),
        ("/etc/evil", "an absolute path"),
        ("C:/evil", "an absolute path"),
        ("a\\..\\evil", "characters that no file"),
        ("a/new\nline.py", "characters that no file"),
    ],
)
def test_names_that_are_hostile(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(Untrusted, match=said) as error:
        read_files(archive(tmp_path, ("a.py", ""), (name, "")))
    assert NAME in error.value.what


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_name_that_comes_twice(tmp_path: Path) -> None:
    with pytest.raises(Untrusted, match=r"holds 'a\.py' twice"):
        read_files(archive(tmp_path, ("a.py", "1"), ("a.py", "2")))


def test_a_link(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / NAME, "w") as wheel:
        info = zipfile.ZipInfo("a/link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        wheel.writestr(info, "/etc/passwd")
    with pytest.raises(Untrusted, match="a symbolic link"):
        read_files(tmp_path / NAME)


def test_a_wheel_that_is_cut_short(tmp_path: Path) -> None:
    path = make_wheel(tmp_path, "a")
    content = path.read_bytes()
    for size in range(0, len(content), 40):
        path.write_bytes(content[:size])
        with pytest.raises(Untrusted, match="is no zip file that can be read"):
            read_files(path)


def test_a_byte_that_differs(tmp_path: Path) -> None:
    path = archive(tmp_path, ("a.py", "the text itself"))
    path.write_bytes(path.read_bytes().replace(b"the text itself", b"the text itselg"))
    with pytest.raises(Untrusted, match="Bad CRC-32"):
        read_files(path)


def test_what_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("no wheel at all")
    with pytest.raises(Untrusted, match="is no zip file"):
        read_files(tmp_path / NAME)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AuditFailed, match="does not exist"):
        read_files(tmp_path / NAME)
    with pytest.raises(AuditFailed, match="is a folder"):
        read_files(tmp_path)


def test_more_than_memory_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 1000)
    path = tmp_path / NAME
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("a.bin", bytes(2000))
    with pytest.raises(Untrusted, match="more than"):
        read_files(path)
