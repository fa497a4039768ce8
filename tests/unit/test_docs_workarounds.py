"""Each workaround, and that upstream still needs it.

A test here that fails after an update of jupyterlite-sphinx or the theme says: upstream is
mended, take the workaround out.
"""

import inspect
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pydata_sphinx_theme  # type: ignore[import-untyped]
from docutils import nodes
from jupyterlite_sphinx import jupyterlite_sphinx as upstream
from sphinx.application import Sphinx
from sphinx.ext.autodoc._dynamic import _importer as importer

from toolkit.docs import workarounds
from toolkit.docs.workarounds import (
    LITE_LINK,
    PREAMBLE,
    TO_NOTEBOOK,
    WEB_FONT,
    Notebooks,
    drop_web_font,
)

APP = cast("Sphinx", None)


class Environment(SimpleNamespace):
    """As much of Sphinx's as the handlers read."""


def test_upstream_still_adds_a_web_font() -> None:
    assert WEB_FONT in inspect.getsource(upstream.setup)


def test_the_web_font_goes_and_other_sheets_stay() -> None:
    sheets = [SimpleNamespace(filename=WEB_FONT), SimpleNamespace(filename="_static/a.css"), "b"]
    context: dict[str, Any] = {"css_files": sheets}
    drop_web_font(APP, "index", "page.html", context, None)
    assert context["css_files"] == sheets[1:]


def test_sphinx_still_warns_of_imports_without_a_place() -> None:
    warns = inspect.getsource(importer._import_object)
    assert "LOGGER.warning(exc.args[0], type='autodoc', subtype='import_object')" in warns


def test_upstream_still_empties_the_folder_of_notebooks(tmp_path: Path) -> None:
    (tmp_path / "_contents").mkdir()
    (tmp_path / "_contents" / "a.ipynb").write_text("{}")
    config = SimpleNamespace(
        jupyterlite_content_dir="_contents", jupyterlite_bind_ipynb_suffix=False
    )
    upstream.inited(cast("Any", SimpleNamespace(srcdir=tmp_path, config=config)), config)
    assert not list((tmp_path / "_contents").iterdir())


def test_upstream_still_names_notebooks_at_random() -> None:
    assert "uuid4()" in inspect.getsource(upstream.TryExamplesDirective.run)


def test_upstream_still_counts_folders_without_the_builder() -> None:
    assert "builder" not in inspect.getsource(upstream.TryExamplesDirective.run)


def test_upstream_still_puts_the_preamble_behind_the_first_cell() -> None:
    assert "nb.cells.insert(1, new_code_cell(preamble))" in inspect.getsource(
        upstream.TryExamplesDirective.run
    )
    notebook = TO_NOTEBOOK([">>> f()", "1"], warning_text=None)
    assert notebook.cells[0].cell_type == "code", "no warning stands first"


def test_the_preamble_stands_first(tmp_path: Path) -> None:
    token = PREAMBLE.set("import a")
    try:
        plain = Notebooks(tmp_path).to_notebook([">>> f()", "1"], warning_text=None)
        warned = Notebooks(tmp_path).to_notebook([">>> f()", "1"], warning_text="Careful")
    finally:
        PREAMBLE.reset(token)
    assert [cell.source for cell in plain.cells][:2] == ["import a", "f()"]
    assert [cell.cell_type for cell in warned.cells][:2] == ["markdown", "code"]
    assert warned.cells[1].source == "import a"


def test_sphinx_gallery_still_stages_nothing_for_dirhtml() -> None:
    (wheel,) = (Path(os.environ["SPEC14_HOME"]) / "wheelhouse/native").glob("sphinx_gallery-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        source = archive.read("sphinx_gallery/interactive_example.py").decode()
    _, _, after = source.partition("def create_jupyterlite_contents(")
    assert 'if app.builder.name not in ["html", "readthedocs"]:' in after.partition("\ndef ")[0]


def test_the_theme_still_gives_its_script_an_empty_mode() -> None:
    layout = Path(pydata_sphinx_theme.__file__).parent / "theme/pydata_sphinx_theme/layout.html"
    assert '|| "{{ default_mode }}"' in layout.read_text()


def notebooks(folder: Path, *examples: str, document: str = "api") -> list[str]:
    """Give the names of a document's notebooks, as upstream's directive asks for them."""
    kept = Notebooks(folder)
    kept.begin(APP, document, ["source"])
    names = []
    for example in examples:
        kept.to_notebook([f">>> {example}"], warning_text=None)
        names.append(f"{kept.name()}.ipynb".replace("-", "_"))
    return names


def test_names_are_the_same_from_build_to_build(tmp_path: Path) -> None:
    assert notebooks(tmp_path, "1", "2") == notebooks(tmp_path, "1", "2")


def test_names_tell_documents_places_and_contents_apart(tmp_path: Path) -> None:
    one = notebooks(tmp_path, "1", "1")
    other = notebooks(tmp_path, "1", "1", document="guide")
    assert len({*one, *other}) == 4
    assert notebooks(tmp_path, "1", "2")[1] != one[1]


def test_what_is_written_has_other_names_than_what_was_read(tmp_path: Path) -> None:
    kept = Notebooks(tmp_path)
    kept.begin(APP, "api", ["source"])
    read = {kept.name() for _ in range(3)}
    kept.begin(APP, nodes.document(None, None), "api")
    assert not read & {kept.name() for _ in range(3)}


def test_notebooks_stay_through_upstreams_emptying(tmp_path: Path) -> None:
    folder = tmp_path / "contents"
    folder.mkdir()
    (folder / "a.ipynb").write_text("{}")
    kept = Notebooks(folder)
    kept.save(APP, cast("Any", None))
    folder.mkdir()
    kept.restore(APP, cast("Any", None))
    assert [file.name for file in folder.iterdir()] == ["a.ipynb"]


def test_a_document_read_anew_loses_its_own_notebooks_only(tmp_path: Path) -> None:
    mine, theirs = notebooks(tmp_path, "1")[0], notebooks(tmp_path, "1", document="guide")[0]
    for name in (mine, theirs, "tutorial.ipynb"):
        (tmp_path / name).write_text("{}")
    Notebooks(tmp_path).purge(APP, cast("Any", None), "api")
    assert {file.name for file in tmp_path.iterdir()} == {theirs, "tutorial.ipynb"}


def test_when_all_is_read_anew_the_folder_begins_empty(tmp_path: Path) -> None:
    folder = tmp_path / "contents"
    folder.mkdir()
    (folder / "gone.ipynb").write_text("{}")
    environment = cast("Any", Environment(found_docs={"api", "guide"}))
    Notebooks(folder).before_reading(APP, environment, ["api"])
    assert list(folder.iterdir())
    Notebooks(folder).before_reading(APP, environment, ["guide", "api"])
    assert not list(folder.iterdir())


def test_links_to_the_lite_site_lead_one_folder_further_up() -> None:
    body = (
        '<iframe src="../lite/repl/index.html"width="100%"></iframe>'
        "<button onclick=\"window.open('lite/tree/../notebooks/index.html?path=a')\">"
        "<button onclick=\"window.tryExamplesShowIframe('a','b','c','lite/tree/','None')\">"
        "<div onclick=\"window.jupyterliteConcatSearchParams('../../lite/lab/', false)\">"
        '<script>window.loadTryExamplesConfig("../try_examples.json");</script>'
        '<a class="reference external image-reference" href="../lite/notebooks/index.html?path=a">'
        '<a class="reference download" href="lite/files/a.ipynb" download>'
    )
    mended = LITE_LINK.sub(r"\1../", body)
    assert mended.count("../") == body.count("../") + 7
    for part in ('"../../lite/repl', "open('../lite/tree/", "'c','../lite/tree/"):
        assert part in mended
    assert "('../../../lite/lab/'" in mended
    assert '("../../try_examples.json")' in mended


def test_other_links_are_left_alone() -> None:
    body = (
        '<a class="x" href="../lighter/lab/index.html">lab</a><iframe src="../demo/lite/"></iframe>'
    )
    assert LITE_LINK.sub(r"\1../", body) == body


def test_all_workarounds_are_tested_here() -> None:
    public = {
        name
        for name, value in vars(workarounds).items()
        if inspect.isfunction(value) and value.__module__ == workarounds.__name__ and name[0] != "_"
    }
    assert public == {
        "drop_web_font",
        "gallery_contents_of_dirhtml",
        "mend_links_of_dirhtml",
        "name_colour_mode",
    }
