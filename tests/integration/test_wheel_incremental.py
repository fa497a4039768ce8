"""A second build compiles what has changed, and gives what a build from nothing gives."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.artefacts import LLVM
from tests.backends.meson import meson_c
from tests.backends.scikit_build import scikit_build_c
from tests.backends.setuptools import setuptools_c
from tests.integration.conftest import ROOT, Spec14, the_wheel

OUTSIDE = {"meson-c": meson_c, "scikit-build-c": scikit_build_c}
EVERY = {**OUTSIDE, "setuptools-c": setuptools_c}


def built(project: Path, spec14: Spec14) -> str:
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def from_nothing(project: Path, spec14: Spec14) -> bytes:
    """Give the wheel of the project as it is now, built where nothing was kept."""
    twin = project.with_name("from-nothing")
    shutil.rmtree(twin, ignore_errors=True)
    shutil.copytree(project, twin, ignore=shutil.ignore_patterns(".spec14"))
    built(twin, spec14)
    return the_wheel(twin).read_bytes()


def edit_c(project: Path) -> None:
    file = project / "sample" / "_core.c"
    file.write_text(file.read_text().replace("PyNumber_Add(number, number)", "PyLong_FromLong(4)"))


def edit_python(project: Path) -> None:
    (project / "sample" / "other.py").write_text("OTHER = 2\n")


def replace_in_build_files(project: Path, old: str, new: str) -> None:
    for name in ("meson.build", "CMakeLists.txt", "setup.py"):
        if (file := project / name).is_file():
            file.write_text(file.read_text().replace(old, new))


def remove_add_and_rename(project: Path) -> None:
    (project / "sample" / "other.py").unlink()
    replace_in_build_files(project, "'sample/other.py'", "'sample/third.py'")
    (project / "sample" / "third.py").write_text("THIRD = 3\n")
    (project / "sample" / "_core.c").rename(project / "sample" / "kernel.c")
    replace_in_build_files(project, "_core.c", "kernel.c")


EDITS: tuple[Callable[[Path], None], ...] = (edit_c, edit_python, remove_add_and_rename)


@pytest.mark.parametrize("name", EVERY)
def test_every_edit_gives_what_a_build_from_nothing_gives(
    name: str, tmp_path: Path, spec14: Spec14
) -> None:
    project = EVERY[name](tmp_path / "sample")
    built(project, spec14)
    seen = {the_wheel(project).read_bytes()}
    for edit in EDITS:
        edit(project)
        built(project, spec14)
        wheel = the_wheel(project).read_bytes()
        assert wheel not in seen, f"{edit.__name__} is not in the wheel"
        assert wheel == from_nothing(project, spec14), edit.__name__
        seen.add(wheel)


@pytest.mark.parametrize("name", OUTSIDE)
def test_only_the_object_that_changed_is_compiled(
    name: str, tmp_path: Path, spec14: Spec14
) -> None:
    project = OUTSIDE[name](tmp_path / "sample")
    (project / "sample" / "more.c").write_text("int more(int number) { return number + 1; }\n")
    replace_in_build_files(project, "'sample/_core.c'", "'sample/_core.c', 'sample/more.c'")
    replace_in_build_files(project, "SOABI sample/_core.c", "SOABI sample/_core.c sample/more.c")
    first = re.search(r"ccache: (\d+) of (\d+) compilations", built(project, spec14))
    assert first is not None
    assert int(first[2]) >= 2
    before = objects(project)
    assert {path.name.rpartition("_")[2] for path in before} >= {"core.c.o"}
    edit_c(project)
    second = re.search(r"ccache: (\d+) of (\d+) compilations", built(project, spec14))
    assert second is not None
    # Nothing that had been compiled was asked for again; CMake's own probes are no objects.
    assert int(second[1]) == 0
    assert int(second[2]) < int(first[2])
    after = objects(project)
    changed = {path.name for path in before if before[path] != after[path]}
    assert len(changed) == 1
    assert "core.c.o" in changed.pop()


def objects(project: Path) -> dict[Path, int]:
    folder = project / ".spec14" / "cache" / "build" / "objects"
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.c.o")}


def test_what_was_compiled_before_comes_from_the_cache(tmp_path: Path, spec14: Spec14) -> None:
    """A folder that is not used again is no reason to compile again."""
    project = setuptools_c(tmp_path / "sample")
    assert "ccache: 0 of 1 compilations" in built(project, spec14)
    edit_python(project)
    assert "ccache: 1 of 1 compilations" in built(project, spec14)


def test_without_ccache_it_says_so(tmp_path: Path, spec14: Spec14) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for program in Path(folder).iterdir():
            if program.name != "ccache" and not (tools / program.name).exists():
                (tools / program.name).symlink_to(program)
    project = setuptools_c(tmp_path / "sample")
    path = f"{Path(sys.prefix) / 'bin'}:{LLVM}:/usr/local/bin:{tools}"
    done = spec14("wheel", "--project", project, env={"PATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ccache is not on the PATH" in done.stdout + done.stderr


def test_other_requirements_make_the_environment_anew(tmp_path: Path, spec14: Spec14) -> None:
    project = meson_c(tmp_path / "sample")
    built(project, spec14)
    environment = project / ".spec14" / "cache" / "build" / "environment"
    (environment / "witness").touch()
    edit_c(project)
    built(project, spec14)
    assert (environment / "witness").exists(), "nothing had to be installed"
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace('"meson-python"', '"meson-python", "tomlkit"'))
    built(project, spec14)
    assert not (environment / "witness").exists()
    assert the_wheel(project).read_bytes() == from_nothing(project, spec14)


@pytest.mark.parametrize("delay", [0.4, 1.2, 2.5])
def test_killed_in_the_middle(delay: float, tmp_path: Path, spec14: Spec14) -> None:
    """Without a chance to clean up; wherever it was, the next run is as one from nothing."""
    project = meson_c(tmp_path / "sample")
    built(project, spec14)
    edit_c(project)
    child = subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", "wheel", "--project", project],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    child.wait()
    edit_python(project)
    built(project, spec14)
    assert the_wheel(project).read_bytes() == from_nothing(project, spec14)
