"""Which changes of a project call for a build."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from toolkit.serve.live import Live
from toolkit.serve.watch import watch

PATIENCE = 15.0
SILENCE = 1.5


class Builds:
    """Stands for ``spec14 docs``: counts, and fails when it is told to."""

    def __init__(self) -> None:
        self.number = 0
        self.error: str | None = None
        self.during: Callable[[], object] = lambda: None

    def __call__(self) -> str | None:
        self.number += 1
        self.during()
        return self.error

    def wait(self, number: int) -> None:
        """Wait until there were so many builds, and see that no more follow."""
        end = time.monotonic() + PATIENCE
        while self.number < number:
            assert time.monotonic() < end, f"{self.number} builds, not {number}"
            time.sleep(0.02)
        time.sleep(SILENCE)
        assert self.number == number


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project of a few files."""
    root = tmp_path / "project"
    for name in ("pyproject.toml", "docs/index.rst", "src/pkg/__init__.py", "src/pkg/kernel.c"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    return root


@pytest.fixture
def builds() -> Builds:
    """Give the builds."""
    return Builds()


@pytest.fixture
def live(project: Path, builds: Builds) -> Iterator[Live]:
    """Give what pages are told while the project is watched."""
    live, stop = Live(), threading.Event()
    options = {"build": builds, "live": live, "stop": stop}
    thread = threading.Thread(target=watch, args=(project,), kwargs=options)
    thread.start()
    time.sleep(0.5)
    try:
        yield live
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.mark.parametrize("name", ["docs/index.rst", "src/pkg/kernel.c", "docs/new/page.rst"])
def test_a_change_of_the_source(project: Path, builds: Builds, live: Live, name: str) -> None:
    before = live.state.site
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("changed")
    builds.wait(1)
    assert live.state.site != before


def test_many_files_at_once_are_one_change(project: Path, builds: Builds, live: Live) -> None:
    for number in range(50):
        (project / "docs" / f"{number}.rst").write_text("page")
    builds.wait(1)
    shutil.rmtree(project / "docs")
    builds.wait(2)


@pytest.mark.usefixtures("live")
def test_what_builds_write_calls_for_nothing(project: Path, builds: Builds) -> None:
    for name in (".spec14/site/index.html", "build/x.o", "src/pkg/__pycache__/x.pyc", ".git/index"):
        (project / name).parent.mkdir(parents=True)
        (project / name).write_text("written")
    os.utime(project / "docs" / "index.rst")
    builds.wait(0)


@pytest.mark.usefixtures("live")
def test_a_change_during_a_build_is_built_after_it(project: Path, builds: Builds) -> None:
    def edit() -> None:
        if builds.number == 1:
            time.sleep(0.5)
            (project / "docs" / "index.rst").write_text("second")

    builds.during = edit
    (project / "docs" / "index.rst").write_text("first")
    builds.wait(2)


def test_a_failed_build_keeps_the_site(project: Path, builds: Builds, live: Live) -> None:
    before = live.state.site
    builds.error = "kernel.c:1: error"
    (project / "src" / "pkg" / "kernel.c").write_text("wrong")
    builds.wait(1)
    assert (live.state.site, live.state.error) == (before, "kernel.c:1: error")
    builds.error = None
    (project / "src" / "pkg" / "kernel.c").write_text("right")
    builds.wait(2)
    assert live.state.site != before
    assert live.state.error == ""
