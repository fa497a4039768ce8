"""Which documents of a site are not for Pyodide, told to the page that starts it early."""

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.artefacts import write_tree
from toolkit.lite.elsewhere import mark_elsewhere

PAGE = '<head><script src="early.js" data-root="../" data-workers="{}"></script></head>'
KERNELS = [{"kernel": "xlua", "env_name": "one"}, {"kernel": "xpython", "env_name": "one"}]


def notebook(kernel: object) -> str:
    return json.dumps({"cells": [], "metadata": {"kernelspec": kernel}})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path,
        {
            "xeus/kernels.json": json.dumps(KERNELS),
            "notebooks/index.html": PAGE,
            "tree/index.html": "<head></head>",
            "files/lua.ipynb": notebook({"name": "xlua"}),
            'files/a/it\'s "own".ipynb': notebook({"name": "xpython"}),
            "files/pyodide.ipynb": notebook({"name": "python"}),
            "files/none.ipynb": notebook(None),
            "files/other.ipynb": notebook({"name": "ir"}),
            "files/odd.ipynb": notebook(["xlua"]),
            "files/list.ipynb": "[]",
            "files/damaged.ipynb": "{",
            "files/lua.json": notebook({"name": "xlua"}),
        },
    )


def told(page: Path) -> dict[str, Any]:
    found: list[str | None] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "script":
                found.append(dict(attrs)["data-elsewhere"])

    Parser().feed(page.read_text())
    (only,) = found
    read: dict[str, Any] = json.loads(only or "")
    return read


def test_notebooks_that_name_another_kernel_are_told_to_the_page_that_starts_one(
    site: Path,
) -> None:
    mark_elsewhere(site)
    assert told(site / "notebooks" / "index.html") == {
        "kernels": ["xlua", "xpython"],
        "notebooks": ['a/it\'s "own".ipynb', "lua.ipynb"],
    }
    assert (site / "tree" / "index.html").read_text() == "<head></head>"


def test_a_site_whose_notebooks_are_all_for_pyodide(site: Path) -> None:
    for file in (site / "files").rglob("*.ipynb"):
        file.write_text(notebook({"name": "python"}))
    mark_elsewhere(site)
    assert told(site / "notebooks" / "index.html")["notebooks"] == []
