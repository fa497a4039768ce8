"""Documentation as projects have it: a gallery, the usual themes, both builders, -W and -j."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import (
    FOREIGN,
    PROJECTS,
    Spec14,
    copy_project,
    own_sphinx_build,
)
from toolkit.errors import DocsFailed, VersionsDiffer

BADGE = re.compile(r'<a class="[^"]*" href="([^"]*)"><img alt="Launch JupyterLite"')


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    project = copy_project("gallery", tmp_path_factory.mktemp("gallery") / "gallery")
    done = documented("docs", "--project", project, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def again(gallery: Path) -> Path:
    """Give it with its source as it was, and all that has been built of it."""
    shutil.copytree(PROJECTS / "gallery", gallery, ignore=FOREIGN, dirs_exist_ok=True)
    return gallery


def report(project: Path) -> dict[str, Any]:
    content = json.loads((project / ".spec14" / "report" / "examples.json").read_text())
    return {one["name"]: one for one in content["examples"]}


def settings(project: Path, **values: str) -> None:
    """Put values into [tool.spec14.docs]."""
    file = project / "pyproject.toml"
    lines = "\n".join(f"{key.replace('_', '-')} = {value}" for key, value in values.items())
    file.write_text(file.read_text().replace("[tool.spec14.docs]", f"[tool.spec14.docs]\n{lines}"))


def test_scripts_of_a_gallery_are_run(gallery: Path) -> None:
    found = report(gallery)
    assert found["plot_line.py"]["kind"] == "works"
    assert found["plot_line.py"]["place"] == "examples/plot_line.py"
    assert found["plot_broken.py"]["reason"] == "no threads in WebAssembly"
    assert found["pictures.draw"]["kind"] == "works", "the preamble of the settings imports it"
    assert {one["button"] for one in found.values() if one["kind"] != "works"} == {False}


def test_a_badge_opens_the_notebook_that_was_run(gallery: Path) -> None:
    pages = gallery / ".spec14" / "site" / "auto_examples"
    assert not BADGE.search((pages / "plot_broken.html").read_text())
    (link,) = BADGE.findall((pages / "plot_line.html").read_text())
    assert link == "../lite/notebooks/index.html?path=auto_examples/plot_line.ipynb"
    staged = pages.parent / "lite" / "files" / "auto_examples" / "plot_line.ipynb"
    cells = json.loads(staged.read_text())["cells"]
    assert cells[0]["source"] == ["This notebook runs in **your browser**."]
    assert cells[1]["source"] == ["import pictures"]
    assert not (gallery / "docs" / "jupyterlite_contents").exists(), "the source stays clean"


def test_dirhtml_too(again: Path, documented: Spec14) -> None:
    settings(again, builder='"dirhtml"')
    done = documented("docs", "--project", again)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 examples (0 run now)" in done.stdout
    page = again / ".spec14" / "site" / "auto_examples" / "plot_line" / "index.html"
    (link,) = BADGE.findall(page.read_text())
    opened = (page.parent / link.partition("?")[0]).resolve()
    assert opened == again / ".spec14" / "site" / "lite" / "notebooks" / "index.html"
    assert opened.is_file()
    assert (opened.parents[1] / "files" / "auto_examples" / "plot_line.ipynb").is_file()


@pytest.mark.parametrize(
    ("theme", "requires"),
    [
        ("furo", "furo"),
        ("sphinx_book_theme", "sphinx-book-theme"),
        ("sphinx_rtd_theme", "sphinx-rtd-theme"),
        ("pydata_sphinx_theme", None),
    ],
)
def test_the_usual_themes(
    again: Path, documented: Spec14, theme: str, requires: str | None
) -> None:
    """With warnings as errors, and in two processes."""
    settings(again, warnings_are_errors="true", jobs="2")
    if requires:
        file = again / "pyproject.toml"
        more = f'"sphinx-gallery", "{requires}"'
        file.write_text(file.read_text().replace('"sphinx-gallery"', more))
    docstrings = "sphinx.ext.napoleon" if theme == "furo" else "numpydoc"
    done = documented("docs", "--project", again, env={"THEME": theme, "DOCSTRINGS": docstrings})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 examples (0 run now): 2 works, 1 needs; 2 buttons published" in done.stdout
    index = (again / ".spec14" / "site" / "index.html").read_text()
    assert index.count("tryExamplesShowIframe(") == 1
    assert "spec14: " not in index


def test_a_sphinx_build_of_the_projects_own(again: Path) -> None:
    """One line in conf.py, and `sphinx-build` as ever."""
    conf = again / "docs" / "conf.py"
    conf.write_text(
        conf.read_text().replace('"sphinx_gallery', '"toolkit.docs.sphinx", "sphinx_gallery')
    )
    for _ in range(2):
        done = own_sphinx_build(again)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "2 buttons published" in done.stdout
        assert (again / "html" / "index.html").read_text().count("tryExamplesShowIframe(") == 1
        assert (again / "html" / "lite" / "static" / "pyodide" / "pyodide-lock.json").is_file()


def test_what_conf_py_says_wins_and_is_named(again: Path, documented: Spec14) -> None:
    conf = again / "docs" / "conf.py"
    conf.write_text(f"{conf.read_text()}\ntry_examples_global_button_text = 'Run it'\n")
    settings(again, button_text='"Try it"')
    done = documented("docs", "--project", again)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conf.py sets try_examples_global_button_text; button-text in" in done.stdout
    assert ">Run it</button>" in (again / ".spec14" / "site" / "index.html").read_text()


def test_notebooks_that_conf_py_writes_do_not_build_the_wheel_anew(
    again: Path, documented: Spec14
) -> None:
    conf = again / "docs" / "conf.py"
    writes = "import pathlib, uuid\npathlib.Path('written.md').write_text(str(uuid.uuid4()))\n"
    conf.write_text(f"{conf.read_text()}\n{writes}exclude_patterns = ['written.md']\n")
    assert documented("docs", "--project", again).returncode == 0
    done = documented("docs", "--project", again)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "-none-any.whl is up to date" in done.stdout


def test_pages_about_another_version_are_not_published(again: Path, documented: Spec14) -> None:
    conf = again / "docs" / "conf.py"
    before = (again / ".spec14" / "site" / "index.html").read_bytes()
    conf.write_text(f"{conf.read_text()}\nrelease = '1.2.2'\n")
    done = documented("docs", "--project", again)
    assert done.returncode == VersionsDiffer.exit_code, done.stdout + done.stderr
    assert "docs/conf.py: release is 1.2.2, the wheel is 1.2.3" in done.stderr
    assert (again / ".spec14" / "site" / "index.html").read_bytes() == before
    settings(again, check_version="false")
    assert documented("docs", "--project", again).returncode == 0


def test_a_docstring_with_broken_markup(again: Path, documented: Spec14) -> None:
    """It is named with its place; under -W it is an error, without the rest goes on."""
    module = again / "src" / "pictures.py"
    module.write_text(module.read_text().replace("Draw a line.", "Draw a `line.\n\n    *a*b*"))
    done = documented("docs", "--project", again)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "docstring of pictures.draw" in done.stdout
    assert "(0 run now)" in done.stdout, "a docstring is not what an example depends on"
    settings(again, warnings_are_errors="true")
    for _ in range(2):  # as often as it is run
        done = documented("docs", "--project", again)
        assert done.returncode == DocsFailed.exit_code, done.stdout + done.stderr
        assert "docstring of pictures.draw" in done.stderr
