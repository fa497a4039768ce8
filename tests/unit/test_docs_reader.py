"""The scripts around buttons and frames: on which pages they are, and where they lie."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from toolkit.docs import reader


class App(SimpleNamespace):
    """As much of Sphinx's as the handlers use."""

    def __init__(self, outdir: Path, kind: str = "html") -> None:
        super().__init__(outdir=outdir, builder=SimpleNamespace(format=kind))
        self.added: list[str] = []

    def add_css_file(self, name: str) -> None:
        self.added.append(name)

    def add_js_file(self, name: str, **attributes: Any) -> None:
        self.added.append(name)


def added(outdir: Path, body: str, context: dict[str, Any] | None = None) -> list[str]:
    app = App(outdir)
    context = {} if context is None else context
    context |= {"body": body, "pathto": lambda address, _resource: f"../{address}"}
    reader.add(cast("Any", app), "index", "page.html", context, None)
    return app.added


@pytest.mark.parametrize(
    "body",
    [
        '<button class="try_examples_button" onclick="window.open()">',
        '<div class="jupyterlite_sphinx_iframe_container">',
        '<iframe src="lite" class="jupyterlite_sphinx_raw_iframe">',
    ],
)
def test_pages_with_a_button_or_a_frame_get_the_scripts(tmp_path: Path, body: str) -> None:
    app = App(tmp_path)
    reader.copy(cast("Any", app))
    for name in added(tmp_path, body):
        assert (tmp_path / "_static" / name).is_file()
    assert len(added(tmp_path, body)) == 3


def test_other_pages_load_nothing_of_ours(tmp_path: Path) -> None:
    assert added(tmp_path, "<p>text</p>") == []


def test_what_is_imported_further_in_is_named_in_the_head(tmp_path: Path) -> None:
    context: dict[str, Any] = {"metatags": '<meta name="kept">'}
    added(tmp_path, '<button class="try_examples_button">', context)
    named = re.findall(
        r'rel="modulepreload" href="\.\./_static/spec14/([a-z]+\.mjs)"', context["metatags"]
    )
    room = Path(reader.__file__).parent
    imported: set[str] = set()
    left = [reader.BEGINNING]
    while left:
        text = (room / left.pop()).read_text()
        new = (
            set(re.findall(r'^import .* from "\./([a-z]+\.mjs)";$', text, re.MULTILINE)) - imported
        )
        imported |= new
        left += new
    # A browser complains of what is loaded and not used.
    assert (sorted(named), len(named)) == (sorted(imported), 9)
    assert context["metatags"].startswith('<meta name="kept">')
    others: dict[str, Any] = {}
    added(tmp_path, "<p>text</p>", others)
    assert "metatags" not in others


def test_what_a_script_imports_is_copied_too(tmp_path: Path) -> None:
    reader.copy(cast("Any", App(tmp_path)))
    folder = tmp_path / "_static" / reader.FOLDER
    for script in folder.glob("*.mjs"):
        for line in script.read_text().splitlines():
            if line.startswith("import"):
                assert (folder / line.split('"')[1]).is_file()


def test_other_builders_get_nothing(tmp_path: Path) -> None:
    reader.copy(cast("Any", App(tmp_path, "latex")))
    assert list(tmp_path.iterdir()) == []
