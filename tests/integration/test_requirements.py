"""What a project requires: from the wheelhouse, an index, the distribution and sdists.

Index and distribution are played on this machine; everything else is the image's own.
"""

import hashlib
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.artefacts import CPYTHON, make_wheel, write_tree
from tests.indexes import TAMPER, make_index, serving
from tests.integration.conftest import Spec14, copy_project, error_lines

SUITE = """
import importlib
import pytest

@pytest.mark.parametrize("name", {imports!r})
def test_import(name):
    assert importlib.import_module(name)
"""


@dataclass(frozen=True, kw_only=True)
class World:
    """A project, an index, and an image whose runtime names a played distribution."""

    folder: Path
    spec14: Spec14
    index: Path
    home: Path

    def project(self, *, requires: Sequence[str] = (), tests: Sequence[str] = ()) -> Path:
        """Write a pure project and give its folder."""
        imports = [text.partition(">")[0].partition("=")[0].partition("<")[0] for text in tests]
        return write_tree(
            self.folder / "main",
            {
                "pyproject.toml": f"""
                    [build-system]
                    requires = ["flit-core"]
                    build-backend = "flit_core.buildapi"
                    [project]
                    name = "main"
                    version = "1.0"
                    description = "A project of a test"
                    dependencies = {list(requires)!r}
                    [tool.spec14.test]
                    requires = {list(tests)!r}
                    """,
                "main.py": "",
                "test_main.py": SUITE.format(imports=["main", *imports]),
            },
        )

    def add(self, name: str, **kwargs: object) -> Path:
        """Put a wheel on the index."""
        return make_wheel(self.index / name, name, **kwargs)  # type: ignore[arg-type]

    def test(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Run `spec14 test`; give its exit code, its output and the lines of its error."""
        return self.run("test", *words, env=env)

    def run(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Run a command of spec14 on the project."""
        url = make_index(self.index)
        command, *options = words
        done = self.spec14(
            *(command, "--project", self.folder / "main", *options),
            env={
                "PIP_INDEX_URL": url,
                "SPEC14_HOME": str(self.home),
                "UV_HTTP_RETRIES": "0",
                **(env or {}),
            },
        )
        error = "" if done.returncode in range(6) else " | ".join(error_lines(done))
        return done.returncode, done.stdout + done.stderr, error

    def lock(self) -> dict[str, dict[str, str]]:
        """Give origin and version of each package in the lock."""
        content = json.loads((self.folder / "main" / ".spec14" / "spec14.lock").read_text())
        return {
            package["name"]: {
                "origin": package["tool"]["spec14"]["origin"],
                "version": package["version"],
            }
            for package in content["packages"]
        }


@pytest.fixture
def world(tmp_path: Path, spec14: Spec14, toolchain: Path) -> World:
    home, frames = tmp_path / "home", tmp_path / "distribution"
    home.mkdir()
    frames.mkdir()
    for path in toolchain.iterdir():
        if path.name not in ("runtime", "toolkit"):
            (home / path.name).symlink_to(path)
    (home / "runtime").mkdir()
    for path in (toolchain / "runtime").iterdir():
        (home / "runtime" / path.name).symlink_to(path)
    wheel = make_wheel(frames, "frames", version="3.0", requires=["helper"])
    lock = json.loads((toolchain / "runtime" / "pyodide-lock.json").read_text())
    lock["packages"]["frames"] = {
        **lock["packages"]["pandas"],
        "name": "frames",
        "version": "3.0",
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }
    (home / "runtime" / "pyodide-lock.json").unlink()
    (home / "runtime" / "pyodide-lock.json").write_text(json.dumps(lock))
    (tmp_path / "index").mkdir()
    return World(folder=tmp_path, spec14=spec14, index=tmp_path / "index", home=home)


def make_sdist(folder: Path, name: str, *, code: str = "", requires: Sequence[str] = ()) -> Path:
    """Write the sdist of a project with one C module (or, without code, a pure one)."""
    top = f"{name}-0.6"
    backend = "setuptools.build_meta" if code else "flit_core.buildapi"
    needs = ["setuptools"] if code else ["flit-core"]
    tree = write_tree(
        folder.parent / f"tree-{name}" / top,
        {
            "PKG-INFO": f"Metadata-Version: 2.4\nName: {name}\nVersion: 0.6\n",
            "pyproject.toml": f"""
                [build-system]
                requires = {needs!r}
                build-backend = "{backend}"
                [project]
                name = "{name}"
                version = "0.6"
                description = "Source only"
                dependencies = {list(requires)!r}
                """,
            **(
                {
                    "setup.py": f"""
                        from setuptools import Extension, setup
                        setup(ext_modules=[Extension("{name}", ["{name}.c"])])
                        """,
                    f"{name}.c": code,
                }
                if code
                else {f"{name}.py": ""}
            ),
        },
    )
    path = folder / name / f"{top}.tar.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(tree, top)
    return path


MODULE = """
#include <Python.h>
static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, "{name}", NULL, -1, NULL}};
PyMODINIT_FUNC PyInit_{name}(void) {{ return PyModule_Create(&definition); }}
"""


def test_wheelhouse_index_and_lock(world: World) -> None:
    world.add("lower", requires=["upper"])
    world.add("upper", requires=["lower", "numpy"])
    world.add("numpy", version="2.4.5")
    project = world.project(requires=["upper"], tests=["lower"])
    code, output, _ = world.test()
    assert code == 0, output
    lock = world.lock()
    assert lock["numpy"]["origin"] == "wheelhouse"
    assert lock["upper"] == {"origin": "index", "version": "1.0"}
    assert lock["lower"] == {"origin": "index", "version": "1.0"}
    assert "main" not in lock
    # Newer versions and a dead index: the lock is asked, nothing else.
    world.add("upper", version="2.0")
    before = (project / ".spec14" / "spec14.lock").read_bytes()
    shutil.rmtree(project / ".spec14" / "cache" / "test-env")
    code, output, _ = world.test(env={"PIP_INDEX_URL": "http://127.0.0.1:9/"})
    assert code == 0, output
    assert (project / ".spec14" / "spec14.lock").read_bytes() == before
    code, output, _ = world.test("--offline")
    assert code == 0, output

    # A wheel that went lost is fetched again, or named where that may not be.
    (kept,) = (project / ".spec14" / "cache" / "wheels").glob("*/upper-1.0-*.whl")
    kept.write_bytes(b"damaged")
    code, _, error = world.test("--offline")
    assert code == 44
    assert "upper-1.0-py3-none-any.whl" in error
    code, output, _ = world.test()
    assert code == 0, output

    # The same file with other content is not taken.
    (kept,) = (project / ".spec14" / "cache" / "wheels").glob("*/upper-1.0-*.whl")
    kept.unlink()
    world.add("upper", files={"upper/__init__.py": "evil = True\n"})
    shutil.rmtree(project / ".spec14" / "cache" / "pip", ignore_errors=True)
    code, _, error = world.test()
    assert code == 44
    assert "upper-1.0-py3-none-any.whl" in error


def test_a_lock_that_is_committed(world: World) -> None:
    world.add("upper", version="1.0")
    project = world.project(tests=["upper"])
    assert world.test()[0] == 0
    committed = project / "spec14.lock"
    shutil.copyfile(project / ".spec14" / "spec14.lock", committed)
    shutil.rmtree(project / ".spec14")
    world.add("upper", version="2.0")
    code, output, _ = world.test()
    assert code == 0, output
    assert not (project / ".spec14" / "spec14.lock").exists()
    installed = (project / ".spec14" / "cache" / "test-env").glob("lib/*/site-packages/upper-*")
    assert [path.name for path in installed] == ["upper-1.0.dist-info"]
    world.project(tests=["upper>=2"])
    code, _, error = world.test()
    assert code == 44
    assert f"{committed} was made for other requirements" in error
    assert "upper>=2" in error
    committed.write_text("{}")
    code, _, error = world.test()
    assert code == 44
    assert str(committed) in error


def test_the_distribution(world: World) -> None:
    project = world.project(requires=["frames>=2"])
    world.add("helper")
    code, _, error = world.test()
    assert code == 42
    assert "frames" in error
    assert "main -> frames" in error
    assert "--distribution=pyodide" in error
    with serving(world.folder / "distribution") as (base, asked):
        mirror = {"SPEC14_DISTRIBUTION_URL": base}
        code, output, _ = world.test("--distribution=pyodide", env=mirror)
        assert code == 0, output
        assert asked == ["frames-3.0-py3-none-any.whl"]
        code, output, _ = world.test("--distribution=pyodide", env=mirror)
        assert code == 0, output
        assert len(asked) == 1, "kept in the store"
    assert world.lock()["frames"] == {"origin": "distribution", "version": "3.0"}
    assert world.lock()["helper"]["origin"] == "index"
    # A version that the distribution has not is none of its business.
    world.project(requires=["frames>=4"])
    code, _, error = world.test("--distribution=pyodide")
    assert code == 42
    assert "frames" in error
    assert (project / ".spec14" / "spec14.lock").is_file()


def test_the_distribution_in_the_site(world: World) -> None:
    project = copy_project("pure", world.folder / "main")
    settings = '\n[tool.spec14.docs]\nlite-packages = ["frames"]\n'
    with (project / "pyproject.toml").open("a") as file:
        file.write(settings)
    world.add("helper")
    code, _, error = world.run("docs")
    assert code == 42
    assert "required by the site of measures-demo" in error
    assert "--distribution=pyodide" in error
    with serving(world.folder / "distribution") as (base, asked):
        code, output, _ = world.run(
            "docs", "--distribution=pyodide", env={"SPEC14_DISTRIBUTION_URL": base}
        )
    assert code == 0, output
    assert asked == ["frames-3.0-py3-none-any.whl"]
    (lock,) = (project / ".spec14" / "site").rglob("pyodide-lock.json")
    packages = json.loads(lock.read_text())["packages"]
    assert {"frames", "helper"} <= set(packages)
    for name in ("frames", "helper"):
        content = (lock.parent / packages[name]["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == packages[name]["sha256"]
    assert base not in lock.read_text()


def test_a_tampered_wheel_of_the_distribution(world: World) -> None:
    world.project(requires=["frames"])
    trick = {"frames-3.0-py3-none-any.whl": TAMPER}
    with serving(world.folder / "distribution", trick) as (base, _):
        code, _, error = world.test("--distribution=pyodide", env={"SPEC14_DISTRIBUTION_URL": base})
    assert code == 32
    assert "frames-3.0-py3-none-any.whl" in error


def test_sdists_are_built_once(world: World) -> None:
    make_sdist(world.index, "compiled", code=MODULE.format(name="compiled"), requires=["plain"])
    make_sdist(world.index, "plain")
    project = world.project(requires=["compiled"], tests=["compiled", "plain"])
    shared = {"SPEC14_CACHE": str(world.folder / "shared")}
    code, output, _ = world.test(env=shared)
    assert code == 0, output
    origins = {name: said["origin"] for name, said in world.lock().items()}
    assert (origins["compiled"], origins["plain"]) == ("sdist", "sdist")
    first = (project / ".spec14" / "spec14.lock").read_bytes()
    (wheel,) = (world.folder / "shared" / "wheels").glob("*/compiled-*.whl")
    assert wheel.name.endswith("_wasm32.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert any(name.endswith("/spec14.json") for name in archive.namelist())
    # Another project, or the same after its caches are gone, finds them built.
    shutil.rmtree(project / ".spec14")
    times = wheel.stat().st_mtime_ns
    code, output, _ = world.test(env=shared)
    assert code == 0, output
    assert wheel.stat().st_mtime_ns == times
    assert (project / ".spec14" / "spec14.lock").read_bytes() == first


def test_an_sdist_that_does_not_build_names_the_way_to_it(world: World) -> None:
    make_sdist(world.index, "broken", code="#error not for this machine\n")
    world.add("upper", requires=["broken"])
    world.project(requires=["upper"])
    code, output, error = world.test()
    assert code == 40
    assert "main -> upper -> broken" in error
    assert "broken.c:1: " in error
    assert "not for this machine" in output


def test_a_native_wheel_only(world: World) -> None:
    world.add("native", tag=f"{CPYTHON}-{CPYTHON}-manylinux_2_17_x86_64")
    world.add("upper", requires=["native"])
    world.project(requires=["upper"])
    code, _, error = world.test()
    assert code in (42, 43)
    assert "main -> upper -> native" in error
    assert "--no-build" not in error


def test_a_name_that_nobody_knows(world: World) -> None:
    world.add("upper", requires=["ghost>1"])
    world.project(tests=["upper"])
    code, _, error = world.test()
    assert code == 42
    assert "no package index knows ghost" in error
    assert "the tests of main -> upper -> ghost" in error


def test_a_version_of_the_image(world: World) -> None:
    world.add("upper", requires=["numpy>=99"])
    world.project(requires=["upper"])
    code, _, error = world.test()
    assert code == 42
    numpy = next((world.home / "wheelhouse" / "target").glob("numpy-*.whl")).name.split("-")[1]
    assert f"numpy {numpy} is the image's version" in error


def test_an_index_that_does_not_answer_and_no_index_at_all(world: World) -> None:
    world.project(tests=["upper"])
    code, _, error = world.test(env={"PIP_INDEX_URL": "http://127.0.0.1:9/simple"})
    assert code == 42
    assert "did not answer" in error
    code, _, error = world.test("--offline")
    assert code == 44
    assert "upper" in error
    assert "offline" in error


def test_nothing_but_the_wheelhouse_works_offline(world: World) -> None:
    world.project(requires=["numpy"])
    code, output, _ = world.test("--offline", env={"PIP_INDEX_URL": "http://127.0.0.1:9/"})
    assert code == 0, output
    assert set(world.lock()) >= {"numpy", "pytest"}
    assert os.path.lexists(world.folder / "main" / ".spec14" / "spec14.lock")
