"""A wheel of every build backend, imported by Python in Node."""

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.backends import COMPILED, FROM_THE_INDEX, WITHOUT_A_COMPILER, Backend
from tests.integration.conftest import Spec14, the_wheel
from toolkit.wheels.environment import environment_with
from toolkit.wheels.index import Wheelhouse

USE = "import sys; sys.path.insert(0, sys.argv[1]); import sample; print(sample.twice(21))"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory, toolchain: Path) -> Path:
    """Give Python in Node, with NumPy."""
    del toolchain
    folder = tmp_path_factory.mktemp("target") / "env"
    (numpy,) = Wheelhouse().target.glob("numpy-*.whl")
    return environment_with(folder, [numpy], what="the backends").python


def built(project: Path, spec14: Spec14) -> Path:
    done = spec14("wheel", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    return the_wheel(project)


def used(wheel: Path, folder: Path, python: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [str(python), "-c", USE, str(folder)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize("name", COMPILED)
def test_compiled(tmp_path: Path, spec14: Spec14, python: Path, name: str) -> None:
    wheel = built(COMPILED[name](tmp_path / "p"), spec14)
    assert wheel.name.endswith("_wasm32.whl")
    assert used(wheel, python.parents[1] / f"of-{name}", python) == "42"


@pytest.mark.parametrize("name", WITHOUT_A_COMPILER)
def test_pure(tmp_path: Path, spec14: Spec14, python: Path, name: str) -> None:
    wheel = built(WITHOUT_A_COMPILER[name](tmp_path / "p"), spec14)
    assert wheel.name.endswith("-none-any.whl")
    assert used(wheel, python.parents[1] / f"of-{name}", python) == "42"


@pytest.mark.network
def test_nanobind(tmp_path: Path, spec14: Spec14, python: Path) -> None:
    backend: Backend = FROM_THE_INDEX["scikit-build-nanobind"]
    wheel = built(backend(tmp_path / "p"), spec14)
    assert used(wheel, python.parents[1] / "of-nanobind", python) == "42"
