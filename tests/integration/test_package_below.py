"""A package in a folder of the project, with the documentation beside it: a monorepo."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import write_tree
from tests.integration.conftest import Spec14, copy_project, the_wheel
from toolkit.archive import file_sha256

CONF: Final = """
project = "whole"
extensions = ["sphinx.ext.autodoc", "numpydoc"]
html_theme = "alabaster"
"""
PAGE: Final = """
The whole
=========

.. autofunction:: measures.parse

.. try_examples::

   >>> import measures
   >>> measures.no_such_function()
"""
KNOWN: Final = "spec14-examples.json"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    """Give a project whose package is in `python`, with its site built."""
    folder = write_tree(
        tmp_path_factory.mktemp("whole") / "whole",
        {
            "pyproject.toml": '[tool.spec14]\npackage = "python"\n',
            "docs/conf.py": CONF,
            "docs/index.rst": PAGE,
        },
    )
    copy_project("pure", folder / "python")
    done = documented("docs", "--project", folder, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_pages_are_the_roots_and_the_wheel_the_packages(whole: Path) -> None:
    site = whole / ".spec14" / "site"
    assert "<h1>The whole" in (site / "index.html").read_text()
    told = json.loads((site / "spec14-site.json").read_text())
    assert told["wheel_sha256"] == file_sha256(the_wheel(whole))
    assert told["wheel"].startswith("measures_demo-")
    assert not (whole / "python" / ".spec14").exists()


def test_examples_are_placed_in_the_whole(whole: Path) -> None:
    report = json.loads((whole / ".spec14/report/examples.json").read_text())
    found = {one["name"]: one for one in report["examples"]}
    assert found["measures.parse"]["kind"] == "works"
    assert re.fullmatch(r"python/src/measures/__init__\.py:\d+", found["measures.parse"]["place"])
    assert found[">>> import measures"]["place"].startswith("docs/index.rst:")
    assert found[">>> import measures"]["button"] is False
    page = (whole / ".spec14/report/examples.html").read_text()
    assert 'href="../../python/src/measures/__init__.py' in page


def test_a_change_of_a_page_is_seen_and_the_baseline_is_the_roots(
    whole: Path, documented: Spec14
) -> None:
    done = documented("docs", "--project", whole)
    assert "site is up to date" in done.stdout
    with (whole / "docs/index.rst").open("a") as page:
        page.write("\nOne more line.\n")
    done = documented("verify", "--project", whole, "--accept")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "One more line." in (whole / ".spec14/site/index.html").read_text()
    assert "index: >>> import measures" in json.loads((whole / KNOWN).read_text())["known"]
    assert re.search(r"\.whl is up to date", done.stdout), "the page is no source of the wheel"
