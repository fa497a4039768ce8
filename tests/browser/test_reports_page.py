"""The page of a run's tests, in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.reports import record, result
from toolkit.browser.session import Visit, visit
from toolkit.serve.server import running
from toolkit.testing.reports.page import links, page

HOSTILE = "<img src=x onerror=document.title='broken'></script><script>document.title='broken'"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    results = [result(f"tests/test_many.py::test_{number}") for number in range(450)]
    results.append(result(f"tests/test_bad.py::test[{HOSTILE}]", "failed", traceback=HOSTILE))
    results.append(
        result("tests/test_s.py::test_s", "skipped", reason="no threads", cause="threads")
    )
    whole = record(*results, exit_code=1)
    (folder / "index.html").write_text(page(whole, links(whole, {})), "utf-8")
    with running(folder) as url:
        yield url


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(browser, address) as visited:
        yield visited
        assert visited.record.troubles == []


def test_the_table_is_searched(reader: Visit) -> None:
    reader.open("index.html")
    page = reader.page
    rows, status = page.locator("#tests tbody tr"), page.locator("#shown")
    expect(status).to_have_text("452 of 452 tests, 200 shown")
    expect(rows).to_have_count(200)
    expect(rows.first).to_contain_text("test_bad.py")
    page.locator("#more").click()
    page.locator("#more").click()
    expect(rows).to_have_count(452)
    expect(page.locator("#more")).to_be_hidden()
    page.locator("input[type=search]").fill("many test_44")
    expect(rows).to_have_count(11)
    page.locator("input[type=search]").fill("")
    page.locator("input[value=passed]").uncheck()
    expect(rows).to_have_count(2)
    page.locator("input[type=search]").fill("THREADS")
    expect(rows).to_have_count(1)
    assert page.title() == "Tests of shapes-1.0-py3-none-any.whl in WebAssembly", "nothing ran"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen(reader: Visit, scheme: str) -> None:
    reader.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    reader.page.set_viewport_size({"width": 320, "height": 640})
    reader.open("index.html")
    expect(reader.page.locator("#shown")).to_contain_text("452")
    width = reader.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320
    dark = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(255, 255, 255)") == (scheme == "light")
