"""The project's folder and what can be seen of it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import (
    NotWritable,
    ProjectIncomplete,
    ProjectMissing,
    ProjectNotAFolder,
    SettingsError,
    Spec14Error,
)
from toolkit.project import Project, prepare_output, read_project, requirements_for
from toolkit.settings import Settings
from toolkit.testing.requirements import test_requirements as requirements_of_tests

ROOT: Final = Path(__file__).resolve().parents[2]


def make(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(text)
    return folder


def test_a_project(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, '[project]\nname = "One.Two"\n'))
    assert (project.folder, project.name) == (tmp_path, "One.Two")
    assert project.dist == tmp_path / ".spec14" / "dist"


def test_without_a_name_it_is_called_like_its_folder(tmp_path: Path) -> None:
    assert read_project(make(tmp_path / "folder", "")).name == "folder"


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a", "")
    monkeypatch.chdir(tmp_path / "a")
    assert read_project(Path("../a")).folder == tmp_path / "a"


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissing, match="nowhere does not exist"):
        read_project(tmp_path / "nowhere")


def test_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ProjectNotAFolder):
        read_project(tmp_path / "file")


def test_without_pyproject(tmp_path: Path) -> None:
    with pytest.raises(ProjectIncomplete, match=r"has no pyproject\.toml"):
        read_project(tmp_path)


def test_bad_toml_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectIncomplete, match=r"pyproject\.toml: .*line 2"):
        read_project(make(tmp_path, "[project]\nname = \n"))


def test_no_utf8(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ProjectIncomplete):
        read_project(tmp_path)


def test_pyproject_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(ProjectIncomplete, match="cannot be read"):
        read_project(tmp_path)


@pytest.mark.parametrize("text", ["tool = 3", "project = []", "[tool]\nspec14 = 'x'"])
def test_what_must_be_a_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="must be a table"):
        read_project(make(tmp_path, text))


# ------------------------------------------------------------------ .spec14


def test_the_output_folder_ignores_itself(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, ""))
    prepare_output(project)
    prepare_output(project)
    assert "*" in (project.out / ".gitignore").read_text().splitlines()
    assert {path.name for path in project.out.iterdir()} == {
        ".gitignore",
        "cache",
        "dist",
        "report",
    }


def test_a_gitignore_of_the_users_stays(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, ""))
    project.out.mkdir()
    (project.out / ".gitignore").write_text("mine\n")
    prepare_output(project)
    assert (project.out / ".gitignore").read_text() == "mine\n"


def test_a_file_in_the_way(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, ""))
    project.out.write_text("")
    with pytest.raises(NotWritable, match=r"\.spec14 is in the way"):
        prepare_output(project)


PREPARE: Final = """
import sys
from pathlib import Path
from toolkit.errors import NotWritable
from toolkit.project import prepare_output, read_project
try:
    prepare_output(read_project(Path(sys.argv[1])))
except NotWritable as error:
    sys.exit(f"{error.what}; {error.do}")
"""


@pytest.mark.skipif(os.getuid() != 0, reason="gives a folder to another user")
@pytest.mark.parametrize("blocked", [".", ".spec14", ".spec14/cache"])
def test_a_folder_of_another_user(blocked: str) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        project = read_project(make(Path(scratch) / "project", ""))
        if blocked != ".":
            prepare_output(project)
        for path in (project.folder, *project.folder.rglob("*")):
            chown(path, 4321, 4321)
        chown(project.folder / blocked, 4322, 4323)
        done = subprocess.run(
            [sys.executable, "-c", PREPARE, str(project.folder)],
            env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            user=4321,
            group=4321,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stderr.startswith(str(project.folder / blocked).removesuffix("/."))
    assert "cannot be written by uid 4321, gid 4321" in done.stderr
    assert "SPEC14_UID=4322 and SPEC14_GID=4323" in done.stderr
    assert done.returncode == 1


def chown(path: Path, uid: int, gid: int) -> None:
    try:
        os.chown(path, uid, gid)
    except PermissionError:
        pytest.skip("this root has not the right to give files away")


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_folder_of_roots() -> None:
    folder = Path("/usr")
    project = Project(
        folder=folder,
        root=folder,
        name="x",
        pyproject={},
        root_pyproject={},
        settings=Settings(),
        out=folder / ".spec14",
    )
    with pytest.raises(NotWritable, match="/usr cannot be written by uid") as error:
        prepare_output(project)
    assert "SPEC14_UID=0 and SPEC14_GID=0" in error.value.do


@pytest.mark.skipif(os.getuid() == 0, reason="root writes everywhere")
def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    project = read_project(make(tmp_path / "project", ""))
    project.folder.chmod(0o555)
    try:
        with pytest.raises(NotWritable, match="cannot be written"):
            prepare_output(project)
    finally:
        project.folder.chmod(0o755)


# ------------------------------------------------------------------ dependency groups

GROUPS = """
[project]
name = "one"
[project.optional-dependencies]
Doc_Umentation = ["extra-only"]
test = ["from-the-extra"]
[dependency-groups]
base = ["a>=1"]
Test = [{include-group = "BASE"}, "pytest", {include-group = "more.things"}]
more-things = ["b; python_version > '3'"]
"""


def test_groups_come_before_extras_and_include_others(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, GROUPS))
    assert requirements_for(project, ("nothing", "test")) == (
        "a>=1",
        "pytest",
        "b; python_version > '3'",
    )
    assert requirements_for(project, ("doc-umentation",)) == ("extra-only",)
    assert requirements_for(project, ("nothing",)) == ()


def test_the_first_name_wins(tmp_path: Path) -> None:
    project = read_project(make(tmp_path, GROUPS))
    assert requirements_for(project, ("base", "test")) == ("a>=1",)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ('a = [{include-group = "a"}]', "a -> a"),
        ('a = [{include-group = "b"}]\nb = [{include-group = "a"}]', "a -> b -> a"),
        ('a = [{include-group = "gone"}]', "a -> gone"),
        ("a = [3]", "a holds 3"),
        ('a = [{include = "b"}]', "holds {'include': 'b'}"),
        ('a = "pytest"', "a must be a list, not 'pytest'"),
    ],
)
def test_wrong_groups(tmp_path: Path, groups: str, said: str) -> None:
    project = read_project(make(tmp_path, f"[dependency-groups]\n{groups}\n"))
    with pytest.raises(ProjectIncomplete) as error:
        requirements_for(project, ("a",))
    assert said in error.value.what


# ------------------------------------------------------------------ what the tests need

TEST_GROUP = '[dependency-groups]\ntest = ["from-group"]\n'
EVERYWHERE = '[tool.cibuildwheel]\ntest-requires = "for-all numpy"\n'
PYODIDE = '[tool.cibuildwheel.pyodide]\ntest-requires = ["pytest>=8", "for-pyodide"]\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("pytest",)),
        (TEST_GROUP, ("pytest", "from-group")),
        (EVERYWHERE + TEST_GROUP, ("pytest", "for-all", "numpy")),
        (EVERYWHERE + PYODIDE, ("pytest>=8", "for-pyodide")),
        ('[tool.spec14.test]\nrequires = ["PyTest==9"]\n' + PYODIDE, ("PyTest==9",)),
        ("[tool.spec14.test]\nrequires = []\n" + TEST_GROUP, ("pytest",)),
        ('[project.optional-dependencies]\ndev = ["pytest", "x[y]>1"]', ("pytest", "x[y]>1")),
    ],
)
def test_requirements_of_the_tests(tmp_path: Path, text: str, expected: tuple[str, ...]) -> None:
    assert requirements_of_tests(read_project(make(tmp_path, text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        '[dependency-groups]\ntest = ["no requirement!"]\n',
        "[tool.cibuildwheel]\ntest-requires = 3\n",
        "[tool.cibuildwheel]\npyodide = 3\n",
    ],
)
def test_wrong_requirements_of_the_tests(tmp_path: Path, text: str) -> None:
    with pytest.raises(Spec14Error) as error:
        requirements_of_tests(read_project(make(tmp_path, text)))
    assert isinstance(error.value, ProjectIncomplete | SettingsError)
