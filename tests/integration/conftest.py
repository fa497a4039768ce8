"""What the integration tests share: the costly things are made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.conda_channel import make_channel
from tests.integration.interpreters import PURE, C
from tests.xeus_stage import CHANNEL, Stage, make_stage
from toolkit.host.stages import TEST_CACHE
from toolkit.lite.kernel import kernel_wheels
from toolkit.pins import RUNTIME
from toolkit.runtime.distribution import Runtime, read_runtime
from toolkit.runtime.interpreter import Start
from toolkit.runtime.snapshot import Snapshot, snapshot_for
from toolkit.wheels.environment import environment_with
from toolkit.wheels.index import Wheelhouse

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


@pytest.fixture(scope="module")
def runtime(toolchain: Path) -> Runtime:
    """Give the facts of the image's runtime."""
    del toolchain
    return read_runtime(RUNTIME)


@pytest.fixture(scope="module")
def kernel(toolchain: Path) -> tuple[Path, ...]:
    """Give the wheels of a site's kernel."""
    del toolchain
    return kernel_wheels(Wheelhouse().kernel)


@pytest.fixture(scope="session")
def inside(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for modules inside, with a compiled one that fails in every way.

    It is there twice: with the names of its functions, and as ``nameless``.
    """
    del toolchain
    folder = tmp_path_factory.mktemp("inside")
    (folder / "faulty.c").write_text(C)
    (folder / "nameless.c").write_text(C.replace("faulty", "nameless"))
    (headers,) = Path(os.environ["PYODIDE_ROOT"]).glob("cpython/installs/*/include/python3.*")
    words = "emcc -O1 -g0 -fPIC -fwasm-exceptions -sSUPPORT_LONGJMP=wasm "
    words += "-sSIDE_MODULE=2 -Wl,--experimental-pic"
    for name, more in (("faulty", ["--profiling-funcs"]), ("nameless", [])):
        done = subprocess.run(
            [*words.split(), *more, f"-sEXPORTED_FUNCTIONS=_PyInit_{name}", f"-I{headers}",
             f"{name}.c", "-o", f"{name}.so"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def base(toolchain: Path, inside: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Give a plain start of an interpreter, with pytest and NumPy."""
    wheels = [next((toolchain / "wheelhouse" / "native").glob(f"{name}-*.whl")) for name in PURE]
    wheels.append(next((toolchain / "wheelhouse" / "target").glob("numpy-*.whl")))
    folder = tmp_path_factory.mktemp("environment")
    environment = environment_with(folder / "env", wheels, what="these tests")
    work = folder / "work"
    work.mkdir()
    return Start(
        runtime=toolchain / "runtime",
        python=environment.python,
        cwd=work,
        module="main",
        env={"HOME": "/tmp", "GIVEN": "yes"},
        inside={"/lib/spec14": inside},
    )


@pytest.fixture(scope="session")
def snapshot(base: Start, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Give the memory snapshot of that start."""
    return snapshot_for(base, tmp_path_factory.mktemp("snapshots"), imports=("no_such_module",))


@pytest.fixture(params=["plain", "snapshot"])
def start(request: pytest.FixtureRequest, base: Start) -> Start:
    """Give a start of an interpreter, plain or from a snapshot."""
    file = None
    if request.param == "snapshot":
        found: Snapshot = request.getfixturevalue("snapshot")
        assert found.file is not None, found.reason
        file = found.file
    return replace(base, snapshot=file)


@pytest.fixture
def clean(inside: Path) -> Iterator[None]:
    """Leave nothing inside: it is part of a snapshot's key."""
    yield
    (inside / "main.py").unlink(missing_ok=True)


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
