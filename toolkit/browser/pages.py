"""Driving documentation pages made by jupyterlite-sphinx 0.23.0."""

from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page

from toolkit.browser.notebook import Notebook
from toolkit.browser.session import Visit

BUTTON: Final = "button.try_examples_button"


def try_it(visit: Visit, anchor: str | None = None) -> Notebook:
    """Click on a "Try it" button of the open page.

    Parameters
    ----------
    visit
        Where the page is open.
    anchor
        The ``id`` of the function's entry (``ripple.propagate``); the page's first button
        without.
    """
    scope = _entry(visit.page, anchor) if anchor else visit.page.locator("body")
    container = scope.locator(".try_examples_outer_container").first
    container.locator(BUTTON).first.click()
    frame = scope.frame_locator("iframe.jupyterlite_sphinx_iframe").first
    return Notebook(inside=frame)


def open_notebook(visit: Visit) -> Notebook:
    """Click on the button that opens the page's notebook in a tab of its own."""
    with visit.page.expect_popup() as opened:
        visit.page.locator(BUTTON).first.click()
    return Notebook(inside=opened.value)


def screenshot(page: Page, file: Path, *, full: bool = False) -> None:
    """Take a picture of a page as the reader sees it (PNG), or of all of it."""
    page.screenshot(path=file, full_page=full, animations="disabled")


def _entry(page: Page, anchor: str) -> Locator:
    """Give the entry of Sphinx, or of mkdocstrings, that has the name."""
    named = page.locator(f'dt[id="{anchor}"], .doc-heading[id="{anchor}"]')
    return page.locator("dl.py, .doc-object").filter(has=named).last
