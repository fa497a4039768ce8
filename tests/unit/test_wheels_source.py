"""Which files are a project's source."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import ProjectIncomplete
from toolkit.wheels.source import copy_source, digest, source_files

TREE = {
    "pyproject.toml": "",
    "src/pkg/__init__.py": "1",
    "src/pkg/dist/keep.py": "dist only counts at the top",
    "src/pkg/__pycache__/x.pyc": "",
    "src/pkg.egg-info/PKG-INFO": "",
    "dist/pkg.whl": "",
    "build/lib/x.py": "",
    ".spec14/dist/a.whl": "",
    ".spec14/cache/wheel.json": "",
    ".venv/bin/python": "",
    "ignored.log": "",
    "sub/.spec14/x": "",
}
SOURCE = ["pyproject.toml", "src/pkg/__init__.py", "src/pkg/dist/keep.py"]


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def names(folder: Path) -> list[str]:
    return [path.as_posix() for path in source_files(folder)]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "project", TREE)


def test_without_git(tree: Path) -> None:
    assert names(tree) == sorted([*SOURCE, "ignored.log"])


def test_with_git_ignored_files_stay_out(tree: Path) -> None:
    git(tree, "init")
    (tree / ".gitignore").write_text("*.log\n")
    assert names(tree) == sorted([".gitignore", *SOURCE])
    git(tree, "add", "src/pkg", "pyproject.toml", ".gitignore")
    git(tree, "commit", "-m", "1")
    (tree / "new.py").write_text("not added yet")
    (tree / "src/pkg/__init__.py").unlink()  # tracked, but gone
    assert names(tree) == [".gitignore", "new.py", "pyproject.toml", "src/pkg/dist/keep.py"]


def test_names_that_git_would_quote(tree: Path) -> None:
    git(tree, "init")
    odd = ["a b.py", "\N{GREEK SMALL LETTER ALPHA}.py", "line\nend.py", '"quoted".py']
    for name in odd:
        (tree / name).write_text("")
    assert set(odd) <= set(names(tree))


def test_a_project_within_a_repository(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "outside.py").write_text("")
    tree = write_tree(tmp_path / "project", {"pyproject.toml": "", "a.py": ""})
    assert names(tree) == ["a.py", "pyproject.toml"]


def test_a_project_that_its_repository_ignores(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / ".gitignore").write_text("project/\n")
    tree = write_tree(tmp_path / "project", {"pyproject.toml": "", "a.py": ""})
    assert names(tree) == ["a.py", "pyproject.toml"]


def test_files_of_a_submodule_count(tmp_path: Path) -> None:
    library = write_tree(tmp_path / "library", {"lib.c": "", "deep/lib.h": ""})
    git(library, "init")
    git(library, "add", ".")
    git(library, "commit", "-m", "1")
    tree = write_tree(tmp_path / "project", {"pyproject.toml": ""})
    git(tree, "init")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "add", str(library), "vendor/lib")
    assert names(tree) == [
        ".gitmodules",
        "pyproject.toml",
        "vendor/lib/deep/lib.h",
        "vendor/lib/lib.c",
    ]


def test_the_copy_stands_alone(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "outside.h").write_text("outside")
    (tree / "link.h").symlink_to("../outside.h")
    (tree / "gone.h").symlink_to("nowhere")
    (tree / "run").write_text("#!/bin/sh\n")
    (tree / "run").chmod(0o755)
    os.utime(tree / "pyproject.toml", (1_000_000_000, 1_000_000_000))
    target = tmp_path / "copy"
    write_tree(target, {"stale.py": "of the run before"})
    copy_source(tree, source_files(tree), target)
    (tmp_path / "outside.h").unlink()
    assert (target / "link.h").read_text() == "outside"
    assert not (target / "link.h").is_symlink()
    assert os.access(target / "run", os.X_OK)
    # An incremental build goes by the times.
    assert (target / "pyproject.toml").stat().st_mtime == 1_000_000_000
    assert not {"stale.py", ".spec14", "dist", "gone.h"} & {p.name for p in target.iterdir()}


def test_what_changes_the_digest(tree: Path) -> None:
    def now() -> str:
        return digest(tree, source_files(tree))

    seen = {now()}
    os.utime(tree / "pyproject.toml", (1, 1))
    (tree / "dist/pkg.whl").write_text("output, not source")
    assert now() in seen, "times and what is built make no difference"
    file = tree / "src/pkg/__init__.py"
    for change in (
        lambda: file.write_text("2"),
        lambda: file.chmod(0o755),
        lambda: file.rename(tree / "src/pkg/b.py"),
        lambda: (tree / "new.py").write_text(""),
    ):
        change()
        assert now() not in seen
        seen.add(now())


def test_a_build_folder_that_git_tracks_is_source(tree: Path) -> None:
    git(tree, "init")
    git(tree, "add", "--force", "build/lib/x.py", ".venv/bin/python", ".spec14/dist/a.whl")
    assert set(names(tree)) - set(SOURCE) == {"build/lib/x.py", "ignored.log"}


def test_all_of_an_sdist_is_source(tree: Path) -> None:
    """setuptools takes package data from ``SOURCES.txt`` where there is no git."""
    (tree / "PKG-INFO").write_text("Name: pkg\n")
    assert set(names(tree)) == {name for name in TREE if "__pycache__" not in name} - {
        ".spec14/dist/a.whl",
        ".spec14/cache/wheel.json",
        "sub/.spec14/x",
    } | {"PKG-INFO"}


@pytest.mark.parametrize("with_git", [True, False])
def test_links_to_folders(tmp_path: Path, tree: Path, *, with_git: bool) -> None:
    write_tree(tmp_path / "outside", {"lib.c": "int a;", "deep/lib.h": "", "build/x.o": ""})
    (tree / "inner").symlink_to("src/pkg")
    (tree / "src/absolute").symlink_to(tree / "src/pkg/dist")
    (tree / "outer").symlink_to("../outside")
    (tree / "around").symlink_to(".")
    (tree / "to-ignored").symlink_to("ignored.log")
    if with_git:
        git(tree, "init")
        (tree / ".gitignore").write_text("*.log\n")
        git(tree, "add", ".")
    assert {"inner", "src/absolute", "outer/lib.c", "outer/deep/lib.h", "around"} <= set(
        names(tree)
    )
    assert "outer/build/x.o" not in names(tree)
    target = tmp_path / "copy"
    copy_source(tree, source_files(tree), target)
    assert (target / "inner").is_symlink()
    assert (target / "inner/__init__.py").read_text() == "1"
    assert (target / "src/absolute").readlink() == Path("pkg/dist")
    assert (target / "around").readlink() == Path()
    assert (target / "outer/lib.c").read_text() == "int a;"
    assert not (target / "outer").is_symlink()
    assert (target / "to-ignored").is_file(), "the copy stands alone"
    before = digest(tree, source_files(tree))
    (tree / "inner").unlink()
    (tree / "inner").symlink_to("src")
    assert digest(tree, source_files(tree)) != before


def test_a_link_to_a_folder_around_the_project(tree: Path) -> None:
    (tree / "up").symlink_to("..")
    with pytest.raises(ProjectIncomplete, match="which the project lies in"):
        source_files(tree)


def submodule(tmp_path: Path) -> Path:
    library = write_tree(tmp_path / "library", {"lib.c": ""})
    git(library, "init")
    git(library, "add", ".")
    git(library, "commit", "-m", "1")
    tree = write_tree(tmp_path / "project", {"pyproject.toml": ""})
    git(tree, "init")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "add", str(library), "vendor/lib")
    git(tree, "add", ".")
    git(tree, "commit", "-m", "1")
    return tree


def test_an_empty_submodule_is_named(tmp_path: Path) -> None:
    git(tmp_path, "clone", str(submodule(tmp_path)), "clone")
    with pytest.raises(ProjectIncomplete) as caught:
        source_files(tmp_path / "clone")
    assert caught.value.what == f"the submodule vendor/lib of {tmp_path / 'clone'} is empty"
    assert "git submodule update --init --recursive" in caught.value.do


def test_an_empty_submodule_without_the_repository(tmp_path: Path) -> None:
    git(tmp_path, "clone", str(submodule(tmp_path)), "clone")
    (tmp_path / "clone" / ".git").rename(tmp_path / "gone")
    with pytest.raises(ProjectIncomplete, match="vendor/lib"):
        source_files(tmp_path / "clone")
    (tmp_path / "clone" / "vendor" / "lib" / "lib.c").touch()
    assert "vendor/lib/lib.c" in names(tmp_path / "clone")
