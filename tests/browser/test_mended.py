"""What upstream's interface does not do, and a reader needs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit, visit
from toolkit.serve.server import running

FOREVER = "import itertools\nfor number in itertools.count():\n    pass"
BUSY = "import time\nend = time.time() + 12\nwhile time.time() < end:\n    pass"
INTERRUPT = "[data-command='notebook:interrupt-kernel'], [data-jp-item-name='interrupt']"


@pytest.fixture
def isolated(browser: Browser, site: Path) -> Iterator[Visit]:
    """Give a reader of the site under isolation headers."""
    with running(site, profile="isolated") as url, visit(browser, url) as reader:
        yield reader
        assert not reader.record.troubles, "\n".join(reader.record.troubles)


def opened(reader: Visit) -> Notebook:
    """Open an example and wait for its kernel."""
    reader.open("api.html")
    notebook = try_it(reader, "ripple.smooth")
    notebook.wait_ready()
    return notebook


def interrupt(notebook: Notebook) -> None:
    """Press the toolbar's button, once the kernel has begun with a cell."""
    busy = notebook.inside.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]")
    expect(busy).to_be_visible(timeout=60_000)
    press_interrupt(notebook)


def press_interrupt(notebook: Notebook) -> None:
    """Press the toolbar's button."""
    notebook.inside.locator(INTERRUPT).first.click()


def test_under_isolation_every_prompt_comes(isolated: Visit) -> None:
    notebook = opened(isolated)
    assert isolated.page.evaluate("crossOriginIsolated")
    for number in range(8):
        notebook.write(0, f"import ripple\nprint(len(ripple.smooth([0] * {number + 5})))")
        assert notebook.run(0, seconds=20).strip() == str(number + 5)


def test_under_isolation_a_running_cell_is_interrupted(isolated: Visit) -> None:
    notebook = opened(isolated)
    notebook.write(0, FOREVER)
    notebook.start(0)
    interrupt(notebook)
    expect(notebook.code_cell(0).locator(".jp-OutputArea")).to_contain_text(
        "KeyboardInterrupt", timeout=10_000
    )
    notebook.write(0, "print(6 * 7)")
    assert notebook.run(0, seconds=20).strip() == "42"
    press_interrupt(notebook)  # nothing runs: the next cell must not be hit by it
    notebook.write(0, "print(sum(range(1000)))")
    assert notebook.run(0, seconds=20).strip() == "499500"


def test_without_isolation_the_reader_is_told(reader: Visit) -> None:
    notebook = opened(reader)
    notebook.write(0, BUSY)
    notebook.start(0)
    interrupt(notebook)
    expect(notebook.inside.get_by_text("cannot be interrupted on this site").first).to_be_visible()
    expect(prompt(notebook, 0)).to_have_text("[1]:", timeout=30_000)


@pytest.mark.parametrize("delay", [0, 400, 1500])
def test_a_key_that_comes_early_is_not_lost(reader: Visit, delay: int) -> None:
    reader.open("api.html")
    notebook = try_it(reader, "ripple.smooth")
    editor = notebook.code_cell(0).locator(".cm-content")
    expect(editor).to_be_visible(timeout=60_000)
    reader.page.wait_for_timeout(delay)
    editor.click()
    editor.press("Shift+Enter")
    # At once, not when the kernel is there: or the reader presses again.
    expect(prompt(notebook, 0)).to_have_text("[*]:", timeout=2_000)
    expect(prompt(notebook, 0)).to_have_text("[1]:", timeout=60_000)


def test_where_a_cell_fails_those_behind_it_can_be_run_again(reader: Visit) -> None:
    notebook = opened(reader)
    notebook.write(0, "import time; time.sleep(6); 1 / 0")
    notebook.start(0)
    notebook.write(1, "print(6 * 7)")
    notebook.start(1)
    expect(notebook.code_cell(0)).to_contain_text("ZeroDivisionError", timeout=60_000)
    expect(prompt(notebook, 1)).to_have_text("[ ]:", timeout=5_000)
    assert notebook.run(1, seconds=60).strip() == "42"


def test_where_python_cannot_start_no_cell_waits(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    (copy / "lite" / "static" / "pyodide" / "pyodide.asm.wasm").unlink()
    with running(copy) as url, visit(browser, url) as reader:
        # A tab of its own: there is no page around it that could say so.
        reader.open("lite/notebooks/index.html?path=tutorial.ipynb")
        notebook = Notebook(inside=reader.page)
        editor = notebook.code_cell(0).locator(".cm-content")
        expect(editor).to_be_visible(timeout=60_000)
        editor.press("Shift+Enter")
        told = reader.page.get_by_text("Python could not be started: pyodide.asm.wasm")
        expect(told.first).to_be_visible(timeout=60_000)
        expect(prompt(notebook, 0)).to_have_text("[ ]:")


def prompt(notebook: Notebook, number: int) -> Locator:
    """Give the number before a cell."""
    return notebook.code_cell(number).locator(".jp-InputArea-prompt")


def test_a_notebook_follows_the_theme_of_its_page(browser: Browser, url: str) -> None:
    with visit(browser, url, color_scheme="dark") as reader:
        notebook = opened(reader)
        body = notebook.inside.locator("body")
        expect(body).to_have_attribute("data-jp-theme-light", "false")
        # What the switch of pydata-sphinx-theme does.
        reader.page.evaluate("document.documentElement.dataset.theme = 'light'")
        expect(body).to_have_attribute("data-jp-theme-light", "true")
        assert not reader.record.troubles, "\n".join(reader.record.troubles)


def test_an_application_opened_from_a_disk_says_why_it_is_empty(
    browser: Browser, site: Path
) -> None:
    page = browser.new_page()
    page.goto((site / "lite" / "notebooks" / "index.html").as_uri())
    expect(page.get_by_text("run only from a web server")).to_be_visible()
    page.close()
