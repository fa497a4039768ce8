"""The stage ``docs`` with real Sphinx, real JupyterLite and a wheel made on the spot."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.artefacts import GREETINGS, make_python, make_wheel, write_tree
from toolkit.archive import file_sha256
from toolkit.docs.build import Built, Parts, build_docs
from toolkit.errors import DiskFull, DocsFailed, LiteFailed
from toolkit.lite.kernel import FETCHED, OWN
from toolkit.pins import IMAGE
from toolkit.project import prepare_output, read_project
from toolkit.runtime.distribution import read_runtime
from toolkit.wheels.index import Wheelhouse

CONF = """
project = "greetings"
extensions = ["sphinx.ext.autodoc", "numpydoc", "jupyterlite_sphinx"]
global_enable_try_examples = True
html_theme = "alabaster"
"""
GUIDE = """
Guide
=====

.. try_examples::

   >>> import greetings
   >>> greetings.greet("them")
   'hello them'
"""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A project and what the stage is given with it."""

    folder: Path
    wheel: Path
    python: Path

    def run(self, *more_wheels: Path) -> Built:
        project = read_project(self.folder)
        prepare_output(project)
        parts = Parts(
            wheels=[self.wheel, *more_wheels],
            kernel_wheels=Wheelhouse().kernel,
            runtime=IMAGE / "runtime",
        )
        return build_docs(project, parts, native_python=self.python)

    @property
    def site(self) -> Path:
        return self.folder / ".spec14" / "site"

    def write(self, name: str, text: str) -> None:
        write_tree(self.folder, {name: text})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A project that has been built once."""
    folder = tmp_path_factory.mktemp("stage")
    project = write_tree(
        folder / "project",
        {
            "pyproject.toml": "[project]\nname = 'Greetings'\n",
            "src/greetings.py": GREETINGS,
            "docs/conf.py": CONF,
            "docs/index.rst": "Greetings\n=========\n\n.. toctree::\n\n   api\n   guide\n",
            "docs/api.rst": "API\n===\n\n.. autofunction:: greetings.greet\n",
            "docs/guide.rst": GUIDE,
        },
    )
    stage = Stage(
        folder=project,
        wheel=make_wheel(folder, "greetings", files={"greetings.py": GREETINGS}),
        python=make_python(folder / "env", project / "src"),
    )
    stage.run()
    return stage


@pytest.fixture
def stage(built: Stage, tmp_path: Path) -> Iterator[Stage]:
    """The same project, given back as it was built after each test."""
    kept = tmp_path / "kept"
    shutil.copytree(built.folder, kept, symlinks=True)
    yield built
    shutil.rmtree(built.folder)
    kept.rename(built.folder)


def notebooks_named(page: Path) -> set[str]:
    return set(re.findall(r"path=([\w.]+\.ipynb)", page.read_text()))


def test_the_site_is_whole_and_says_what_is_in_it(built: Stage) -> None:
    lite = built.site / "lite"
    packages = json.loads((lite / "static/pyodide/pyodide-lock.json").read_text())["packages"]
    assert set(packages) == {*FETCHED, *OWN, "greetings"}
    assert packages["greetings"]["imports"] == ["greetings"]
    assert json.loads((built.site / "spec14-site.json").read_text()) == {
        "schema": 1,
        "wheel": built.wheel.name,
        "wheel_sha256": file_sha256(built.wheel),
        "pyodide": read_runtime(IMAGE / "runtime").version,
        "python": read_runtime(IMAGE / "runtime").python,
        "tested": None,
    }
    assert (lite / "static/favicons/favicon-notebook.ico").is_file()
    assert {path.name for path in (lite / "extensions").iterdir()} == {"@jupyterlite", "@spec14"}
    assert not list(built.site.rglob("*.js.map"))
    assert not (lite / "lab").exists()
    assert not (built.site / ".buildinfo").exists()


def test_pages_ask_no_other_host_for_anything(built: Stage) -> None:
    for page in built.site.glob("*.html"):
        assert "fonts.googleapis" not in page.read_text()


def test_each_button_opens_a_notebook_that_is_listed(built: Stage) -> None:
    listed = json.loads((built.site / "lite/api/contents/all.json").read_text())["content"]
    names = {entry["name"] for entry in listed}
    for page in ("api.html", "guide.html"):
        assert len(notebooks_named(built.site / page)) == 1
        assert notebooks_named(built.site / page) <= names
    assert names == {file.name for file in (built.site / "lite/files").iterdir()}


def test_nothing_is_written_into_the_source(built: Stage) -> None:
    assert {file.name for file in (built.folder / "docs").iterdir()} == {
        "api.rst",
        "conf.py",
        "guide.rst",
        "index.rst",
    }


def test_after_a_change_in_one_docstring_every_button_still_opens(stage: Stage) -> None:
    before = {page: notebooks_named(stage.site / page) for page in ("api.html", "guide.html")}
    stage.write("src/greetings.py", GREETINGS.replace("hello", "good day"))
    stage.run()
    assert "good day you" in (stage.site / "api.html").read_text()
    assert notebooks_named(stage.site / "guide.html") == before["guide.html"]
    assert notebooks_named(stage.site / "api.html") != before["api.html"]
    wanted = notebooks_named(stage.site / "api.html") | before["guide.html"]
    assert {file.name for file in (stage.site / "lite/files").iterdir()} == wanted


def test_two_builds_from_nothing_are_the_same_byte_for_byte(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    seen = []
    for _ in range(2):
        shutil.rmtree(stage.folder / ".spec14")
        stage.run()
        files = (path for path in sorted(stage.site.rglob("*")) if path.is_file())
        seen.append({str(path.relative_to(stage.site)): file_sha256(path) for path in files})
    assert seen[0] == seen[1]


def test_a_project_that_knows_nothing_of_jupyterlite_gets_buttons(stage: Stage) -> None:
    stage.write("docs/conf.py", CONF.replace(', "jupyterlite_sphinx"', "").replace("global", "#"))
    (stage.folder / "docs" / "guide.rst").unlink()
    stage.write("docs/index.rst", "Greetings\n=========\n\n.. toctree::\n\n   api\n")
    stage.run()
    assert len(notebooks_named(stage.site / "api.html")) == 1


def test_what_the_project_says_of_its_lite_site_is_heard(stage: Stage) -> None:
    settings = {"@jupyterlab/apputils-extension:themes": {"theme": "JupyterLab Dark"}}
    stage.write("docs/overrides.json", json.dumps(settings))
    stage.write("docs/data/table.csv", "a,b\n1,2\n")
    stage.write("docs/conf.py", CONF + "jupyterlite_contents = ['data/*.csv']\n")
    stage.write("docs/guide.rst", GUIDE + "\n.. jupyterlite::\n")
    stage.run()
    lite = stage.site / "lite"
    config = json.loads((lite / "jupyter-lite.json").read_text())["jupyter-config-data"]
    assert config["settingsOverrides"] == settings
    assert (lite / "files" / "table.csv").read_text() == "a,b\n1,2\n"
    assert (lite / "lab" / "index.html").is_file()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("docs/conf.py", CONF + "\n1 / 0\n", r"docs/conf\.py:\d+: ZeroDivisionError"),
        ("docs/conf.py", CONF + "extensions.append('nope')\n", r"Extension error: .*nope"),
        ("docs/conf.py", CONF.replace("alabaster", "nope"), r"Theme error: .*nope"),
        (
            "docs/api.rst",
            "API\n===\n\n.. autofunction:: nope.greet\n",
            r"docs/api\.rst: .*failed to import 'greet'.*: ModuleNotFoundError: .*'nope'",
        ),
    ],
)
def test_a_docs_error_is_named_with_its_place_and_the_old_site_stands(
    stage: Stage, file: str, text: str, said: str
) -> None:
    before = (stage.site / "index.html").read_bytes()
    stage.write(file, text)
    with pytest.raises(DocsFailed, match=said):
        stage.run()
    assert (stage.site / "index.html").read_bytes() == before
    assert not list(stage.site.parent.glob("site.*"))


def test_where_warnings_are_errors_the_first_is_named(stage: Stage) -> None:
    stage.write("docs/guide.rst", GUIDE + "\n.. nope::\n")
    built = stage.run()
    assert [str(message) for message in built.warnings] == [
        f'{stage.folder}/docs/guide.rst:10: Unknown directive type "nope".'
    ]
    with (stage.folder / "pyproject.toml").open("a") as file:
        file.write("[tool.spec14.docs]\nwarnings-are-errors = true\n")
    stage.write("docs/guide.rst", GUIDE + "\n\n.. nope::\n")
    with pytest.raises(DocsFailed, match=r'guide\.rst:11: Unknown directive type "nope"'):
        stage.run()


def test_two_pages_of_one_name_are_named(stage: Stage) -> None:
    conf = stage.folder / "docs" / "conf.py"
    conf.write_text(f"{conf.read_text()}\nsource_suffix = ['.rst', '.txt']\n")
    stage.write("docs/guide.txt", "Other\n=====\n")
    (warning,) = stage.run().warnings
    assert "multiple files found for the document" in warning.text
    assert "guide.txt" in warning.text
    assert (stage.site / "guide.html").is_file()


def test_a_page_called_lite_is_an_error(stage: Stage) -> None:
    stage.write("docs/lite/page.rst", ":orphan:\n\nPage\n====\n")
    with pytest.raises(DocsFailed, match="is called 'lite'"):
        stage.run()


def test_a_requirement_that_is_not_in_the_site_is_an_error(stage: Stage, tmp_path: Path) -> None:
    lonely = make_wheel(tmp_path, "lonely", requires=["nowhere>=1"])
    with pytest.raises(LiteFailed, match="requires nowhere"):
        stage.run(lonely)


def test_a_wheel_of_something_else_is_an_error(stage: Stage, tmp_path: Path) -> None:
    other = Stage(folder=stage.folder, wheel=make_wheel(tmp_path, "other"), python=stage.python)
    with pytest.raises(DocsFailed, match="no wheel of Greetings"):
        other.run()


def test_mathjax_from_elsewhere_is_an_error_with_the_next_step(stage: Stage) -> None:
    stage.write("docs/conf.py", CONF + "extensions.append('sphinx.ext.mathjax')\n")
    stage.write("docs/guide.rst", GUIDE + "\n:math:`a`\n")
    with pytest.raises(LiteFailed, match=r"guide\.html: loads https://.*mathjax") as caught:
        stage.run()
    assert "mathjax_path" in caught.value.do


def test_a_broken_configuration_of_the_lite_site_is_named(stage: Stage) -> None:
    stage.write("docs/jupyter-lite.json", "{")
    with pytest.raises(LiteFailed, match=r"docs/jupyter-lite\.json cannot be read"):
        stage.run()


def test_on_a_full_disk_the_old_site_stands(stage: Stage) -> None:
    before = (stage.site / "index.html").read_bytes()
    written = stage.folder / ".spec14" / "cache" / "docs" / "html" / "html" / "objects.inv"
    written.unlink()
    written.symlink_to("/dev/full")
    stage.write("docs/guide.rst", GUIDE.replace("them", "us"))
    with pytest.raises(DiskFull):
        stage.run()
    assert (stage.site / "index.html").read_bytes() == before


def test_dirhtml_pages_find_the_lite_site(stage: Stage) -> None:
    with (stage.folder / "pyproject.toml").open("a") as file:
        file.write("[tool.spec14.docs]\nbuilder = 'dirhtml'\n")
    stage.run()
    page = stage.site / "api" / "index.html"
    sources = re.findall(r"'((?:\.\./)*lite/tree/[^?']*)", page.read_text())
    assert sources
    for source in sources:
        assert Path(os.path.normpath(page.parent / source)).is_file()
