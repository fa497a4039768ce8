"""Versions from git: the copy knows the history, and what is missing is said."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.errors import BuildFailed
from toolkit.project import Project, read_project
from toolkit.wheels.history import history_of, lend_history, unreachable
from toolkit.wheels.source import copy_source, source_files
from toolkit.wheels.version import history_key, require_version, version_advice, version_source

SCM = """
    [build-system]
    requires = ["setuptools", "setuptools_scm>=8"]
    build-backend = "setuptools.build_meta"
    [project]
    name = "my.pkg"
    dynamic = ["version"]
    """


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [
            "git",
            "-c",
            "user.name=n",
            "-c",
            "user.email=e",
            "-c",
            "protocol.file.allow=always",
            *words,
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def repository(folder: Path, files: dict[str, str], tag: str | None = "v1.0") -> Path:
    write_tree(folder, files)
    git(folder, "init", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "1")
    if tag:
        git(folder, "tag", tag)
    return folder


def state(folder: Path) -> dict[str, str]:
    """Give all that lies in a folder, with contents."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def copied(folder: Path, target: Path) -> Path:
    copy_source(folder, source_files(folder), target)
    lend_history(folder, target)
    return target


DESCRIBE = ("describe", "--tags", "--dirty", "--long")


def test_the_copy_knows_what_the_checkout_knows(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"pyproject.toml": SCM, "a.py": "1", "sub/b.py": ""})
    (folder / "link").symlink_to("sub")
    (folder / "a-link.py").symlink_to("a.py")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "2")
    before = state(folder / ".git")
    copy = copied(folder, tmp_path / "copy")
    assert git(copy, *DESCRIBE) == git(folder, *DESCRIBE)
    assert "dirty" not in git(copy, *DESCRIBE)
    assert git(copy, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert git(copy, "ls-files") == git(folder, "ls-files")
    assert git(copy, "log", "--format=%H") == git(folder, "log", "--format=%H")
    assert git(copy, "status", "--porcelain") == ""
    # Whatever a build does in it: nothing of the user's is written.
    git(copy, "commit", "--allow-empty", "-m", "of a build")
    git(copy, "tag", "v9")
    git(copy, "gc", "--quiet")
    assert state(folder / ".git") == before


def test_a_change_is_seen(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"pyproject.toml": SCM, "a.py": "1"})
    (folder / "a.py").write_text("2")
    (folder / "new.py").write_text("not added")
    copy = copied(folder, tmp_path / "copy")
    assert git(copy, *DESCRIBE).endswith("-dirty")
    assert git(copy, "status", "--porcelain").split("\n") == ["M a.py", "?? new.py"]


def test_a_detached_head_a_worktree_a_submodule(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"pyproject.toml": SCM})
    git(folder, "worktree", "add", "--detach", str(tmp_path / "tree"))
    git(folder, "worktree", "add", "-b", "deep/branch", str(tmp_path / "branch"))
    outer = repository(tmp_path / "outer", {"x": ""})
    git(outer, "submodule", "add", str(folder), "sub")
    for number, place in enumerate((tmp_path / "tree", tmp_path / "branch", outer / "sub")):
        before = state(folder / ".git")
        copy = copied(place, tmp_path / f"copy{number}")
        assert git(copy, *DESCRIBE) == git(place, *DESCRIBE)
        assert git(copy, "rev-parse", "--abbrev-ref", "HEAD") == git(
            place, "rev-parse", "--abbrev-ref", "HEAD"
        )
        assert state(folder / ".git") == before


def test_a_shallow_clone(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"pyproject.toml": SCM})
    git(folder, "commit", "--allow-empty", "-m", "2")
    git(tmp_path, "clone", "--depth=1", "--no-tags", f"file://{folder}", "shallow")
    shallow = tmp_path / "shallow"
    copy = copied(shallow, tmp_path / "copy")
    assert git(copy, "log", "--format=%s") == "2"
    found = history_of(shallow)
    assert found is not None
    assert (found.shallow, found.tagged, found.at_top) == (True, False, True)
    with pytest.raises(BuildFailed) as caught:
        require_version(read_project(shallow), {})
    assert "is shallow and holds no tag" in caught.value.what
    assert "fetch-depth: 0" in caught.value.do
    assert "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PKG" in caught.value.do


def test_a_part_of_a_repository_gets_no_history(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"part/pyproject.toml": SCM})
    copy = copied(folder / "part", tmp_path / "copy")
    assert not (copy / ".git").exists()
    with pytest.raises(BuildFailed, match="not the top of its repository"):
        require_version(read_project(folder / "part"), {})


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "p", {"pyproject.toml": SCM})
    git(folder, "init")
    git(folder, "add", ".")
    assert history_of(folder) is None
    assert not (copied(folder, tmp_path / "copy") / ".git").exists()


def test_a_worktree_whose_repository_is_not_mounted(tmp_path: Path) -> None:
    folder = repository(tmp_path / "p", {"pyproject.toml": SCM})
    git(folder, "worktree", "add", str(tmp_path / "tree"))
    (folder / ".git").rename(tmp_path / "elsewhere")
    missing = unreachable(tmp_path / "tree")
    assert missing == folder / ".git" / "worktrees" / "tree"
    with pytest.raises(BuildFailed) as caught:
        require_version(read_project(tmp_path / "tree"), {})
    assert str(missing) in caught.value.what
    assert source_files(tmp_path / "tree") == [Path("pyproject.toml")]


def test_no_repository_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = read_project(write_tree(tmp_path / "p", {"pyproject.toml": SCM}))
    with pytest.raises(BuildFailed) as caught:
        require_version(project, {})
    assert caught.value.what == (
        "the version of my.pkg comes from git (setuptools-scm), and there is no git repository "
        "with a commit here"
    )
    assert "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PKG" in version_advice(project)
    require_version(project, {"SETUPTOOLS_SCM_PRETEND_VERSION_FOR_MY_PKG": "1"})
    monkeypatch.setenv("SETUPTOOLS_SCM_PRETEND_VERSION", "1")
    require_version(project, {})


@pytest.mark.parametrize(
    "extra",
    [
        {"pyproject.toml": SCM + '[tool.setuptools_scm]\n    fallback_version = "1"\n'},
        {".git_archival.txt": "node: abc"},
        {"PKG-INFO": "Metadata-Version: 2.4\nName: my.pkg\nVersion: 1.0\n"},
    ],
)
def test_where_the_version_is_known_otherwise(tmp_path: Path, extra: dict[str, str]) -> None:
    folder = write_tree(tmp_path / "p", {"pyproject.toml": SCM, **extra})
    require_version(read_project(folder), {})


HATCH = (
    'build-system = {requires = ["hatchling", "hatch-vcs"], build-backend = "hatchling.build"}\n'
)
PDM = 'build-system.requires = ["pdm-backend"]\n'
MESON = 'build-system = {requires = ["meson-python"], build-backend = "mesonpy"}\n'


@pytest.mark.parametrize(
    ("files", "origin", "version", "by_history"),
    [
        ({"pyproject.toml": 'project.version = "3"'}, "pyproject.toml", "3", False),
        ({"pyproject.toml": 'tool.poetry.version = "3"'}, "pyproject.toml", "3", False),
        ({"pyproject.toml": SCM}, "git, by setuptools-scm", "", True),
        ({"pyproject.toml": HATCH}, "the build backend", "", True),
        (
            {"pyproject.toml": HATCH + 'tool.hatch.version.source = "vcs"'},
            "git, by hatch-vcs",
            "",
            True,
        ),
        ({"pyproject.toml": HATCH + 'tool.hatch.version.path = "a.py"'}, "a.py", "", False),
        ({"pyproject.toml": MESON}, "the build backend", "", True),
        ({"setup.py": "setup(use_scm_version=True)"}, "git, by setuptools-scm", "", True),
        ({"setup.py": "import versioneer"}, "git, by versioneer", "", True),
        (
            {"pyproject.toml": PDM + 'tool.pdm.version.source = "scm"'},
            "git, by pdm-backend",
            "",
            True,
        ),
        (
            {"pyproject.toml": PDM},
            "the build backend",
            "",
            True,
        ),
        (
            {"pyproject.toml": SCM + '[tool.setuptools.dynamic]\n    version = {attr = "a.b"}'},
            "a.b",
            "",
            False,
        ),
        (
            {"pyproject.toml": SCM, "PKG-INFO": "Name: x\nVersion: 7\n"},
            "PKG-INFO of the sdist",
            "7",
            False,
        ),
    ],
)
def test_where_it_comes_from(
    tmp_path: Path, files: dict[str, str], origin: str, version: str, *, by_history: bool
) -> None:
    source = version_source(read_project(write_tree(tmp_path / "p", files)))
    assert (source.origin, source.version, source.by_history) == (origin, version, by_history)


def test_a_commit_or_tag_counts_only_where_the_version_hangs_on_it(tmp_path: Path) -> None:
    def keys(folder: Path) -> tuple[str, str]:
        project: Project = read_project(folder)
        before = history_key(project)
        git(folder, "commit", "--allow-empty", "-m", "next")
        return before, history_key(project)

    scm = repository(tmp_path / "scm", {"pyproject.toml": SCM})
    before, after = keys(scm)
    assert before.startswith("v1.0-0-g")
    assert after.startswith("v1.0-1-g")
    git(scm, "tag", "v2.0")
    assert history_key(read_project(scm)).startswith("v2.0-0-g")
    static = repository(tmp_path / "static", {"pyproject.toml": 'project.version = "1"'})
    assert keys(static) == ("", "")
    shutil.rmtree(scm / ".git")
    assert history_key(read_project(scm)) == ""
