"""MkDocs with our plugin, run as ``spec14 docs`` runs it: what is handed over, what is refused."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from markdown import Markdown

from tests.artefacts import write_tree
from toolkit.docs.messages import Message
from toolkit.docs.mkdocs.assets import keep_to_the_site, with_scripts
from toolkit.docs.mkdocs.driver import run_mkdocs
from toolkit.docs.mkdocs.examples import At, Examples
from toolkit.docs.mkdocs.fences import Fences, line_of
from toolkit.docs.mkdocs.links import with_links
from toolkit.docs.mkdocs.wrong import PageWrong
from toolkit.errors import DocsFailed, PageFailed, Spec14Error
from toolkit.project import read_project

CONFIG: Final = "site_name: Tides\ntheme: mkdocs\n"
NOTEBOOK: Final = json.dumps(
    {
        "cells": [
            {"cell_type": "code", "metadata": {}, "source": "1", "outputs": []},
            {
                "cell_type": "code",
                "metadata": {"tags": ["jupyterlite_sphinx_strip"]},
                "source": "2",
                "outputs": [],
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
PAGE: Final = """
# A day

```python try
print(1)
```

!!! note

    ```pycon try title="Shown" height="300"
    >>> 1 + 1  # doctest: +ELLIPSIS
    2
    ```

```python
print("only shown")
```

[Notebook](../notebooks/a.ipynb) or [try it](lite:../notebooks/a.ipynb), [all](lite:lab)
"""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a run has left."""

    folder: Path
    messages: tuple[Message, ...]

    @property
    def told(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.folder / "examples.json").read_text())
        return found

    def page(self, name: str) -> str:
        return (self.folder / "html" / name).read_text()


def make(root: Path, pages: dict[str, str], config: str = CONFIG, settings: str = "") -> Made:
    """Run MkDocs on pages below ``docs``."""
    text = f"[project]\nname = 'tides'\n[tool.spec14.docs]\n{settings}"
    files = {f"docs/{name}": content for name, content in pages.items()}
    write_tree(root, {"pyproject.toml": text, "mkdocs.yml": config, **files})
    folder = root / "out"
    folder.mkdir(exist_ok=True)
    messages = run_mkdocs(
        read_project(root), root / "mkdocs.yml", folder, Path(sys.executable), None
    )
    return Made(folder=folder, messages=messages)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(
        tmp_path_factory.mktemp("mkdocs") / "project",
        {"index.md": "# Tides\n", "guide/day.md": PAGE, "notebooks/a.ipynb": NOTEBOOK},
        CONFIG + "markdown_extensions: [admonition]\nnav: [index.md, guide/day.md, L: lite:repl]\n",
        'preamble = "import a"\nstrip-tagged-cells = true\nbutton-text = "Try <it>"\n',
    )


def test_each_fence_and_each_notebook_is_handed_over(made: Made) -> None:
    forms = [(one["form"], one["document"], one["line"], one["first"]) for one in made.told]
    assert forms == [
        ("docstring", "guide/day", 4, "print(1)"),
        ("docstring", "guide/day", 10, ">>> 1 + 1  # doctest: +ELLIPSIS"),
        ("notebook", "guide/day", 0, "notebooks/a.ipynb"),
    ]
    script, prompts, notebook = (json.loads(Path(one["file"]).read_text()) for one in made.told)
    assert [cell["source"] for cell in script["cells"]] == ["import a", "print(1)"]
    assert prompts["cells"][1]["outputs"][0]["data"] == {"text/plain": "2"}
    assert [cell["source"] for cell in notebook["cells"]] == ["1"], "the tagged one is left out"
    assert {one["metadata"]["kernelspec"]["name"] for one in (script, prompts, notebook)} == {
        "python"
    }


def test_what_goes_with_a_button_stands_between_its_comments(made: Made) -> None:
    page = made.page("guide/day/index.html")
    for key, pieces in zip((one["key"] for one in made.told), (2, 2, 1), strict=True):
        assert page.count(f"<!-- spec14: button {key} -->") == pieces
        assert page.count(f"<!-- spec14: end of button {key} -->") == pieces
    assert "Try &lt;it&gt;" in page
    assert 'href="../../notebooks/a.ipynb" download' in page
    assert page.count("try_examples_outer_container") == 2


def test_addresses_lead_from_the_page_to_the_lite_site(made: Made) -> None:
    page = made.page("guide/day/index.html")
    name = made.told[0]["notebook"]
    assert f"'../../lite/notebooks/index.html?path={name}','None')" in page
    assert "','300')" in page
    assert 'href="../../lite/notebooks/index.html?path=notebooks%2Fa.ipynb"' in page
    assert 'href="../../lite/lab/index.html"' in page
    assert 'href="lite/repl/index.html"' in made.page("index.html"), "of the navigation"
    assert "lite:" not in page + made.page("index.html")


def test_only_pages_with_buttons_load_our_scripts(made: Made) -> None:
    assert "_static/spec14/reader.mjs" in made.page("guide/day/index.html")
    assert "_static/spec14" not in made.page("index.html")
    for name in ("reader.mjs", "jupyterlite_sphinx.js", "mkdocs.css"):
        assert (made.folder / "html" / "_static" / "spec14" / name).is_file()


def test_a_theme_that_asks_elsewhere_is_told_not_to(made: Made) -> None:
    assert "https://" not in made.page("index.html").partition("</head>")[0]
    assert [one.text for one in made.messages if "theme.highlightjs is off" in one.text]


def in_page(tmp_path: Path, text: str) -> str:
    """Give the HTML of a page, made without all the rest of MkDocs."""
    documents = write_tree(tmp_path / "docs", {"broken.ipynb": "[]", "index.md": text})
    examples = Examples(folder=tmp_path / "out", settings={})
    examples.begin()
    examples.enter(
        At(document="index", source=str(documents / "index.md"), text=text, url="index.html")
    )
    extensions: list[Any] = []
    options: dict[str, dict[str, Any]] = {}
    Fences(examples=lambda: examples).add_to(extensions, options)
    markdown: Any = Markdown
    html = str(markdown(extensions=extensions, extension_configs=options).convert(text))
    return with_links(html, examples, documents)


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("```python try\n\n```\n", "there is no code in it"),
        ("```python try hidden\n1\n```\n", "the option 'hidden' is not known"),
        ('```python try height="tall"\n1\n```\n', "height='tall' is no number of pixels"),
        ("[a](lite:missing.ipynb)\n", "is no notebook and no application"),
        ("[a](lite:../../outside.ipynb)\n", "leads out of the documentation's folder"),
        ("[a](lite:broken.ipynb)\n", "is no notebook"),
    ],
)
def test_what_a_page_gets_wrong_is_told_with_its_file(tmp_path: Path, page: str, what: str) -> None:
    with pytest.raises(PageWrong, match=what) as caught:
        in_page(tmp_path, page)
    assert "index.md" in caught.value.what
    assert caught.value.do


@pytest.mark.parametrize(
    ("config", "kind", "what"),
    [
        ("nav: [index.md, L: lite:labs]\n", PageFailed, "lite:labs is no application"),
        ("hooks: [hook.py]\n", DocsFailed, "ZeroDivisionError: division by zero"),
    ],
)
def test_what_mkdocs_stops_at_is_told(
    tmp_path: Path, config: str, kind: type[Spec14Error], what: str
) -> None:
    (tmp_path / "hook.py").write_text("def on_env(*_, **__):\n    return 1 / 0\n")
    with pytest.raises(kind) as caught:
        make(tmp_path, {"index.md": "# A\n"}, CONFIG + config)
    assert what in caught.value.what
    assert "\n" not in caught.value.what


def test_a_warning_can_be_an_error_and_names_its_page(tmp_path: Path) -> None:
    page = {"index.md": "[a](b.md)\n"}
    with pytest.raises(DocsFailed, match=r"index\.md: .*'b\.md'.*\(warnings are errors here\)"):
        make(tmp_path, page, settings="warnings-are-errors = true\n")


def test_a_fence_is_found_however_deep_it_stands() -> None:
    text = "```\na\n```\n\n> - ```python try\n>   >>> a\n>   1\n"
    assert line_of(["a"], text) == 2
    assert line_of([">>> a", "1"], text) == 6
    assert line_of(["b"], text) == 0


def test_what_the_settings_allow_stays() -> None:
    origin = "https://fonts.googleapis.com"
    theme: dict[str, Any] = {"font": {"text": "Roboto"}}
    assert keep_to_the_site(theme, "material", [origin]) is None
    assert theme["font"] == {"text": "Roboto"}
    assert origin in (keep_to_the_site(theme, "material", []) or "")
    assert theme["font"] is False
    assert keep_to_the_site(theme, "material", []) is None, "said once"
    assert keep_to_the_site({}, None, []) is None


def test_where_content_changes_in_place_every_page_has_the_scripts() -> None:
    assert "reader.mjs" in with_scripts("<head></head>", "a/", always=True)
    assert with_scripts("<head></head>", "a/", always=False) == "<head></head>"
