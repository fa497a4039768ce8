"""`spec14 assess`, with what the real runtime and compiler say, and indexes that are played."""

import json
import tarfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.artefacts import COMPILED, CPYTHON, make_wheel, write_tree
from tests.conda_channel import Package, make_channel
from tests.indexes import make_index
from tests.integration.conftest import Spec14, copy_project, error_lines
from tests.upstream import Player, playing
from toolkit.assess.runtime import Lacks, what_it_lacks
from toolkit.assess.toolchain import Toolchain, toolchain
from toolkit.errors import ProjectMissing, SourceFailed, WouldNotWork, XeusFailed
from toolkit.testing.platform import FILE

CORS: Final = {"Access-Control-Allow-Origin": "*"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for what runtime and compiler say: asked once for all of these tests."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def lacks(toolchain: Path, kept: Path) -> Lacks:
    del toolchain
    return what_it_lacks(kept / "assess")


@pytest.fixture(scope="module")
def compiler(lacks: Lacks, kept: Path) -> Toolchain:
    del lacks
    return toolchain(kept / "assess")


@pytest.fixture
def player(tmp_path: Path) -> Iterator[Player]:
    with playing(tmp_path) as server:
        yield server


def test_the_runtime_says_what_the_test_plugin_knows(lacks: Lacks) -> None:
    known = tomllib.loads(FILE.read_text("utf-8"))
    modules = {name for names in known["modules"].values() for name in names}
    assert {name for name in modules if lacks.error_of(name) is None} == set()
    names = {
        f"{module}.{name}"
        for tables in known["names"].values()
        for module, names in tables.items()
        for name in names
        if module in lacks.names and name not in lacks.names[module]
    }
    assert names == set()
    assert {"os", "signal", "hashlib"} <= set(lacks.names)
    assert lacks.error_of("json.decoder") is None
    assert "can't start new thread" in lacks.words["threads"]
    assert "processes" in lacks.words["processes"]
    assert lacks.words["libraries"]


def test_the_compiler_says_what_it_has(compiler: Toolchain) -> None:
    assert "__EMSCRIPTEN__" in compiler.macros
    assert "__x86_64__" not in compiler.macros
    for header in ("stdio.h", "vector", "sys/mman.h", "Python.h", "numpy/arrayobject.h", "zlib.h"):
        assert compiler.has_header(header), header
    for header in ("geos_c.h", "windows.h", "../include/stdio.h", "/etc/passwd"):
        assert not compiler.has_header(header), header
    assert {"z", "zlib", "yaml"} <= compiler.libraries


SOURCE: Final = {
    "pyproject.toml": """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "tides"
version = "1.0"
dependencies = ["numpy", "upper; sys_platform == 'emscripten'", "winonly; sys_platform == 'win32'"]
[tool.spec14.xeus]
channels = ["./channel"]
""",
    "setup.py": "from setuptools import Extension, setup\n"
    "setup(ext_modules=[Extension('tides._c', ['tides/c.c'], libraries=['m', 'tidal'])])\n",
    "tides/__init__.py": "import threading\nfrom tides import load\n",
    "tides/load.py": "import resource\nimport urllib.request\n\n\ndef load():\n"
    "    threading = __import__('threading')\n"
    "    return urllib.request.urlopen('{url}/open.csv')\n",
    "tides/c.c": "#include <Python.h>\n#include <tidal.h>\nint f(void) { return fork(); }\n"
    "#ifdef _WIN32\n#include <windows.h>\n#endif\n",
    "tests/test_tides.py": "import subprocess\ndef test_a():\n    subprocess.run(['true'])\n",
}


def test_a_project_with_everything(
    spec14: Spec14, kept: Path, compiler: Toolchain, tmp_path: Path, player: Player
) -> None:
    del compiler
    player.files["/open.csv"] = b"1"
    player.headers["/open.csv"] = CORS
    project = write_tree(
        tmp_path / "tides",
        {name: text.replace("{url}", player.url) for name, text in SOURCE.items()},
    )
    make_channel(project / "channel", [Package(name="forged", version="2.0", files={"a": b"1"})])
    index = tmp_path / "index"
    make_wheel(
        index / "upper", "upper", requires=["lower", "foreign", "forged", "nowhere", "ghost"]
    )
    make_wheel(index / "lower", "lower", tag=COMPILED)
    make_wheel(index / "foreign", "foreign", tag=f"{CPYTHON}-{CPYTHON}-manylinux_2_28_x86_64")
    (index / "nowhere").mkdir()
    with tarfile.open(index / "nowhere" / "nowhere-1.0.tar.gz", "w:gz") as sdist:
        sdist.add(project / "setup.py", "nowhere-1.0/setup.py")
    for name in ("forged", "ghost"):
        (index / name).mkdir()
    env = {"PIP_INDEX_URL": make_index(index), "SPEC14_CACHE": str(kept)}
    done = spec14("--json", "assess", "--project", project, env=env)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] == "cannot"
    assert told["stops_at"] == "build"
    counted = {(one["stage"], one["topic"], one["file"], one["line"]) for one in findings(told)}
    assert counted >= {
        ("build", "library", "setup.py", 2),
        ("build", "header", "tides/c.c", 2),
        ("import", "stdlib", "tides/load.py", 1),
        ("use", "processes", "tides/c.c", 3),
        ("tests", "processes", "tests/test_tides.py", 3),
    }
    assert ("build", "header", "tides/c.c", 5) not in counted
    sources = {one["name"]: one["source"] for one in told["dependencies"]}
    assert sources.items() >= {
        ("numpy", "image"),
        ("upper", "pure"),
        ("lower", "wheel"),
        ("foreign", "missing"),
        ("forged", "emscripten-forge"),
        ("nowhere", "sdist"),
        ("ghost", "missing"),
    }
    assert "winonly" not in sources
    said = {one["url"].rpartition("/")[2]: one for one in told["hosts"]}
    assert said["open.csv"]["readable"] is True
    assert told["first"][0]["stage"] == "build"
    page = (project / ".spec14" / "report" / "assess.html").read_text()
    assert "cannot" in page
    assert json.loads((project / ".spec14" / "report" / "assess.json").read_text()) == told


def findings(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in told["findings"] if not one["guard"]]


def test_strict_and_offline(spec14: Spec14, kept: Path, tmp_path: Path) -> None:
    demo = copy_project("demo", tmp_path / "demo")
    env = {"SPEC14_CACHE": str(kept)}
    page = tmp_path / "demo.html"
    done = spec14("assess", "--project", demo, "--offline", "--strict", "--html", page, env=env)
    assert done.returncode == 0, done.stderr
    assert "ripple-demo: works" in done.stdout
    assert "not asked (offline)" in done.stdout
    assert "works" in page.read_text()
    (demo / "src" / "ripple" / "__init__.py").write_text("import resource\n")
    done = spec14("assess", "--project", demo, "--offline", "--strict", env=env)
    assert done.returncode == WouldNotWork.exit_code
    what, do = error_lines(done)
    assert "import resource is in the way of import" in what
    assert "expect ImportError" in do


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--project", "gone"), ProjectMissing.exit_code, "does not exist"),
        (("no/such/folder",), SourceFailed.exit_code, "does not exist"),
        (("a package",), SourceFailed.exit_code, "no requirement"),
        (("ghost",), SourceFailed.exit_code, "the index has no package 'ghost'"),
    ],
)
def test_what_cannot_be_assessed(
    spec14: Spec14, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "index" / "other").mkdir(parents=True)
    env = {"PIP_INDEX_URL": make_index(tmp_path / "index")}
    done = spec14("assess", *words, "--project", tmp_path, env=env)
    if words[0] == "--project":
        done = spec14("assess", "--project", tmp_path / "gone", env=env)
    assert done.returncode == code, done.stderr
    assert said in error_lines(done)[0]


def test_a_channel_that_nobody_knows(spec14: Spec14, kept: Path, tmp_path: Path) -> None:
    project = copy_project("pure", tmp_path / "pure")
    file = project / "pyproject.toml"
    file.write_text(file.read_text() + '\n[tool.spec14.xeus]\nchannels = ["nobodys"]\n')
    index = tmp_path / "index"
    index.mkdir()
    env = {"PIP_INDEX_URL": make_index(index), "SPEC14_CACHE": str(kept)}
    done = spec14("assess", "--project", project, env=env)
    assert done.returncode == XeusFailed.exit_code
    assert "nobody knows the channel 'nobodys'" in error_lines(done)[0]
    assert not (project / ".spec14" / "report" / "assess.html").exists()
