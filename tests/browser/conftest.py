"""The demo's site, built once and served, and a browser that can reach nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.kernels import MANIFEST, Place, placed, template
from tests.browser.sites import site_of
from toolkit.browser.session import Visit, fenced_browser, visit
from toolkit.serve.server import running

SITE = "SPEC14_TEST_SITE"
"""Environment variable: a built site of the demo to look at instead of building one."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's published site."""
    return site_of("demo", SITE, tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="session")
def url(site: Path) -> Iterator[str]:
    """Where the site is served, as the usual hosts do."""
    with running(site) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium.

    Not for longer: Playwright leaves its event loop running in this thread, and other tests
    begin their own. (A scope of the package is the session's where no ``__init__.py`` is.)
    """
    with fenced_browser() as browser:
        yield browser


@pytest.fixture
def reader(browser: Browser, url: str) -> Iterator[Visit]:
    """A reader who comes for the first time; nothing may go wrong for them."""
    with visit(browser, url) as visited:
        yield visited
        assert visited.record.troubles == []
        assert visited.record.requests


@pytest.fixture(scope="session")
def made(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give what a kernel needs of the demo's site."""
    made = template(site, tmp_path_factory.mktemp("template"))
    manifest = json.loads((made / "lite/static/pyodide" / MANIFEST).read_text("utf-8"))
    assert manifest["reason"] == ""
    return made


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Iterator[Place]:
    """Give a copy of it, served."""
    with placed(made, tmp_path / "place") as place:
        yield place
