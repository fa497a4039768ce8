"""``spec14 wheel SOURCE``: sdists and names, by the real tools."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from tests.indexes import make_index
from tests.integration.conftest import Spec14, error_lines
from tests.integration.test_wheel_settings import CONFIGURED

LEGACY = {
    "setup.py": """
        from setuptools import setup

        setup(name="legacy", version="0.3", py_modules=["legacy"])
        """,
    "legacy.py": "number = 3\n",
}
IN_TREE = {
    "pyproject.toml": """
        [build-system]
        requires = ["flit_core"]
        build-backend = "ours"
        backend-path = ["tools"]
        [project]
        name = "in-tree"
        version = "1"
        description = "x"
        requires-python = ">=3.9"
        [tool.flit.sdist]
        include = ["tools/*"]
        """,
    "tools/ours.py": "from flit_core.buildapi import *\n",
    "in_tree.py": "",
}


def sdist(project: Path, out: Path) -> Path:
    """Make an sdist with the project's own backend."""
    out.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "build", "--sdist", "--installer", "uv", "--outdir", str(out)]
    home = Path(os.environ["SPEC14_HOME"])
    env = {"UV_FIND_LINKS": str(home / "wheelhouse" / "native"), "UV_OFFLINE": "1"}
    subprocess.run(
        [*words, str(project)], env={**os.environ, **env}, check=True, capture_output=True
    )
    (made,) = out.glob("*.tar.gz")
    return made


def wheels(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".spec14" / "dist").iterdir())


def test_an_sdist_and_others_beside_it(tmp_path: Path, spec14: Spec14) -> None:
    """Wheels of one name replace each other, wheels of another name stay."""
    work = tmp_path / "work"
    work.mkdir()
    project = write_tree(tmp_path / "in-tree", IN_TREE)
    file = sdist(project, tmp_path / "1")
    done = spec14("wheel", file, "--project", work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wheels(work) == ["in_tree-1-py3-none-any.whl"]
    assert "is up to date" in spec14("wheel", file, "--project", work).stdout
    legacy = tmp_path / "legacy-0.3.tar.gz"
    with tarfile.open(legacy, "w:gz") as archive:
        archive.add(write_tree(tmp_path / "legacy", LEGACY), "legacy-0.3")
    done = spec14("wheel", legacy, "--project", work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wheels(work) == ["in_tree-1-py3-none-any.whl", "legacy-0.3-py3-none-any.whl"]
    text = (project / "pyproject.toml").read_text()
    (project / "pyproject.toml").write_text(text.replace('version = "1"', 'version = "2"'))
    done = spec14("wheel", sdist(project, tmp_path / "2"), "--project", work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wheels(work) == ["in_tree-2-py3-none-any.whl", "legacy-0.3-py3-none-any.whl"]


def test_a_folder(tmp_path: Path, spec14: Spec14) -> None:
    project = write_tree(tmp_path / "in-tree", IN_TREE)
    done = spec14("wheel", project, "--project", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wheels(project) == ["in_tree-1-py3-none-any.whl"]
    assert not (tmp_path / ".spec14").exists()


def test_options_of_the_command_line(tmp_path: Path, spec14: Spec14) -> None:
    files = {
        **CONFIGURED,
        "make.py": "import sys\nsys.exit(3)\n",
        "configured/made.h": "#define MADE 1\n",
    }
    project = write_tree(tmp_path / "configured", files)
    assert spec14("wheel", project).returncode == 40
    done = spec14("wheel", "--no-before-build", project)
    assert done.returncode == 0, done.stdout + done.stderr


def test_damaged_and_missing(tmp_path: Path, spec14: Spec14) -> None:
    whole = sdist(write_tree(tmp_path / "in-tree", IN_TREE), tmp_path / "1")
    half = tmp_path / whole.name
    half.write_bytes(whole.read_bytes()[:-40])
    for source in (half.name, "nowhere.tar.gz", "./nowhere", "two words"):
        done = spec14("wheel", source, "--project", tmp_path)
        assert done.returncode == 43, done.stderr
        what, _do = error_lines(done)
        assert source in what
    half.write_bytes(whole.read_bytes())
    assert spec14("wheel", half.name, "--project", tmp_path).returncode == 0


def test_rust_without_a_toolchain(tmp_path: Path, spec14: Spec14) -> None:
    text = 'build-system = {requires = ["maturin"], build-backend = "maturin"}\n'
    text += 'project.name = "fast"\n'
    project = write_tree(tmp_path / "fast", {"pyproject.toml": text})
    done = spec14("wheel", "--project", project)
    assert done.returncode == 46
    what, do = error_lines(done)
    assert what == "fast is built with maturin, and the program cargo is not here"
    assert "wasm32-unknown-emscripten" in do


FORTRAN = {
    "pyproject.toml": """
        [build-system]
        requires = ["meson-python"]
        build-backend = "mesonpy"
        [project]
        name = "old"
        version = "1"
        """,
    "meson.build": "project('old', 'c', 'fortran')\n",
    "a.f90": "program a\nend program a\n",
}


def test_fortran_without_a_compiler(tmp_path: Path, spec14: Spec14) -> None:
    done = spec14("wheel", "--project", write_tree(tmp_path / "old", FORTRAN))
    assert done.returncode == 46, done.stdout + done.stderr
    what, do = error_lines(done)
    assert "Fortran" in what
    assert "Fortran" in do


def test_build_requirements_that_go_in_a_circle(tmp_path: Path, spec14: Spec14) -> None:
    index = tmp_path / "index"
    for name, other in (("aaa", "bbb"), ("bbb", "aaa")):
        text = (
            f'[build-system]\nrequires = ["{other}", "flit-core"]\n'
            'build-backend = "flit_core.buildapi"\n'
            f'[project]\nname = "{name}"\nversion = "1.0"\ndescription = "x"\n'
        )
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        files = {"pyproject.toml": text, "PKG-INFO": metadata, f"{name}.py": ""}
        folder = write_tree(tmp_path / f"{name}-1.0", files)
        (index / name).mkdir(parents=True)
        with tarfile.open(index / name / f"{name}-1.0.tar.gz", "w:gz") as archive:
            archive.add(folder, folder.name)
    env = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": make_index(index)}
    done = spec14("wheel", "aaa", "--project", tmp_path, env=env)
    assert done.returncode == 42, done.stdout + done.stderr
    what, do = error_lines(done)
    assert what == "build requirements go in a circle: aaa -> bbb 1.0 -> aaa 1.0 -> bbb"
    assert "requires" in do
    assert wheels(tmp_path) == []


@pytest.mark.network
def test_a_name(tmp_path: Path, spec14: Spec14) -> None:
    done = spec14("wheel", "tabulate==0.9.0", "--project", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert wheels(tmp_path) == ["tabulate-0.9.0-py3-none-any.whl"]
    kept = {path.name for path in (tmp_path / ".spec14" / "cache" / "sdist").iterdir()}
    assert kept == {"spec14.json", "tabulate-0.9.0.tar.gz"}
