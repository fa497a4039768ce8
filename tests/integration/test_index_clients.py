"""An index that spec14 wrote, read by pip, uv, micropip and piplite, and by spec14 itself."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import CPYTHON, MINOR, make_wheel, write_tree
from tests.integration.conftest import Spec14, error_lines, the_wheel
from toolkit.errors import IndexRefused, NotForUpload
from toolkit.lite.kernel import extension_folder
from toolkit.pins import RUNTIME, WHEELHOUSE, read_pins
from toolkit.process import run
from toolkit.runtime.interpreter import NODE_FLAGS
from toolkit.serve.server import running

NIGHTLY: Final = "2.1.dev3"
TARGET: Final = ("--python-version", MINOR, "--implementation", "cp", "--abi", CPYTHON)

KERNEL: Final = """
import { readFileSync } from "node:fs";
const [runtime, packageCacheDir, address, how, ...wheels] = process.argv.slice(2);
const { loadPyodide } = await import(`${runtime}/pyodide.mjs`);
const py = await loadPyodide({ packageCacheDir });
for (const wheel of wheels) py.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
py.globals.set("address", address);
py.globals.set("how", how);
const said = py.runPythonAsync(`
import json
import micropip
if how == "piplite":
    import piplite.piplite
    piplite.piplite._PIPLITE_URLS.append(address + "all.json")
    piplite.piplite._PIPLITE_DISABLE_PYPI = True
    await piplite.install(["ripple-demo", "upper"], pre=True)
else:
    await micropip.install(["ripple-demo", "upper"], pre=True, index_urls=address.rstrip("/"))
import ripple._kernel
import upper
from importlib.metadata import version
json.dumps([upper.name, version("upper"), version("ripple-demo")])
`);
console.log(await said.catch((error) => error.message));
"""
"""What a kernel does: Pyodide, micropip or piplite, and an installation that is awaited."""


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
        assert any(name.startswith(f"ripple_demo-1.0.0-{CPYTHON}-") for name in names)


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
def test_a_kernel_installs_from_it(address: str, tmp_path: Path, how: str) -> None:
    """In the runtime, in Node: the compiled example with its NumPy, and a nightly."""
    script = tmp_path / "kernel.mjs"
    script.write_text(KERNEL)
    (piplite,) = (extension_folder() / "static" / "pypi").glob("piplite-*.whl")
    (micropip,) = (WHEELHOUSE / "kernel").glob("micropip-*.whl")
    done = run(
        [
            "node",
            *NODE_FLAGS,
            script,
            RUNTIME,
            WHEELHOUSE / "target",
            address,
            how,
            micropip,
            piplite,
        ],
        env={"NO_PROXY": "127.0.0.1"},
        timeout=200,
    )
    # Before it: what Pyodide says of each package that it loads.
    said = done.output.splitlines()[-1]
    assert said.startswith("["), "\n".join(line[-300:] for line in done.output.splitlines())
    assert json.loads(said) == ["upper", NIGHTLY, "1.0.0"]


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
    wheel = make_wheel(tmp_path, "x", tag=f"{CPYTHON}-{CPYTHON}-win_amd64")
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
