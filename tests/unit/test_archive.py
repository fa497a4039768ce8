"""Archives from elsewhere are hostile until the contrary is shown."""

import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from toolkit.archive import file_sha256, require_sha256, unpack_sdist
from toolkit.errors import Untrusted


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def pack(archive: Path, *entries: tarfile.TarInfo, content: bytes = b"") -> Path:
    with tarfile.open(archive, "w:gz") as tar:
        for info in entries:
            info.size = len(content) if info.isreg() else 0
            tar.addfile(info, io.BytesIO(content))
    return archive


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "in" / "target"
    folder.mkdir(parents=True)
    return folder


def test_a_good_sdist(tmp_path: Path, target: Path) -> None:
    inside = entry("pkg-1.0/bin/run", mode=0o6755)
    archive = pack(tmp_path / "pkg.tar.gz", entry("pkg-1.0/setup.py"), inside, content=b"1")
    top = unpack_sdist(archive, target)
    assert top == target / "pkg-1.0"
    assert (top / "setup.py").read_bytes() == b"1"
    assert (top / "bin" / "run").stat().st_mode & 0o7777 == 0o755  # set-uid is gone


@pytest.mark.parametrize(
    "hostile",
    [
        entry("../pwned"),
        entry("pkg-1.0/../../pwned"),
        entry("pkg-1.0/link", tarfile.SYMTYPE, "../../pwned"),
        entry("pkg-1.0/link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("pkg-1.0/hard", tarfile.LNKTYPE, "../pwned"),
        entry("pkg-1.0/device", tarfile.CHRTYPE),
        entry("pkg-1.0/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda info: f"{info.name} {info.linkname}".strip(),
)
def test_a_hostile_entry(tmp_path: Path, target: Path, hostile: tarfile.TarInfo) -> None:
    archive = pack(tmp_path / "pkg.tar.gz", entry("pkg-1.0/a"), hostile)
    with pytest.raises(Untrusted, match=r"pkg\.tar\.gz"):
        unpack_sdist(archive, target)
    assert not (target.parent / "pwned").exists()
    assert not (tmp_path / "pwned").exists()


def test_an_absolute_name_stays_inside(tmp_path: Path, target: Path) -> None:
    """The ``data`` filter takes the leading slash off: then it is a second top entry."""
    outside = tmp_path / "outside"
    archive = pack(tmp_path / "pkg.tar.gz", entry("pkg-1.0/a"), entry(f"{outside}"))
    with pytest.raises(Untrusted, match="2 entries"):
        unpack_sdist(archive, target)
    assert not outside.exists()


def test_writing_through_a_link_made_before(tmp_path: Path, target: Path) -> None:
    (tmp_path / "out").mkdir()
    archive = pack(
        tmp_path / "pkg.tar.gz",
        entry("pkg-1.0/link", tarfile.SYMTYPE, str(tmp_path / "out")),
        entry("pkg-1.0/link/pwned"),
    )
    with pytest.raises(Untrusted):
        unpack_sdist(archive, target)
    assert list((tmp_path / "out").iterdir()) == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def no_archive(path: Path) -> None:
    path.write_text("<html>404</html>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [cut, no_archive, empty], ids=lambda f: f.__name__)
def test_a_damaged_archive(tmp_path: Path, target: Path, damage: Callable[[Path], None]) -> None:
    content = hashlib.sha512(b"1").digest() * 1000
    archive = pack(tmp_path / "pkg.tar.gz", entry("pkg-1.0/a"), content=content)
    damage(archive)
    with pytest.raises(Untrusted):
        unpack_sdist(archive, target)


def test_not_one_folder_at_the_top(tmp_path: Path, target: Path) -> None:
    archive = pack(tmp_path / "pkg.tar.gz", entry("setup.py"))
    with pytest.raises(Untrusted, match="1 entries"):
        unpack_sdist(archive, target)


def test_checksums(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"abc")
    good = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert file_sha256(file) == good
    require_sha256(file, good)
    with pytest.raises(Untrusted, match="file has SHA-256 ba78") as error:
        require_sha256(file, "0" * 64)
    assert "0" * 64 in error.value.what
