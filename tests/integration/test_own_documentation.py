"""The documentation of spec14 itself, built by spec14 around the demo's wheel."""

import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Final

import pytest

from tests.integration.conftest import FOREIGN, Spec14, the_wheel
from toolkit.archive import file_sha256

ROOT: Final = Path(__file__).resolve().parents[2]
PARTS: Final = ("docs", "images", "toolkit", "tests/projects/demo")
"""What the pages are made of."""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    """Give a copy of what the pages are made of, with the site built."""
    folder = tmp_path_factory.mktemp("own") / "spec14"
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=FOREIGN)
    for file in ("pyproject.toml", "noxfile.py"):
        shutil.copy(ROOT / file, folder / file)
    done = documented("docs", "--project", folder, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_demo_is_in_it(checkout: Path) -> None:
    site = checkout / ".spec14" / "site"
    told = json.loads((site / "spec14-site.json").read_text())
    assert told["wheel"].startswith("ripple_demo-")
    assert told["wheel_sha256"] == file_sha256(the_wheel(checkout))
    assert 'href="try.html"' in (site / "index.html").read_text()


def test_every_example_works_and_has_its_button(checkout: Path) -> None:
    examples = json.loads((checkout / ".spec14/report/examples.json").read_text())["examples"]
    assert {one["document"] for one in examples} == {"try"}
    assert len(examples) >= 4
    assert [one for one in examples if one["kind"] != "works" or not one["button"]] == []
    page = (checkout / ".spec14/site/try.html").read_text()
    consoles = [one for one in examples if one["form"] == "console"]
    assert page.count("tryExamplesShowIframe(") == len(examples) - len(consoles)
    assert page.count("lite/repl/index.html") == len(consoles) == 1
    # One id for two things, and a console opens in an example's place.
    identifiers = re.findall(r"""\bid=["']?([\w.-]+)""", page)
    assert len(identifiers) == len(set(identifiers))


def test_the_image_has_all_it_needs() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["spec14"]
    assert settings["docs"]["requires"] == []
