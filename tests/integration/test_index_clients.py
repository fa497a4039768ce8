"""An index that spec14 wrote, read by pip, uv, micropip and piplite, and by spec14 itself."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import make_wheel, write_tree
from tests.integration.conftest import Spec14, error_lines, the_wheel
from toolkit.errors import IndexRefused, NotForUpload
from toolkit.lite.kernel import extension_folder
from toolkit.pins import WHEELHOUSE, read_pins
from toolkit.process import run
from toolkit.serve.server import running

NIGHTLY: Final = "2.1.dev3"
TARGET: Final = ("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314")

INSTALL: Final = """
import asyncio, json, sys
import micropip
address, how = sys.argv[1:]
if how == "piplite":
    import piplite.piplite
    piplite.piplite._PIPLITE_URLS.append(address + "all.json")
    piplite.piplite._PIPLITE_DISABLE_PYPI = True
    install, more = piplite.install, {}
else:
    install, more = micropip.install, {"index_urls": address.rstrip("/")}
asyncio.run(install(["ripple-demo", "upper"], pre=True, **more))
import ripple, upper
from importlib.metadata import version
print(json.dumps([upper.name, version("upper"), ripple.__file__]))
"""


@pytest.fixture(scope="module")
def index(demo: Path, spec14: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an index of the compiled example, its NumPy, and nightlies of a pure package."""
    folder = tmp_path_factory.mktemp("nightly")
    (numpy,) = (WHEELHOUSE / "target").glob("numpy-*.whl")
    pure = [
        make_wheel(folder, "upper", version=version, fields=["Requires-Python: >=3.11"])
        for version in ("2.0", "2.1.dev2", NIGHTLY)
    ]
    words = (the_wheel(demo), numpy, *pure, "--out", folder / "index", "--keep", "2")
    done = spec14("index", *words)
    # The demo is compiled with Debian's Emscripten in this image.
    assert done.returncode == NotForUpload.exit_code
    assert "is not official" in error_lines(done)[0]
    assert not (folder / "index").exists()
    done = spec14("--json", "index", *words, "--unofficial")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert len(said["wheels"]) == 4
    assert said["passed_over"] == ["upper-2.0-py3-none-any.whl"]
    return folder / "index"


@pytest.fixture(scope="module")
def address(index: Path) -> Iterator[str]:
    with running(index, profile="index") as url:
        yield url


@pytest.fixture(scope="module")
def installing(spec14: Spec14, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project in whose environment micropip and piplite are."""
    (piplite,) = (extension_folder() / "static" / "pypi").glob("piplite-*.whl")
    return write_tree(
        tmp_path_factory.mktemp("installing") / "p",
        {
            "pyproject.toml": f"""
                [build-system]
                requires = ["flit-core"]
                build-backend = "flit_core.buildapi"
                [project]
                name = "installing"
                version = "1.0"
                description = "A project of a test"
                [tool.spec14.test]
                requires = ["micropip", "piplite @ {piplite.as_uri()}"]
                """,
            "installing.py": "",
        },
    )


def test_pip_takes_the_wheel_for_the_target(address: str, index: Path, tmp_path: Path) -> None:
    for where in (address, index.as_uri()):
        folder = tmp_path / where.partition(":")[0]
        words = ["-m", "pip", "download", "--no-deps", "--pre", "--only-binary", ":all:", *TARGET]
        words += ["--platform", read_pins().runtime["platform-tag"], "--dest", str(folder)]
        words += ["--index-url", where, "ripple-demo", "upper"]
        env = {"PIP_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1"}
        done = run([sys.executable, *words], env=env)
        assert done.code == 0, done.output
        names = {path.name for path in folder.iterdir()}
        assert f"upper-{NIGHTLY}-py3-none-any.whl" in names
        assert any(name.startswith("ripple_demo-1.0.0-cp314-") for name in names)


def test_uv_locks_with_hashes(address: str, index: Path, tmp_path: Path) -> None:
    (tmp_path / "requirements.in").write_text("upper>=2.1.dev0\n")
    words = ["uv", "pip", "compile", "requirements.in", "--generate-hashes", "--no-config"]
    env = {"UV_CACHE_DIR": str(tmp_path / "cache"), "NO_PROXY": "127.0.0.1"}
    done = run([*words, "--default-index", address, "-o", "out.txt"], cwd=tmp_path, env=env)
    assert done.code == 0, done.output
    record = json.loads((index / "spec14-index.json").read_text())["wheels"]
    text = (tmp_path / "out.txt").read_text()
    assert f"upper=={NIGHTLY}" in text
    assert record[f"upper/upper-{NIGHTLY}-py3-none-any.whl"] in text
    install = ["uv", "pip", "install", "--target", "t", "--require-hashes", "-r", "out.txt"]
    done = run([*install, "--no-config", "--default-index", address], cwd=tmp_path, env=env)
    assert done.code == 0, done.output
    assert (tmp_path / "t" / "upper" / "__init__.py").is_file()


@pytest.mark.parametrize("how", ["micropip", "piplite"])
def test_a_kernel_installs_from_it(
    address: str, installing: Path, spec14: Spec14, tmp_path: Path, how: str
) -> None:
    """In the runtime, in Node: the compiled example with its NumPy, and a nightly."""
    script = tmp_path / "install.py"
    script.write_text(INSTALL)
    done = spec14("python", "--project", installing, script, address, how)
    assert done.returncode == 0, done.stderr
    name, version, file = json.loads(done.stdout.splitlines()[-1])
    assert (name, version) == ("upper", NIGHTLY)
    assert "ripple" in file


def test_a_project_takes_nightlies_of_what_it_requires(
    address: str, index: Path, spec14: Spec14, tmp_path: Path
) -> None:
    project = write_tree(
        tmp_path / "main",
        {
            "pyproject.toml": f"""
                [build-system]
                requires = ["flit-core"]
                build-backend = "flit_core.buildapi"
                [project]
                name = "main"
                version = "1.0"
                description = "A project of a test"
                dependencies = ["upper>=2.1.dev0", "ripple-demo"]
                [tool.spec14]
                extra-index = ["{address}"]
                """,
            "main.py": "import ripple, upper\n",
            "test_main.py": "def test_it():\n    import main\n    assert main.upper.name\n",
        },
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    env = {"PIP_INDEX_URL": empty.as_uri(), "NO_PROXY": "127.0.0.1"}
    done = spec14("test", "--project", project, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    lock = json.loads((project / ".spec14" / "spec14.lock").read_text())
    (upper,) = (package for package in lock["packages"] if package["name"] == "upper")
    record = json.loads((index / "spec14-index.json").read_text())["wheels"]
    file = f"upper-{NIGHTLY}-py3-none-any.whl"
    assert upper["version"] == NIGHTLY
    assert upper["wheels"][0]["hashes"]["sha256"] == record[f"upper/{file}"]
    assert lock["tool"]["spec14"]["groups"]["test"]["extra-index"] == [address]


def test_a_wheel_of_another_platform_is_named(index: Path, spec14: Spec14, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "x", tag="cp314-cp314-win_amd64")
    done = spec14("index", wheel, "--out", index)
    assert done.returncode == IndexRefused.exit_code
    what, do = error_lines(done)
    assert wheel.name in what
    assert "--any-tag" in do


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--out", "x", "--upload", "y"),
        ("--out", "x", "--base-url", "ftp://host/"),
        ("--out", "x", "--base-url", "https://u:p@host/"),
        ("--upload", "y", "--keep", "2"),
    ],
)
def test_wrong_usage(index: Path, spec14: Spec14, tmp_path: Path, words: tuple[str, ...]) -> None:
    words = tuple(str(tmp_path / "x") if word == "x" else word for word in words)
    done = spec14("index", next(index.rglob("*.whl")), *words)
    assert done.returncode == 2
    assert "Usage:" in done.stderr
    assert not (tmp_path / "x").exists()
