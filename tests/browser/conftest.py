"""The demo's site, built once and served, and a browser that can reach nothing else."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from toolkit.browser.session import Visit, fenced_browser, visit
from toolkit.host.stages import TEST_CACHE
from toolkit.process import run
from toolkit.serve.server import running

DEMO = Path(__file__).parents[1] / "projects" / "demo"
SITE = "SPEC14_TEST_SITE"
"""Environment variable: a built site of the demo to look at instead of building one."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's published site."""
    if given := os.environ.get(SITE):
        return Path(given)
    project = tmp_path_factory.mktemp("browser") / "demo"
    shutil.copytree(DEMO, project, ignore=shutil.ignore_patterns(".spec14"))
    shared = os.environ.get(TEST_CACHE)
    env = {"SPEC14_CACHE": shared} if shared else {}
    done = run(["spec14", "docs", "--project", project], env=env)
    assert done.code == 0, done.output
    return project / ".spec14" / "site"


@pytest.fixture(scope="session")
def url(site: Path) -> Iterator[str]:
    """Where the site is served, as the usual hosts do."""
    with running(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with fenced_browser() as browser:
        yield browser


@pytest.fixture
def reader(browser: Browser, url: str) -> Iterator[Visit]:
    """A reader who comes for the first time; nothing may go wrong for them."""
    with visit(browser, url) as visited:
        yield visited
        assert visited.record.troubles == []
        assert visited.record.requests
