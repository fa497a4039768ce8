"""What is begun before a click: a notebook for who means it, scripts for who sees a button."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit
from toolkit.docs.reader import FOLDER

ENTRY = 'dl.py:has(dt[id="ripple.smooth"])'
FRAME = f"{ENTRY} iframe.jupyterlite_sphinx_iframe"
BEGUN = f"{ENTRY} .spec14-ahead iframe"
FOCUSED = """(frame) => [document.activeElement === frame,
    Boolean(frame.contentDocument.activeElement.closest(".jp-Notebook"))]"""


@pytest.fixture
def known(reader: Visit) -> Visit:
    """Give a reader who has opened a notebook before."""
    reader.open("api.html")
    reader.page.evaluate("localStorage.setItem('spec14-opened', 'yes')")
    return reader


def button(reader: Visit) -> Locator:
    """Give a button that is in view, with the page at rest."""
    found = reader.page.locator(f"{ENTRY} .try_examples_button").first
    found.scroll_into_view_if_needed()
    reader.page.wait_for_timeout(300)
    return found


def point_at(reader: Visit) -> None:
    """Move the pointer over the button, and leave it there."""
    box = button(reader).bounding_box()
    assert box
    for step in range(3):
        reader.page.mouse.move(box["x"] + 5 + step, box["y"] + 5)


def height(reader: Visit) -> int:
    """Give the height of the page."""
    return int(reader.page.evaluate("document.documentElement.scrollHeight"))


def test_a_notebook_that_was_begun_is_the_one_that_is_shown(known: Visit) -> None:
    before = height(known)
    point_at(known)
    inside = Notebook(inside=known.page.frame_locator(BEGUN))
    expect(inside.inside.locator(".jp-Notebook .cm-content").first).to_be_attached(timeout=60_000)
    known.page.wait_for_timeout(1_000)
    assert height(known) == before, "nothing moves"
    assert known.page.evaluate("document.activeElement === document.body"), "nothing is focused"
    expect(known.page.locator(f"{ENTRY} .spec14-start")).not_to_be_visible()
    known.page.evaluate(f"window.kept = document.querySelector('{FRAME}').contentWindow")
    notebook = try_it(known, "ripple.smooth")
    frame = known.page.locator(FRAME)
    expect(frame).to_have_count(1)
    expect(frame).to_be_visible()
    expect(known.page.locator(f"{ENTRY} .spec14-start")).to_be_visible()
    assert frame.evaluate("(frame) => frame.contentWindow === window.kept"), "it began once"
    assert frame.evaluate(FOCUSED) == [True, True]
    assert frame.get_attribute("title") == "Notebook: ripple.smooth"
    notebook.wait_ready()
    notebook.write(0, "print(6 * 7)")
    assert notebook.run(0).strip() == "42"


def test_a_notebook_that_is_not_opened_goes_again(known: Visit) -> None:
    known.page.clock.install()
    before = height(known)
    point_at(known)
    known.page.clock.run_for(200)
    expect(known.page.locator(BEGUN)).to_have_count(1)
    known.page.clock.run_for(31_000)
    expect(known.page.locator(f"{ENTRY} iframe")).to_have_count(0)
    expect(known.page.locator(f"{ENTRY} .spec14-start")).to_have_count(0)
    expect(known.page.locator(f"{ENTRY} .jupyterlite_sphinx_spinner")).to_have_count(0)
    assert height(known) == before
    known.page.clock.resume()
    try_it(known, "ripple.smooth").wait_ready()


def test_who_only_points_loads_no_python(reader: Visit) -> None:
    reader.open("api.html")
    point_at(reader)
    expect(reader.page.locator("link[rel=prefetch]")).not_to_have_count(0)
    reader.page.wait_for_timeout(1_000)
    expect(reader.page.locator(f"{ENTRY} iframe")).to_have_count(0)
    assert [one for one in reader.record.requests if "/pyodide/" in one] == []
    assert [one for one in reader.record.requests if "/build/notebooks/" in one] != []


def test_a_page_that_nobody_looks_through_loads_its_own_scripts_only(reader: Visit) -> None:
    reader.page.set_viewport_size({"width": 1280, "height": 490})
    reader.open("api.html")
    reader.page.wait_for_timeout(3_000)
    assert [one for one in reader.record.requests if "/lite/" in one] == []
    assert [one for one in reader.record.requests if f"/{FOLDER}/ahead.mjs" in one] != []


def test_what_is_kept_is_what_the_notebook_loads(reader: Visit, site: Path) -> None:
    assert (site / "lite" / "notebooks" / "index.html").is_file()
    reader.open("api.html")
    button(reader)
    links = reader.page.locator("link[rel=prefetch]")
    expect(links).not_to_have_count(0, timeout=10_000)
    kept = set(links.evaluate_all("(links) => links.map((link) => link.href)"))
    reader.record.requests.clear()
    try_it(reader, "ripple.smooth").wait_ready()
    assert kept <= set(reader.record.requests)
