"""A wheel by plain ``pyodide build``, which is what cibuildwheel calls, in place of our build."""

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import CPYTHON, PLATFORM, SUFFIX, make_wheel, write_tree
from tests.backends.package import C, pyproject
from tests.backends.setuptools import EXTENSION
from tests.indexes import serving
from tests.integration.conftest import Spec14, error_lines
from toolkit.archive import file_sha256

PACKAGE: Final = '''
    """A sample."""

    from sample._core import twice as _twice


    def twice(number):
        """
        Double a number.

        Examples
        --------
        >>> import sample
        >>> sample.twice(21)
        42
        """
        return _twice(number)
    '''
FILES: Final = {
    "pyproject.toml": pyproject("setuptools.build_meta", '"setuptools"'),
    "setup.py": EXTENSION,
    "sample/__init__.py": PACKAGE,
    "sample/_core.c": C,
    "tests/test_sample.py": "import sample\n\n\ndef test_it():\n    assert sample.twice(2) == 4\n",
    "docs/conf.py": (
        'project = "sample"\nextensions = ["sphinx.ext.autodoc", "numpydoc"]\n'
        'html_theme = "alabaster"\n'
    ),
    "docs/index.rst": "Sample\n======\n\n.. autofunction:: sample.twice\n",
}


@dataclass(frozen=True, kw_only=True)
class House:
    """cibuildwheel's folder with the project's wheel, and the address that gives it.

    Attributes
    ----------
    folder
        The folder.
    wheel
        The project's wheel for the runtime.
    url
        Where it is served, its checksum behind it.
    """

    folder: Path
    wheel: Path
    url: str


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("supplied") / "sample", FILES)


@pytest.fixture(scope="module")
def house(project: Path, toolchain: Path) -> Iterator[House]:
    """Build the wheel as cibuildwheel does, outside of the project's folder."""
    source = shutil.copytree(project, project.parent / "source")
    folder = project.parent / "wheelhouse"
    native = {"UV_OFFLINE": "1", "UV_FIND_LINKS": str(toolchain / "wheelhouse" / "native")}
    done = subprocess.run(
        ["pyodide", "build", "--outdir", folder, "."],
        cwd=source,
        env={**os.environ, **native},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.iterdir()
    make_wheel(folder, "sample", tag=f"{CPYTHON}-{CPYTHON}-manylinux_2_28_x86_64")
    with serving(folder) as (url, _asked):
        address = f"{url}{wheel.name}#sha256={file_sha256(wheel)}"
        yield House(folder=folder, wheel=wheel, url=address)


def test_it_is_tested_and_documented(project: Path, house: House, documented: Spec14) -> None:
    with zipfile.ZipFile(house.wheel) as archive:
        assert not any(name.endswith("spec14.json") for name in archive.namelist())
    sha256 = file_sha256(house.wheel)
    done = documented("test", "--project", project, "--wheel", house.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{house.wheel.name} takes the place of a build" in done.stdout
    tested = json.loads((project / ".spec14/report/tests.json").read_text())
    assert (tested["wheel"], tested["wheel_sha256"]) == (house.wheel.name, sha256)

    # The same bytes from elsewhere are the same wheel.
    done = documented("docs", "--project", project, "--wheel", house.url, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    site = project / ".spec14/site"
    told = json.loads((site / "spec14-site.json").read_text())
    assert told["wheel_sha256"] == sha256
    assert told["tested"] is True
    (shipped,) = site.rglob(house.wheel.name)
    assert file_sha256(shipped) == sha256
    (example,) = json.loads((project / ".spec14/report/examples.json").read_text())["examples"]
    assert (example["name"], example["kind"]) == ("sample.twice", "works")
    assert list((project / ".spec14/dist").iterdir()) == [], "nothing was built"

    done = documented("docs", "--project", project, "--wheel", house.wheel)
    assert "site is up to date" in done.stdout


def test_the_older_spelling_loads_too(
    project: Path, house: House, tmp_path: Path, spec14: Spec14
) -> None:
    """pyodide-build writes it where USE_LEGACY_PLATFORM is set."""
    older = shutil.copy(house.wheel, tmp_path)
    tag = PLATFORM.replace("pyemscripten", "pyodide")
    subprocess.run(
        ["wheel", "tags", "--remove", "--platform-tag", tag, older],
        check=True,
        capture_output=True,
    )
    program = "import sample; print(sample.twice(21), sample._core.__file__)"
    done = spec14("python", "--project", project, "--wheel", tmp_path, "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("42 ")
    assert f"site-packages/sample/_core{SUFFIX}" in done.stdout


def test_another_version_is_said(tmp_path: Path, spec14: Spec14) -> None:
    """And a project that has its own wheel keeps it."""
    text = '[project]\nname = "greetings"\nversion = "2.0"\n'
    project = write_tree(tmp_path / "greetings", {"pyproject.toml": text, "greetings.py": ""})
    assert spec14("wheel", "--project", project).returncode == 0
    (own,) = (project / ".spec14/dist").iterdir()
    given = make_wheel(tmp_path, "greetings", files={"greetings.py": "name = 'given'\n"})
    words = ["-c", "import greetings; print(greetings.name)"]
    done = spec14("python", "--project", project, "--wheel", given, *words)
    assert done.stdout == "given\n"
    assert f"{given.name} is version 1.0, the source is 2.0 (pyproject.toml)" in done.stderr
    assert list((project / ".spec14/dist").iterdir()) == [own]
    assert f"{own.name} is up to date" in spec14("wheel", "--project", project).stdout


def test_what_cannot_be_taken(project: Path, house: House, tmp_path: Path, spec14: Spec14) -> None:
    other = make_wheel(tmp_path, "other")
    no_module = make_wheel(tmp_path, "sample")
    url, _, checksum = house.url.partition("#")
    for words, code, said in (
        (other, 86, "is a wheel of other, and the project is sample"),
        (tmp_path / "nowhere", 86, "does not exist"),
        (url, 86, "has no checksum"),
        (f"{url}/x.whl#{checksum}", 86, "is no file name of a wheel"),
        (url + "#sha256=" + "ab" * 32, 32, "has SHA-256"),
        (no_module, 41, "setup.py"),
    ):
        done = spec14("docs", "--project", project, "--wheel", words)
        what, _do = error_lines(done)
        assert done.returncode == code, done.stderr
        assert said in what
