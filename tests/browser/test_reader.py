"""What readers see around buttons and frames, in a real browser.

axe-core looks at our pages; the inside of a frame is JupyterLite's own and is left out.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from jupyterlite_sphinx.jupyterlite_sphinx import NotebookLiteIframe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.artefacts import CPYTHON, RUNTIME
from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import BUTTON
from toolkit.browser.session import ColorScheme, Visit, visit

AXE: Final = Path(os.environ.get("SPEC14_HOME", "")) / "npm/node_modules/axe-core/axe.min.js"
SERIOUS: Final = ("serious", "critical")
FRAME: Final = "iframe.jupyterlite_sphinx_iframe"
START: Final = ".spec14-start"
OBSTACLE: Final = ".spec14-obstacle"
SEEN: Final = """() => {
    window.seen = [];
    new MutationObserver(() => {
        const text = document.querySelector(".spec14-line")?.innerText;
        if (text && text !== window.seen.at(-1)) window.seen.push(text);
    }).observe(document, {childList: true, subtree: true, characterData: true});
}"""
LOADING: Final = re.compile(r"Loading Python and its packages (\d+\.\d) of (\d+\.\d) MB")


def serious_findings(page: Page) -> list[str]:
    """Give what axe-core finds on a page, the inside of frames and one button aside.

    pydata-sphinx-theme 0.24.0 names its search button otherwise than what stands on it.
    """
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "axe.run({exclude: ['.search-button__button']}, {iframes: false})"
    )
    return [
        f"{violation['id']}: {node['html']}"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


def wait_ready(start: Locator) -> None:
    expect(start).to_have_attribute("data-stage", "ready", timeout=90_000)


def test_an_example_is_started_with_the_keyboard_alone(reader: Visit, site: Path) -> None:
    """Real numbers while it starts, then the versions; back with the keyboard, too."""
    page = reader.page
    reader.open("api.html")
    page.evaluate(SEEN)
    button = page.locator(".try_examples_outer_container").first.locator(BUTTON)
    button.focus()
    assert button.evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    frame, start = page.locator(FRAME), page.locator(START)
    expect(frame).to_be_focused()
    expect(frame).to_have_attribute("title", "Notebook: ripple.propagate")
    wait_ready(start)
    Notebook(inside=page.frame_locator(FRAME)).wait_ready(10)
    expect(start.get_by_role("progressbar")).to_be_hidden()
    versions = start.locator(".spec14-versions:visible")
    expect(versions).to_contain_text(f"ripple-demo 1.0.0 (ripple_demo-1.0.0-{CPYTHON}-")
    expect(versions).to_contain_text(f"Python {RUNTIME['python']}, Pyodide {RUNTIME['pyodide']}")
    seen = page.evaluate("window.seen")
    amounts = [match.groups() for match in map(LOADING.fullmatch, seen) if match]
    whole = sum(sizes(site)) / 1e6
    assert {total for _loaded, total in amounts} == {f"{whole:.1f}"}
    loaded = [float(text) for text, _total in amounts]
    assert loaded == sorted(loaded)
    assert loaded[-1] > whole / 2
    assert seen[-2:] == ["Starting Python", "Python is ready"]
    assert serious_findings(page) == []
    page.get_by_role("button", name="Go Back").first.focus()
    page.keyboard.press("Space")
    expect(button).to_be_focused()


def sizes(site: Path) -> list[int]:
    folder = site / "lite/static/pyodide"
    others = {"python_stdlib.zip", "pyodide-lock.json", "spec14-snapshot.json"}
    return [
        file.stat().st_size
        for file in folder.iterdir()
        if file.suffix in {".wasm", ".snapshot"} or file.name in others
    ]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "light"), (1280, "dark")])
def test_axe_finds_nothing_serious(
    browser: Browser, url: str, width: int, scheme: ColorScheme
) -> None:
    with visit(browser, url, width=width, color_scheme=scheme) as v:
        for name in ("api.html", "tutorial.html"):
            v.open(name)
            assert serious_findings(v.page) == [], name


def test_a_small_window_is_told_why_and_a_larger_one_has_the_buttons(
    browser: Browser, url: str
) -> None:
    with visit(browser, url, width=390) as v:
        v.open("api.html")
        notes, buttons = v.page.locator(OBSTACLE), v.page.locator(f"{BUTTON}:visible")
        expect(notes).to_have_count(6)
        expect(notes.first).to_have_text(
            "“Try it” needs a window more than 480 pixels wide and high."
        )
        expect(buttons).to_have_count(0)
        v.page.set_viewport_size({"width": 900, "height": 900})
        expect(buttons).to_have_count(6)
        expect(notes).to_have_count(0)


PATTERNS: Final = '{"global_min_height": "480px", "ignore_patterns": ["api"]}'


@pytest.mark.parametrize("width", [390, 1280])
def test_what_a_pattern_hides_stays_hidden(browser: Browser, url: str, width: int) -> None:
    """Also where the page was opened in a window in which upstream reads no patterns."""
    with visit(browser, url, width=width) as v:
        v.page.route("**/try_examples.json*", lambda route: route.fulfill(body=PATTERNS))
        v.open("api.html")
        expect(v.page.locator(f"{BUTTON}:visible")).to_have_count(0)
        v.page.set_viewport_size({"width": 1000, "height": 900})
        expect(v.page.locator(f"{BUTTON}.hidden")).to_have_count(0)
        expect(v.page.locator(f"{BUTTON}:visible")).to_have_count(0)
        expect(v.page.locator(OBSTACLE)).to_have_count(0)


def test_without_webassembly_each_button_says_so(reader: Visit) -> None:
    reader.page.add_init_script("delete globalThis.WebAssembly")
    reader.open("api.html")
    expect(reader.page.locator(OBSTACLE)).to_have_count(6)
    expect(reader.page.locator(OBSTACLE).first).to_contain_text("has no WebAssembly")
    expect(reader.page.locator(f"{BUTTON}:visible")).to_have_count(0)
    assert serious_findings(reader.page) == []


def test_a_page_from_a_file_says_so(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto((site / "api.html").as_uri())
    expect(page.locator(OBSTACLE)).to_have_count(6)
    expect(page.locator(OBSTACLE).first).to_contain_text("opened from a file")
    expect(page.locator(f"{BUTTON}:visible")).to_have_count(0)
    context.close()


def test_who_is_offline_is_told_and_can_try_again(browser: Browser, url: str) -> None:
    """And who comes with a browser that stores nothing; the way back stays in a small window."""
    with visit(browser, url) as v:
        v.page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('denied'); }")
        v.open("api.html")
        v.page.context.set_offline(True)
        v.page.locator(BUTTON).first.click()
        start = v.page.locator(START)
        expect(start).to_have_attribute("data-stage", "failed")
        expect(start.get_by_role("alert")).to_contain_text("You are offline")
        expect(start).to_contain_text("This browser stores nothing for this site")
        assert serious_findings(v.page) == []
        v.page.set_viewport_size({"width": 390, "height": 800})
        expect(v.page.locator(f"{BUTTON}.hidden")).not_to_have_count(0)
        expect(v.page.get_by_role("button", name="Go Back")).to_be_visible()
        v.page.set_viewport_size({"width": 1280, "height": 900})
        v.page.context.set_offline(False)
        start.get_by_role("button", name="Try again").click()
        expect(start).to_have_attribute("data-stage", "loading", timeout=60_000)


def frame_html(*, prompt: str | bool) -> str:
    """Give upstream's HTML of a frame."""
    frame = NotebookLiteIframe(  # type: ignore[no-untyped-call]
        prompt=prompt, notebook="tutorial.ipynb", height="400px"
    )
    return str(frame.html())  # type: ignore[no-untyped-call]


@pytest.fixture
def frames(browser: Browser, url: str) -> Iterator[Visit]:
    """A page with a prompted frame and an immediate one, as upstream writes them."""
    with visit(browser, url, color_scheme="dark") as v:
        html = frame_html(prompt="Try this") + frame_html(prompt=False)
        page = f"{v.record.origin}/api.html"
        before, _, rest = v.page.request.get(page).text().partition("<article")
        body = f"{before}<article>{html}</article>{rest.partition('</article>')[2]}"
        v.page.route(page, lambda route: route.fulfill(body=body, content_type="text/html"))
        yield v


def test_a_prompt_is_a_button_and_frames_are_told_apart(frames: Visit) -> None:
    page = frames.page
    frames.open("api.html")
    immediate = page.locator("iframe.jupyterlite_sphinx_raw_iframe")
    expect(immediate).to_have_attribute("title", "Notebook: tutorial.ipynb")
    expect(page.locator(START)).to_have_count(1)
    prompt = page.get_by_role("button", name="Try this")
    prompt.focus()
    assert prompt.evaluate("prompt => getComputedStyle(prompt).outlineStyle") == "solid"
    assert serious_findings(page) == []
    page.keyboard.press("Space")
    expect(page.locator(FRAME)).to_be_focused()
    page.locator(".jupyterlite_sphinx_iframe_container").dispatch_event("click")
    expect(page.locator(FRAME)).to_have_count(1)
    expect(page.locator(START)).to_have_count(2)
    page.emulate_media(reduced_motion="reduce")
    spinner = page.locator(".jupyterlite_sphinx_spinner")
    assert spinner.evaluate("spinner => getComputedStyle(spinner).animationName") == "none"
    page.evaluate(
        """() => new BroadcastChannel("spec14-start:/lite/").postMessage({
            frame: document.querySelector("iframe.jupyterlite_sphinx_iframe").dataset.spec14,
            stage: "failed", reason: "this one"})"""
    )
    # Without a network the words about that stand before it.
    expect(page.locator(".spec14-why:visible")).to_have_text([re.compile("this one")])
    assert serious_findings(page) == []
