"""What is kept from run to run."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from toolkit.cache import read_record, working_on, write_atomically, write_record
from toolkit.errors import ProjectBusy
from toolkit.project import Project, read_project

ROOT: Final = Path(__file__).resolve().parents[2]
HOLDER: Final = """
import sys, time
from pathlib import Path
from toolkit.cache import working_on
from toolkit.project import read_project
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


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """In another process, whose files may not grow past 4 KiB: a disk that is full."""
    file = tmp_path / "file"
    file.write_bytes(b"old")
    text = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from toolkit.cache import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_atomically(Path(sys.argv[1]), bytes(100_000))\n"
        "except OSError as error:\n"
        "    sys.exit(f'refused {error.errno}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text, str(file)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.startswith("refused"), done.stderr
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_records(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    assert read_record(file) == {}
    write_record(file, {"b": 1, "a": [2]})
    assert read_record(file) == {"a": [2], "b": 1}


@pytest.mark.parametrize("content", [b"", b'{"a": 1', b"[1]", b"\xff\xfe", b"3"])
def test_a_damaged_record_is_a_stale_one(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(content)
    assert read_record(file) == {}
