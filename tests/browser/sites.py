"""Sites of the example projects, and what holds for a page of any of them."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import expect

from toolkit.browser.pages import screenshot
from toolkit.browser.session import Visit
from toolkit.host.stages import TEST_CACHE
from toolkit.process import run

PROJECTS = Path(__file__).parents[1] / "projects"


def site_of(name: str, given: str, folder: Path) -> Path:
    """Give the published site of an example project.

    Parameters
    ----------
    name
        The project's folder.
    given
        Environment variable: a site to take instead of building one.
    folder
        Where it is built.
    """
    if site := os.environ.get(given):
        return Path(site)
    project = folder / name
    shutil.copytree(PROJECTS / name, project, ignore=shutil.ignore_patterns(".spec14"))
    shared = os.environ.get(TEST_CACHE)
    env = {"SPEC14_CACHE": shared} if shared else {}
    done = run(["spec14", "docs", "--project", project], env=env)
    assert done.code == 0, done.output
    return project / ".spec14" / "site"


def opens_within_the_window(
    reader: Visit, name: str, width: int, picture: Path, *, full: bool = False
) -> None:
    """Open a page: its heading is there, and it is no wider than the window."""
    reader.open(name)
    expect(reader.page.locator("h1").first).to_be_visible()
    inner = reader.page.evaluate("document.documentElement.scrollWidth")
    assert inner <= width, f"{name} is wider than the window"
    screenshot(reader.page, picture, full=full)
