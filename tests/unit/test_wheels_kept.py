"""When the backend's own folder may be used again."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import make_wheel, write_tree
from toolkit.project import Project, read_project
from toolkit.wheels.kept import Folders, Prepared, builds_outside, folders, prepare, remember
from toolkit.wheels.plan import BuildPlan
from toolkit.wheels.source import source_files

PYPROJECT = """
    [build-system]
    requires = ["meson-python"]
    build-backend = "mesonpy"
    [project]
    name = "sample"
    version = "1.0"
    """
FILES = {
    "pyproject.toml": PYPROJECT,
    "meson.build": "project('sample')\n",
    "sample/__init__.py": "one = 1\n",
    "sample/core.c": "int one;\n",
    "sample/core.h": "int two;\n",
    "tools/generate.py": "print(1)\n",
}
# What ninja is told (`-t inputs`): the header is in no rule, and there is no log of compilers.
NINJA = """
    rule copy
      command = cp $in $out
    build core.o: copy ../../source/sample/core.c
    build all: phony core.o
    """


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = write_tree(tmp_path / "sample", FILES)
    (folder / ".spec14" / "cache").mkdir(parents=True)
    (folder / ".spec14" / ".gitignore").write_text("*\n")
    return read_project(folder)


def build(project: Project, plan: BuildPlan | None = None, *, through: bool = True) -> Folders:
    """Stand in for a build: a folder with a witness in it, and a wheel with the Python file."""
    plan, where = plan or BuildPlan(), folders(project)
    files = source_files(project.folder)
    prepare(project, plan, files, where)
    write_tree(where.objects, {"build.ninja": NINJA, "witness": ""})
    text = (project.folder / "sample" / "__init__.py").read_text()
    wheel = make_wheel(where.out, "sample", files={"sample/__init__.py": text})
    if through:
        remember(project, plan, files, where, wheel)
    return where


def prepared(project: Project, plan: BuildPlan | None = None) -> tuple[Prepared, bool]:
    """Give what the next build gets, and whether the folder is still there."""
    where = folders(project)
    got = prepare(project, plan or BuildPlan(), source_files(project.folder), where)
    return got, (where.objects / "witness").exists()


def test_after_a_change_that_ninja_follows(project: Project) -> None:
    where = build(project)
    (project.folder / "sample" / "core.c").write_text("int three;\n")
    got, kept = prepared(project)
    assert kept
    assert got.settings == (f"build-dir={where.objects}",)
    assert "MESON" in got.environment, "only sources of objects: nothing to configure"
    assert (where.source / "sample" / "core.c").read_text() == "int three;\n"


def test_after_a_change_of_shipped_python(project: Project) -> None:
    build(project)
    (project.folder / "sample" / "__init__.py").write_text("one = 2\n")
    got, kept = prepared(project)
    assert kept
    assert "MESON" not in got.environment, "the configuration may have run it"


@pytest.mark.parametrize(
    "name", ["meson.build", "pyproject.toml", "tools/generate.py", "sample/core.h"]
)
def test_after_a_change_that_nobody_follows(project: Project, name: str) -> None:
    build(project)
    with (project.folder / name).open("a") as file:
        file.write("# more\n")
    assert prepared(project)[1] is False


def test_after_another_set_of_files(project: Project) -> None:
    build(project)
    (project.folder / "sample" / "more.py").touch()
    assert prepared(project)[1] is False
    build(project)
    (project.folder / "sample" / "more.py").unlink()
    assert prepared(project)[1] is False


def test_after_another_plan(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    build(project)
    assert prepared(project, BuildPlan(exports="pyinit"))[1] is False
    build(project)
    assert prepared(project, BuildPlan(config_settings=("setup-args=-Dx=1",)))[1] is False
    build(project)
    assert prepared(project, BuildPlan(environment={"A": "1"}))[1] is False
    build(project)
    monkeypatch.setenv("CFLAGS", "-O0")
    assert prepared(project)[1] is False


def test_after_a_build_that_was_not_finished(project: Project) -> None:
    build(project)
    build(project, through=False)
    assert prepared(project)[1] is False


def test_where_the_project_was_moved(project: Project) -> None:
    build(project)
    moved = project.folder.rename(project.folder.with_name("elsewhere"))
    assert prepared(read_project(moved))[1] is False


@pytest.mark.parametrize(
    ("more", "plan"),
    [
        ("", BuildPlan(config_settings=("builddir=here",))),
        ("", BuildPlan(before_build=("touch x",))),
        ('backend-path = ["."]', BuildPlan()),
        ('build-backend = "setuptools.build_meta"', BuildPlan()),
        ('build-backend = "mesonpy_like.api"', BuildPlan()),
    ],
)
def test_who_gets_no_folder(tmp_path: Path, more: str, plan: BuildPlan) -> None:
    lines = ["[build-system]", "requires = []", more, "[project]", 'name="a"', 'version="1"']
    if "build-backend" not in more:
        lines.insert(1, 'build-backend = "mesonpy"')
    (tmp_path / "pyproject.toml").write_text("\n".join(lines))
    assert builds_outside(read_project(tmp_path), plan) is False


def test_a_meson_of_its_own_is_left_alone(project: Project) -> None:
    file = project.folder / "pyproject.toml"
    file.write_text(file.read_text() + "[tool.meson-python]\nmeson = 'vendored/meson.py'\n")
    own = read_project(project.folder)
    build(own)
    (own.folder / "sample" / "core.c").write_text("int three;\n")
    got, kept = prepared(own)
    assert kept
    assert "MESON" not in got.environment


def test_the_digest_is_that_of_a_record(project: Project) -> None:
    record: Any = json.loads(build(project).record.read_text())
    sha256 = hashlib.sha256(b"one = 1\n").digest()
    assert record["contents"]["sample/__init__.py"] in record["shipped"]
    assert base64.urlsafe_b64encode(sha256).decode().rstrip("=") in record["shipped"]
