"""What the integration tests share: the costly things are made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.conda_channel import make_channel
from tests.xeus_stage import CHANNEL, Stage, make_stage
from toolkit.host.stages import TEST_CACHE

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECTS: Final = ROOT / "tests" / "projects"
FOREIGN: Final = shutil.ignore_patterns(".spec14", "__pycache__", "_build", "build", "dist")

type Spec14 = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def toolchain() -> Path:
    """Give the image's folder of runtime and wheelhouse; skip where there is none."""
    home = os.environ.get("SPEC14_HOME")
    if os.environ.get("SPEC14_IMAGE") != "1" or home is None:
        pytest.skip("runs inside the image")
    return Path(home)


@pytest.fixture(scope="session")
def spec14(toolchain: Path) -> Spec14:
    """Give the command ``spec14`` of this checkout, run as a user would."""
    del toolchain

    def call(
        *words: str | Path, env: Mapping[str, str] | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "toolkit.cli", *map(str, words)],
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def documented(spec14: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Spec14:
    """Give the same, with what examples run in made once for all projects."""
    shared = {"SPEC14_CACHE": os.environ.get(TEST_CACHE) or str(tmp_path_factory.mktemp("shared"))}

    def call(
        *words: str | Path, env: Mapping[str, str] | None = None, timeout: float = 300
    ) -> subprocess.CompletedProcess[str]:
        return spec14(*words, env={**shared, **(env or {})}, timeout=timeout)

    return call


def copy_project(name: str, target: Path) -> Path:
    """Copy one of the example projects, without what was ever built from it."""
    return Path(shutil.copytree(PROJECTS / name, target, ignore=FOREIGN))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, spec14: Spec14) -> Path:
    """Give a copy of the compiled example with its wheel built."""
    project = copy_project("demo", tmp_path_factory.mktemp("compiled") / "demo")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="session")
def pure(tmp_path_factory: pytest.TempPathFactory, spec14: Spec14) -> Path:
    """Give a copy of the pure example with its wheel built."""
    project = copy_project("pure", tmp_path_factory.mktemp("pure") / "pure")
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture(scope="session")
def tiny_channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a conda channel of a few bytes, to be copied."""
    return make_channel(tmp_path_factory.mktemp("conda") / "channel", CHANNEL)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_channel: Path) -> Stage:
    """Give a project with a conda channel of its own, and a cache of its own."""
    monkeypatch.delenv("SPEC14_CACHE", raising=False)
    return make_stage(tmp_path, tiny_channel)


def the_wheel(project: Path) -> Path:
    """Give the one wheel of a project."""
    (wheel,) = (project / ".spec14" / "dist").iterdir()
    return wheel


def own_sphinx_build(project: Path) -> subprocess.CompletedProcess[str]:
    """Run Sphinx as a project itself does, with the Python that built its documentation."""
    python = next((project / ".spec14" / "cache").glob("docs-env/**/bin/python"))
    return subprocess.run(
        [python, "-m", "sphinx", "-W", "docs", "html"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def error_lines(done: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """Give the two lines that end every error; there must be no traceback."""
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    *_detail, what, do = done.stderr.rstrip().splitlines()
    assert what.startswith("error: "), done.stderr
    assert do.startswith("  next: "), done.stderr
    return what.removeprefix("error: "), do.removeprefix("  next: ")
