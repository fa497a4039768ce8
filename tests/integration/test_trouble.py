"""Two runs at once, signals, a full disk: nothing is left half-written."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.conftest import ROOT, Spec14, error_lines, the_wheel

SHM: Final = Path("/dev/shm")
LARGEST: Final = 4 << 30
"""Bytes up to which /dev/shm is the container's own and small enough to be filled."""


@contextlib.contextmanager
def running(*words: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Start ``spec14`` where no terminal is; end all of it on the way out."""
    with subprocess.Popen(
        [sys.executable, "-m", "toolkit.cli", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as child:
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)


def until(condition: object, seconds: float = 60) -> None:
    """Wait for a condition, asked again and again."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def programs_in(folder: Path) -> list[str]:
    """Give the command lines of the processes that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_two_runs_at_once(pure: Path, tmp_path: Path, spec14: Spec14) -> None:
    project = Path(shutil.copytree(pure, tmp_path / "pure", symlinks=True))
    (project / "tests" / "test_slow.py").write_text(
        "import time\ndef test_slow():\n    print('\\nsleeping')\n    time.sleep(30)\n"
    )
    with running("test", "--project", project, "-s", "tests/test_slow.py") as first:
        assert first.stdout is not None
        for line in first.stdout:
            if "sleeping" in line:
                break
        for command in ("wheel", "test", "docs"):
            second = spec14(command, "--project", project)
            assert second.returncode == 25
            what, _do = error_lines(second)
            assert what == f"another run works on {project}"
        # Ctrl-C in the middle of a test, with Python in Node: pytest's summary and code.
        first.send_signal(signal.SIGINT)
        assert first.wait(20) == 2
    until(lambda: programs_in(project) == [], 10)
    assert spec14("wheel", "--project", project).returncode == 0, "the lock is free again"


@pytest.fixture
def changed(demo: Path, tmp_path: Path) -> Path:
    """Give a copy of the built demo whose C file has changed since."""
    project = Path(shutil.copytree(demo, tmp_path / "demo", symlinks=True))
    with (project / "src" / "ripple" / "_kernel.c").open("a") as kernel:
        kernel.write("/* changed */\n")
    return project


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_while_the_compiler_runs(
    changed: Path, spec14: Spec14, number: signal.Signals, code: int
) -> None:
    before = the_wheel(changed).read_bytes()
    with running("wheel", "--project", changed) as child:
        until(lambda: programs_in(changed / ".spec14" / "cache" / "source"))
        child.send_signal(number)
        assert child.wait(20) == code
        assert child.stdout is not None
        assert "Traceback" not in child.stdout.read()
    until(lambda: programs_in(changed) == [], 10)
    assert the_wheel(changed).read_bytes() == before
    stale = spec14("test", "--no-deps", "--project", changed)
    assert stale.returncode == 27, "the old wheel does not pass for a new one"


def test_ended_while_two_compilers_run(changed: Path) -> None:
    """Each in a process group of its own and a thread of its own."""
    cache = changed / ".spec14" / "cache"
    with running("docs", "--no-verify", "--project", changed) as child:
        until(lambda: programs_in(cache / "source") and programs_in(cache / "native-source"))
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
        assert time.monotonic() - begun < 15
        assert child.stdout is not None
        assert "Traceback" not in child.stdout.read()
    until(lambda: programs_in(changed) == [], 10)
    assert not (changed / ".spec14" / "site").exists()


@pytest.mark.parametrize("delay", [0.05, 0.3, 0.8])
def test_ctrl_c_at_any_moment(changed: Path, delay: float) -> None:
    before = the_wheel(changed).read_bytes()
    with running("wheel", "--project", changed) as child:
        time.sleep(delay)
        child.send_signal(signal.SIGINT)
        code = child.wait(20)
        assert child.stdout is not None
        said = child.stdout.read()
    # Python answers in its own way while it begins itself.
    begins = code == 1 and said.startswith("Fatal Python error: init_")
    assert begins or code in (130, -signal.SIGINT), said
    if delay > 0.2:
        assert "Traceback" not in said
    assert the_wheel(changed).read_bytes() == before
    until(lambda: programs_in(changed) == [], 10)


def test_an_edit_while_the_docs_are_built_is_not_taken_for_built(
    changed: Path, spec14: Spec14
) -> None:
    page = changed / "docs" / "api.rst"
    with running("docs", "--no-verify", "--project", changed) as child:
        assert child.stdout is not None
        assert any(line.startswith("building the documentation ...") for line in child.stdout)
        # Sphinx has read or will read it: either way the record must not name this text.
        page.write_text(page.read_text() + "\nWritten while the site was built.\n")
        said = child.stdout.read()
        assert child.wait(120) == 0, said
    again = spec14("docs", "--no-verify", "--project", changed)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "published" in again.stdout
    assert "Written while" in (changed / ".spec14/site/api.html").read_text()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Give a folder on a disk that can be filled: the container's /dev/shm."""
    if not SHM.is_dir() or shutil.disk_usage(SHM).total > LARGEST:
        pytest.skip("/dev/shm has no limit here that one could reach")
    folder = SHM / f"spec14-{os.getpid()}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def fill(disk: Path, *, but: int) -> None:
    """Write a file that leaves `but` bytes free."""
    with (disk / "ballast").open("wb") as ballast:
        while (free := shutil.disk_usage(disk).free) > but:
            ballast.write(bytes(min(free - but, 1 << 20)))
            ballast.flush()


def assert_disk_full(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 26, done.stdout + done.stderr
    what, do = error_lines(done)
    assert what.startswith("the disk is full")
    assert "make room" in do


def test_a_full_disk_under_the_project(changed: Path, small_disk: Path, spec14: Spec14) -> None:
    shutil.copytree(changed, small_disk / "demo", symlinks=True, ignore=without_caches)
    before = the_wheel(small_disk / "demo").read_bytes()
    # No room for a file; no room for the caches of the tools.
    for free in (0, 1 << 20):
        (small_disk / "ballast").unlink(missing_ok=True)
        fill(small_disk, but=free)
        assert_disk_full(spec14("wheel", "--project", small_disk / "demo"))
        assert the_wheel(small_disk / "demo").read_bytes() == before


def without_caches(_folder: str, names: list[str]) -> set[str]:
    caches = ("emscripten", "test-env", "uv", "virtualenv")
    return {name for name in names if name.startswith(caches)}


def test_a_full_disk_under_the_wheels(changed: Path, small_disk: Path, spec14: Spec14) -> None:
    """The wheel is built, and there is no room to put it: the last step of all."""
    dist = changed / ".spec14" / "dist"
    shutil.copytree(dist, small_disk / "dist")
    shutil.rmtree(dist)
    dist.symlink_to(small_disk / "dist")
    before = the_wheel(changed).read_bytes()
    fill(small_disk, but=4096)
    assert_disk_full(spec14("wheel", "--project", changed))
    assert the_wheel(changed).read_bytes() == before
    assert spec14("test", "--no-deps", "--project", changed).returncode == 27
    (small_disk / "ballast").unlink()
    again = spec14("wheel", "--project", changed)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "built ripple_demo" in again.stdout


def test_a_full_disk_under_the_build_tools(changed: Path, small_disk: Path, spec14: Spec14) -> None:
    """Another program meets it, and says so in its own words."""
    demo = small_disk / "demo"
    shutil.copytree(changed, demo, symlinks=True, ignore=shutil.ignore_patterns("test-env"))
    before = the_wheel(demo).read_bytes()
    # The build's own environment, NumPy among it, has to be filled anew.
    shutil.rmtree(demo / ".spec14" / "cache" / "build" / "environment")
    fill(small_disk, but=1 << 20)
    assert_disk_full(spec14("wheel", "--project", demo))
    assert the_wheel(demo).read_bytes() == before
