"""Whole pages whose kernels start from a memory snapshot: restarted, interrupted, told why not."""

import shutil
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.kernels import take_any_line
from toolkit.browser.notebook import Notebook
from toolkit.browser.pages import try_it
from toolkit.browser.session import Visit, visit
from toolkit.serve.server import running


@pytest.fixture
def whole(site: Path, tmp_path: Path) -> Path:
    """Give a site in which the snapshot is taken whatever the line."""
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    take_any_line(copy)
    return copy


WAYS: Final = """() => {
    window.ways = [];
    new BroadcastChannel("spec14-start:/lite/").onmessage = ({ data }) => {
        if (data.stage === "way") window.ways.push(data);
    };
}"""


def opened(visited: Visit) -> Notebook:
    visited.open("api.html")
    visited.page.evaluate(WAYS)
    notebook = try_it(visited, "ripple.smooth")
    notebook.wait_ready()
    return notebook


def ways(visited: Visit) -> list[tuple[bool, str]]:
    return [(way["snapshot"], way["reason"]) for way in visited.page.evaluate("window.ways")]


def test_a_restarted_kernel_starts_from_it_too(browser: Browser, whole: Path) -> None:
    with running(whole) as url, visit(browser, url) as visited:
        notebook = opened(visited)
        notebook.write(0, "word = 6 * 7\nprint(word)")
        assert notebook.run(0).strip() == "42"
        notebook.inside.locator(
            "[data-command='notebook:restart-kernel'], [data-jp-item-name='restart']"
        ).first.click()
        notebook.inside.locator(".jp-Dialog button.jp-mod-accept").click()
        visited.page.wait_for_function("window.ways.length === 2", timeout=90_000)
        notebook.write(0, "print('word' in globals())")
        assert notebook.run(0).strip() == "False"
        assert ways(visited) == [(True, "")] * 2
        assert visited.record.troubles == []


def test_under_isolation_it_can_be_interrupted(browser: Browser, whole: Path) -> None:
    with running(whole, profile="isolated") as url, visit(browser, url) as visited:
        notebook = opened(visited)
        assert visited.page.evaluate("crossOriginIsolated")
        notebook.write(0, "import itertools\nfor number in itertools.count():\n    pass")
        notebook.start(0)
        busy = notebook.inside.locator(".jp-Notebook-ExecutionIndicator[data-status=busy]")
        expect(busy).to_be_visible(timeout=60_000)
        notebook.inside.locator(
            "[data-command='notebook:interrupt-kernel'], [data-jp-item-name='interrupt']"
        ).first.click()
        output = notebook.code_cell(0).locator(".jp-OutputArea")
        expect(output).to_contain_text("KeyboardInterrupt", timeout=20_000)
        notebook.write(0, "print(6 * 7)")
        assert notebook.run(0).strip() == "42"
        assert ways(visited) == [(True, "")]
        assert visited.record.troubles == []


def test_the_page_says_why_python_was_started_the_long_way(browser: Browser, whole: Path) -> None:
    (heap,) = (whole / "lite/static/pyodide").glob("heap.*.snapshot")
    heap.write_bytes(heap.read_bytes()[:1000])
    with running(whole) as url, visit(browser, url) as visited:
        notebook = opened(visited)
        notebook.write(0, "print(6 * 7)")
        assert notebook.run(0).strip() == "42"
        line = visited.page.locator(".spec14-way")
        expect(line).to_be_visible()
        expect(line).to_contain_text("Python was started the long way: ")
        assert ways(visited)[0][1] in (line.text_content() or "")
        expect(visited.page.locator(".spec14-start")).to_have_attribute("data-stage", "ready")
        assert visited.record.troubles == []
