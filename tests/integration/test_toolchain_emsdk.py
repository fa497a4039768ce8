"""A build with the pair that ``TOOLCHAIN=emsdk`` installs, from a server that plays upstream.

What is played: the environment is this image's own, in the shape that upstream publishes; the
compiler is this image's own (Debian's Emscripten) under the version number of upstream's, so
that nothing of the checks need be switched off. Upstream's own files were never here.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import COMPILED, LLVM, RUNTIME, write_tree
from tests.integration.conftest import ROOT, Spec14, error_lines, the_wheel
from tests.upstream import PATCH, Upstream, played
from toolkit.audit.wheel import audit_wheel, require_sound
from toolkit.crossenv.complete import complete
from toolkit.pins import read_pins
from toolkit.toolchain import read_toolchain, write_toolchain

TOOLS: Final = ("emcc", "em++", "emar", "emranlib", "emcmake", "emconfigure", "em-config")
OWN: Final = ("PYODIDE", "SKIP_EMSCRIPTEN", "EM_CONFIG", "EMSDK")
"""Variables of the image that point to its own toolchain."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The pair, installed.

    Attributes
    ----------
    home, emsdk, record
        As the image has them.
    """

    home: Path
    emsdk: Path
    record: Path

    def environment(self) -> dict[str, str]:
        """Give the variables that an image of this toolchain sets (Dockerfile)."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
        compiler = self.emsdk / "upstream"
        root = self.home / "xbuildenv" / "xbuildenv" / "pyodide-root"
        path = f"{compiler / 'emscripten'}:{compiler / 'bin'}:{os.environ['PATH']}"
        return {
            **kept,
            "PATH": path,
            "EMSDK": str(self.emsdk),
            "EM_CONFIG": str(self.emsdk / ".emscripten"),
            "PYODIDE_XBUILDENV_PATH": str(self.home),
            "PYODIDE_ROOT": str(root),
            "PYODIDE_SKIP_EMSCRIPTEN_INSTALL": "1",
            "UV_OFFLINE": "1",
            "UV_FIND_LINKS": str(Path(os.environ["SPEC14_HOME"]) / "wheelhouse" / "native"),
        }


def upstream_shape(installed: Path, target: Path) -> Path:
    """Copy the image's environment as upstream packs it (its ``tools/create_xbuildenv.py``)."""
    tree = target / "xbuildenv"
    ours = shutil.ignore_patterns(".artifacts", "package.json", "*.whl", "package_index")
    shutil.copytree(installed / "xbuildenv" / "xbuildenv", tree, ignore=ours)
    root = tree / "pyodide-root"
    version = read_pins().runtime["emscripten"]
    (root / "emsdk" / "patches" / "0001-version.patch").write_text(PATCH.format(version=version))
    (tree / "requirements.txt").write_text("numpy==2.4.1\nscipy==1.17.0\n")
    return tree


@pytest.fixture(scope="module")
def upstream(toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    folder = tmp_path_factory.mktemp("upstream")
    tree = upstream_shape(toolchain / "xbuildenv", folder / "tree")
    tools = {f"emscripten/{name}": f"/usr/bin/{name}" for name in TOOLS}
    tools["emscripten/emnm"] = str(LLVM / "llvm-nm")
    tools["bin/llvm-readobj"] = str(LLVM / "llvm-readobj")
    with played(folder / "server", tree, tools) as found:
        yield found


@pytest.fixture(scope="module")
def pair(upstream: Upstream, toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Install the pair as the Dockerfile does, but for NumPy: the image's own is given."""
    folder = tmp_path_factory.mktemp("image")
    made = Pair(home=folder / "xbuildenv", emsdk=folder / "emsdk", record=folder / "toolchain.json")
    words: list[str | Path] = ["--home", made.home, "--emsdk", made.emsdk, "--record", made.record]
    run(
        [sys.executable, "-m", "toolkit.crossenv.upstream", *words, "--pins", upstream.pins],
        {**made.environment(), "SPEC14_SOURCES": str(upstream.sources)},
    )
    target = toolchain / "wheelhouse" / "target"
    seeds = [next(target.glob(f"{name}-*.whl")) for name in ("micropip", "packaging")]
    numpy = next(target.glob("numpy-*.whl"))
    complete(toolchain / "runtime", made.home, wheels=seeds, cross={"numpy": numpy})
    return made


def run(words: list[str | Path], env: Mapping[str, str], cwd: Path | None = None) -> str:
    done = subprocess.run(
        words,
        env={**env, "PYTHONPATH": str(ROOT) if "-m" in words else ""},
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_environment_is_completed(pair: Pair, toolchain: Path) -> None:
    root = pair.home / "xbuildenv" / "xbuildenv"
    numpy = read_pins().wheelhouse["numpy"].version
    # Ours is what the image compiled; what else upstream pins stays.
    assert (root / "requirements.txt").read_text() == f"scipy==1.17.0\nnumpy=={numpy}\n"
    assert list((root / "site-packages-extras").rglob("_numpyconfig.h"))
    dist = root / "pyodide-root" / "dist"
    for name in ("pyodide.asm.wasm", "python_stdlib.zip"):
        assert (dist / name).read_bytes() == (toolchain / "runtime" / name).read_bytes()
    # No address on another host is left for `pyodide venv`.
    assert list((root / "pyodide-root" / "package_index").iterdir()) == []


def test_c_and_cpp_are_built_and_run(pair: Pair, toolchain: Path, tmp_path: Path) -> None:
    """The smoke test of the image (images/smoke/smoke), with this pair."""
    environment = pair.environment()
    project = shutil.copytree(ROOT / "images" / "smoke" / "project", tmp_path / "project")
    dist = tmp_path / "dist"
    # The version of the compiler is checked: SKIP_EMSCRIPTEN_VERSION_CHECK is not set.
    assert "SKIP_EMSCRIPTEN_VERSION_CHECK" not in environment
    run(["pyodide", "build", "--outdir", dist, "."], environment, cwd=project)
    (wheel,) = dist.iterdir()
    require_sound(audit_wheel(wheel, toolchain / "runtime"))
    # virtualenv asks the interpreter who it is, and gives it 15 seconds otherwise.
    patient = {**environment, "PY_DISCOVERY_TIMEOUT": "120"}
    run(["pyodide", "venv", tmp_path / "venv"], patient)
    pip: list[str | Path] = [tmp_path / "venv" / "bin" / "pip", "install", "-q", "--no-index"]
    pip += ["--find-links", toolchain / "wheelhouse" / "target", "--find-links", dist]
    run([*pip, "smoke", "numpy", "matplotlib", "pyyaml", "cffi"], environment)
    check: list[str | Path] = [
        tmp_path / "venv" / "bin" / "python",
        ROOT / "images" / "smoke" / "check.py",
    ]
    assert "run in the runtime" in run(check, environment)


def test_another_compiler_is_refused(pair: Pair, tmp_path: Path) -> None:
    """Debian's own, found first, is not taken for upstream's."""
    project = shutil.copytree(ROOT / "images" / "smoke" / "project", tmp_path / "project")
    environment = {**pair.environment(), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["pyodide", "build", "--outdir", tmp_path / "dist", "."],
        env=environment,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert f"Need Emscripten version {RUNTIME['emscripten']}" in done.stdout + done.stderr


# ------------------------------------------------------------------ spec14 wheel

SOURCE: Final = {
    "pyproject.toml": """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"

        [project]
        name = "tiny"
        version = "1.0"

        [tool.setuptools]
        ext-modules = [{name = "tiny", sources = ["tiny.c"]}]
    """,
    "tiny.c": """
        #include <Python.h>
        static struct PyModuleDef tiny = {PyModuleDef_HEAD_INIT, "tiny", NULL, 0, NULL};
        PyMODINIT_FUNC PyInit_tiny(void) { return PyModule_Create(&tiny); }
    """,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a project with one C module, as a clean checkout."""
    folder = write_tree(tmp_path / "tiny", SOURCE)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@localhost"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All of it"]):
        subprocess.run([*git, *words], check=True)


@pytest.fixture
def image(pair: Pair, toolchain: Path, tmp_path: Path) -> dict[str, str]:
    """Give the variables of an image with the pair and the record that was really written."""
    home = tmp_path / "opt"
    (home / "images").mkdir(parents=True)
    for name in ("runtime", "wheelhouse", "npm", "xeus"):
        (home / name).symlink_to(toolchain / name)
    shutil.copy(pair.record, home / "images" / "toolchain.json")
    cache = tmp_path / "emscripten-cache"
    shutil.copytree(os.environ["EM_CACHE"], cache)
    unset = {name: "" for name in os.environ if name.startswith("SKIP_EMSCRIPTEN")}
    return {**unset, **pair.environment(), "SPEC14_HOME": str(home), "EM_CACHE": str(cache)}


def say_pinned(image: Mapping[str, str]) -> None:
    """Write the record that upstream's own files would leave: no file here is upstream's."""
    record = Path(image["SPEC14_HOME"]) / "images" / "toolchain.json"
    made, pins = read_toolchain(record), read_pins(source="emsdk")
    told = type(made)(
        source=made.source,
        emscripten=made.emscripten,
        pyodide=made.pyodide,
        upstream={**made.upstream, **pins.upstream},
    )
    write_toolchain(told, record)


def test_debian_is_refused_before_anything_is_built(project: Path, spec14: Spec14) -> None:
    done = spec14("wheel", "--for-upload", "--project", project)
    assert done.returncode == 45
    what, do = error_lines(done)
    assert "Debian's Emscripten" in what
    assert "TOOLCHAIN=emsdk" in do
    assert not (project / ".spec14").exists()


def test_a_pair_that_is_not_the_pinned_one_is_refused(
    project: Path, image: dict[str, str], spec14: Spec14
) -> None:
    """The played one: its record says so, whatever its version number says."""
    done = spec14("wheel", "--for-upload", "--project", project, env=image)
    assert done.returncode == 45
    assert "images/pins.toml has a620cf1d" in error_lines(done)[0]
    done = spec14("wheel", "--project", project, env=image)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not for PyPI" in done.stdout
    assert stamp(the_wheel(project))["official"] is False


def stamp(wheel: Path) -> dict[str, object]:
    with zipfile.ZipFile(wheel) as archive:
        found: dict[str, object] = json.loads(archive.read("tiny-1.0.dist-info/spec14.json"))
    return found


def test_the_pinned_pair_makes_wheels_for_upload(
    project: Path, image: dict[str, str], spec14: Spec14
) -> None:
    say_pinned(image)
    done = spec14("wheel", "--for-upload", "--project", project, env=image)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not for PyPI" not in done.stdout
    wheel = the_wheel(project)
    assert wheel.name == f"tiny-1.0-{COMPILED}.whl"
    written = stamp(wheel)
    assert written["official"] is True
    assert written["toolchain"] == "emsdk"
    assert "note" not in written
    # A second time nothing is built, and all is checked again.
    again = spec14("wheel", "--for-upload", "--project", project, env=image)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "is up to date" in again.stdout


def test_a_changed_checkout_is_refused(
    project: Path, image: dict[str, str], spec14: Spec14
) -> None:
    say_pinned(image)
    (project / "new.py").write_text("")
    done = spec14("wheel", "--for-upload", "--project", project, env=image)
    assert done.returncode == 45
    assert "changes that are in no commit: ?? new.py" in error_lines(done)[0]


def test_a_local_version_is_refused(project: Path, image: dict[str, str], spec14: Spec14) -> None:
    say_pinned(image)
    file = project / "pyproject.toml"
    file.write_text(file.read_text().replace('"1.0"', '"1.0+mine"'))
    commit(project)
    done = spec14("wheel", "--for-upload", "--project", project, env=image)
    assert done.returncode == 45
    assert "local version +mine" in error_lines(done)[0]


def test_info_shows_the_pair(image: dict[str, str], spec14: Spec14) -> None:
    done = spec14("--json", "info", env=image)
    facts = {fact["name"]: fact for fact in json.loads(done.stdout)}
    assert facts["emscripten"]["pinned"] == f"=={RUNTIME['emscripten']}"
    assert facts["emscripten"]["actual"] == RUNTIME["emscripten"]
    assert "suite" not in facts
    # The played one is not the pinned one, and says so.
    assert facts["upstream commit"]["agrees"] is False
    assert done.returncode == 30
    assert error_lines(done)[0].startswith("upstream commit: ")
    say_pinned(image)
    assert spec14("info", env=image).returncode == 0
