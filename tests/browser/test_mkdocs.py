"""What a reader does in pages of MkDocs with Material: the same as in those of Sphinx."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.sites import opens_within_the_window, site_of
from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import BUTTON, try_it
from toolkit.browser.session import ColorScheme, visit
from toolkit.serve.server import running

PUBLISHED = "https://tides.example.org/"
SITE = "SPEC14_TEST_MKDOCS_SITE"
"""Environment variable: a built site of the project to look at instead of building one."""


@pytest.fixture(scope="module")
def tides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the built site is served."""
    with running(site_of("mkdocs", SITE, tmp_path_factory.mktemp("mkdocs"))) as address:
        yield address


def as_if_published_at(address: str) -> Callable[[Route], None]:
    """Give a handler that answers with the sitemap of an address with a port.

    Material puts the name of the host into what it reads there, and no port.
    """

    def answer(route: Route) -> None:
        text = route.fetch().text()
        assert PUBLISHED in text
        route.fulfill(body=text.replace(PUBLISHED, f"{address.rstrip('/')}/"))

    return answer


def test_a_changed_example_gives_the_changed_output(browser: Browser, tides: str) -> None:
    with visit(browser, tides) as reader:
        reader.open("reference/")
        notebook = try_it(reader, "tides.height")
        notebook.wait_ready()
        notebook.write(1, "import tides\ntides.height([tides.Constituent(3.25, 12.0)], 12.0)")
        assert notebook.run(1) == "3.25"
        frame = reader.page.locator("iframe.jupyterlite_sphinx_iframe")
        expect(frame).to_have_attribute("title", "Notebook: tides.height")
        expect(reader.page.locator(".spec14-versions").first).to_contain_text("tides-demo 1.0.0")
        assert reader.record.troubles == []


def test_content_that_comes_in_place_has_working_buttons(browser: Browser, tides: str) -> None:
    """``navigation.instant``: from a page without buttons, and no script is loaded again."""
    with visit(browser, tides) as reader:
        reader.page.route("**/sitemap.xml", as_if_published_at(tides))
        reader.open("")
        reader.page.wait_for_load_state("networkidle")
        reader.page.evaluate("window.stays = true")
        expect(reader.page.locator(BUTTON)).to_have_count(0)
        reader.page.locator("article a", has_text="guide").click()
        button = reader.page.locator(".try_examples_button_container").first.locator(BUTTON)
        expect(button).to_be_visible()
        assert reader.page.evaluate("window.stays") is True, "the page was not loaded anew"
        notebook = try_it(reader)
        notebook.wait_ready()
        notebook.write(1, "import tides\nprint(tides.Constituent(4.5, 12.0).at(0))")
        assert notebook.run(1).strip() == "4.5"
        frame = reader.page.locator("iframe.jupyterlite_sphinx_iframe")
        expect(frame).to_have_attribute("title", "Notebook: A day")
        reader.page.locator("nav.md-nav a", has_text="Reference").first.click()
        expect(reader.page.locator("h1")).to_contain_text("Reference")
        assert reader.page.evaluate("window.stays") is True
        expect(reader.page.locator(f".doc-object {BUTTON}:visible")).to_have_count(2)
        assert reader.record.troubles == []


def test_a_linked_notebook_opens_in_a_tab(browser: Browser, tides: str) -> None:
    with visit(browser, tides) as reader:
        reader.open("guide/")
        with reader.page.expect_popup() as opened:
            reader.page.locator("a.md-button", has_text="try it").click()
        notebook = Notebook(inside=opened.value)
        notebook.wait_ready()
        source = notebook.source(0)
        notebook.write(0, source.replace("2.0", "1.0"))
        assert notebook.run(0) == "1.5"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_read_without_an_error_at_any_width(
    browser: Browser, tides: str, tmp_path: Path, width: int, scheme: ColorScheme
) -> None:
    with visit(browser, tides, width=width, color_scheme=scheme) as reader:
        for name in ("", "guide/", "reference/"):
            picture = tmp_path / f"{name.strip('/')}.png"
            opens_within_the_window(reader, name, width, picture, full=True)
            buttons = reader.page.locator(f".try_examples_button_container {BUTTON}:visible")
            notes = reader.page.locator(".spec14-obstacle:visible")
            if name:
                shown = notes if width == 390 else buttons
                expect(shown).to_have_count(2)
        assert reader.record.troubles == []
