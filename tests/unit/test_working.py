"""One run at a time on a project."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from toolkit.errors import ProjectBusy
from toolkit.project import Project, read_project
from toolkit.working import working_on

ROOT: Final = Path(__file__).resolve().parents[2]
HOLDER: Final = """
import sys, time
from pathlib import Path
from toolkit.project import read_project
from toolkit.working import working_on
with working_on(read_project(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "one"\n')
    return read_project(tmp_path)


@contextlib.contextmanager
def held(project: Project) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the project; it lets go when its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(project.folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder


def test_a_second_process_finds_the_project_busy(project: Project) -> None:
    with held(project) as holder:
        assert holder.stdin is not None
        with pytest.raises(ProjectBusy, match=str(project.folder)), working_on(project):
            pass
        holder.stdin.close()
        assert holder.wait(10) == 0
    with working_on(project):
        pass


def test_a_killed_holder_leaves_no_lock_behind(project: Project) -> None:
    with held(project) as holder:
        holder.kill()
        holder.wait(10)
    with working_on(project):
        pass


def test_an_error_lets_the_project_go(project: Project) -> None:
    with pytest.raises(KeyError), working_on(project):
        raise KeyError
    with working_on(project):
        pass
