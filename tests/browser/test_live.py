"""An open page follows the builds."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from toolkit.browser.session import visit
from toolkit.serve.live import Live
from toolkit.serve.server import running

PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


def test_a_page_says_what_the_build_does_and_loads_again(browser: Browser, tmp_path: Path) -> None:
    live = Live()
    index = tmp_path / "index.html"
    index.write_text(PAGE.format("first"))
    with running(tmp_path, live=live) as url, visit(browser, url) as reader:
        reader.open("index.html")
        page = reader.page
        said = page.locator("spec14-live section")
        expect(said).to_be_empty()
        live.building()
        expect(said).to_contain_text("Building the documentation again")
        live.failed("kernel.c:3:1: error: <expected> ';'")
        expect(said).to_contain_text("kernel.c:3:1: error: <expected> ';'")
        expect(said).to_contain_text("The build failed")
        expect(page.locator("h1")).to_have_text("first")
        said.get_by_role("button", name="Close").press("Enter")
        expect(said).to_be_empty()
        index.write_text(PAGE.format("second"))
        live.building()
        live.built()
        expect(page.locator("h1")).to_have_text("second")
        expect(said).to_be_empty()
        assert reader.record.troubles == []


def test_a_tab_that_was_away_catches_up(browser: Browser, tmp_path: Path) -> None:
    live = Live()
    index = tmp_path / "index.html"
    index.write_text(PAGE.format("first"))
    with running(tmp_path, live=live) as url, visit(browser, url) as reader:
        reader.open("index.html")
        page = reader.page
        page.evaluate(
            """() => {
                Object.defineProperty(document, "hidden", { value: true, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        index.write_text(PAGE.format("second"))
        live.built()
        page.wait_for_timeout(1000)
        expect(page.locator("h1")).to_have_text("first")
        page.evaluate(
            """() => {
                Object.defineProperty(document, "hidden", { value: false, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        expect(page.locator("h1")).to_have_text("second")
