"""What the command line names: folders, sdists, names."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import ProjectIncomplete, SourceFailed
from toolkit.wheels.given import given_project, sdist_project

PYPROJECT = '[project]\nname = "My.Pkg"\nversion = "1.0"\n'


def make_sdist(path: Path, files: Mapping[str, str], *, top: str = "my_pkg-1.0") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"{top}/{name}" if top else name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_folder_keeps_what_is_made_of_it(tmp_path: Path) -> None:
    write_tree(tmp_path / "there", {"pyproject.toml": PYPROJECT})
    project = given_project("there", tmp_path)
    assert project.out == tmp_path / "there" / ".spec14"
    assert project.cache == project.shared_cache == project.out / "cache"
    assert not project.is_given


def test_an_sdist_is_built_below_the_working_folder(tmp_path: Path) -> None:
    make_sdist(tmp_path / "my_pkg-1.0.tar.gz", {"pyproject.toml": PYPROJECT, "a.py": "1"})
    project = given_project("my_pkg-1.0.tar.gz", tmp_path)
    assert project.name == "My.Pkg"
    assert project.is_given
    assert project.dist == tmp_path / ".spec14" / "dist"
    assert project.cache == tmp_path / ".spec14" / "cache" / "given" / "my-pkg"
    assert project.folder.is_relative_to(project.cache)
    assert (tmp_path / ".spec14" / ".gitignore").is_file()
    # Unpacked once.
    (project.folder / "mark").touch()
    assert (given_project("my_pkg-1.0.tar.gz", tmp_path).folder / "mark").exists()
    # Another file of the same name is another source.
    make_sdist(tmp_path / "my_pkg-1.0.tar.gz", {"pyproject.toml": PYPROJECT, "a.py": "2"})
    again = given_project("my_pkg-1.0.tar.gz", tmp_path)
    assert not (again.folder / "mark").exists()
    assert (again.folder / "a.py").read_text() == "2"


def test_two_projects_have_a_cache_each(tmp_path: Path) -> None:
    first = make_sdist(tmp_path / "a-1.0.tar.gz", {"pyproject.toml": ""}, top="a-1.0")
    second = make_sdist(tmp_path / "b-1.0.tar.gz", {"pyproject.toml": ""}, top="b-1.0")
    out = tmp_path / ".spec14"
    assert sdist_project(first, out).cache != sdist_project(second, out).cache


@pytest.mark.parametrize("name", ["v1.0.tar.gz", "my pkg.tar.gz", "-.tar.gz", "..tar.gz"])
def test_an_archive_of_another_name(tmp_path: Path, name: str) -> None:
    make_sdist(tmp_path / name, {"pyproject.toml": PYPROJECT})
    project = given_project(name, tmp_path)
    assert project.cache.parent == tmp_path / ".spec14" / "cache" / "given"
    assert project.folder.name == "my_pkg-1.0"


def test_an_old_sdist_has_setup_py_alone(tmp_path: Path) -> None:
    files = {"setup.py": "", "PKG-INFO": "Metadata-Version: 1.0\nName: old.thing\nVersion: 0.1\n"}
    sdist = make_sdist(tmp_path / "old-0.1.tar.gz", files)
    project = sdist_project(sdist, tmp_path / ".spec14")
    assert (project.name, project.pyproject) == ("old.thing", {})


def hostile(path: Path, member: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in ("p-1/pyproject.toml",):
            archive.addfile(tarfile.TarInfo(name))
        archive.addfile(member)
    return path


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("p-1/../../escaped"),
        link("p-1/out", "../../escaped", tarfile.SYMTYPE),
        link("p-1/out", "/etc/passwd", tarfile.SYMTYPE),
        link("p-1/out", "../../escaped", tarfile.LNKTYPE),
        link("p-1/device", "", tarfile.CHRTYPE),
        tarfile.TarInfo("second-top/file"),
    ],
    ids=["dots", "link", "absolute link", "hard link", "device", "two folders"],
)
def test_a_hostile_sdist(tmp_path: Path, member: tarfile.TarInfo) -> None:
    work = tmp_path / "deep" / "work"
    work.mkdir(parents=True)
    sdist = hostile(work / "p-1.tar.gz", member)
    with pytest.raises(SourceFailed) as caught:
        given_project("p-1.tar.gz", work)
    assert caught.value.what.startswith("p-1.tar.gz ")
    assert not list(tmp_path.rglob("escaped"))
    assert tree(work / ".spec14" / "cache") == {"given", "given.lock"}
    # The next run starts clean.
    sdist.unlink()
    make_sdist(sdist, {"pyproject.toml": ""}, top="p-1")
    assert given_project("p-1.tar.gz", work).folder.is_dir()


@pytest.mark.parametrize("kept", [0, 1, 40, 200, -30, -1])
def test_a_truncated_sdist(tmp_path: Path, kept: int) -> None:
    good = make_sdist(tmp_path / "good.tar.gz", {"pyproject.toml": "", "a": "x" * 100_000})
    (tmp_path / "p-1.tar.gz").write_bytes(good.read_bytes()[:kept])
    with pytest.raises(SourceFailed, match=r"p-1\.tar\.gz"):
        given_project("p-1.tar.gz", tmp_path)
    assert not list((tmp_path / ".spec14" / "cache").rglob("pyproject.toml"))


def test_a_better_one_after_a_bad_one_leaves_the_first(tmp_path: Path) -> None:
    sdist = make_sdist(tmp_path / "p-1.tar.gz", {"pyproject.toml": ""})
    folder = given_project("p-1.tar.gz", tmp_path).folder
    whole = sdist.read_bytes()
    sdist.write_bytes(b"no archive")
    with pytest.raises(SourceFailed, match="no tar archive"):
        given_project("p-1.tar.gz", tmp_path)
    assert folder.is_dir()
    sdist.write_bytes(whole)
    assert given_project("p-1.tar.gz", tmp_path).folder == folder


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"README": ""}, "has no pyproject.toml and no setup.py"),
        ({"pyproject.toml": "[project\n"}, "pyproject.toml: "),
        ({"pyproject.toml": "tool.spec14.whel = 1"}, "did you mean 'wheel'?"),
    ],
)
def test_a_broken_project_inside(tmp_path: Path, files: dict[str, str], said: str) -> None:
    make_sdist(tmp_path / "p-1.tar.gz", files)
    with pytest.raises(SourceFailed) as caught:
        given_project("p-1.tar.gz", tmp_path)
    assert said in caught.value.what
    assert "/.spec14/" not in caught.value.what


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("nowhere/", "does not exist"),
        ("./pkg", "does not exist"),
        ("pkg-1.0.tar.gz", "does not exist"),
        ("pkg.zip", "does not exist"),
        ("https://host/pkg.tar.gz", "is no folder, no file and no requirement"),
        ("pkg @ https://host/pkg.tar.gz", "names a URL"),
        ("two words", "is no folder, no file and no requirement"),
    ],
)
def test_what_is_not_there(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(SourceFailed, match=said):
        given_project(source, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_no_sdists(tmp_path: Path) -> None:
    for name, said in (("p.zip", "unpack it and name the folder"), ("p.whl", r"\.tar\.gz")):
        (tmp_path / name).touch()
        with pytest.raises(SourceFailed) as caught:
            given_project(name, tmp_path)
        assert caught.match("is no sdist")
        assert said.replace("\\", "") in caught.value.do


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectIncomplete):
        given_project("empty", tmp_path)
