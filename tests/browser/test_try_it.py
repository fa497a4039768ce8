"""What a reader does: click, change something, run it, see what comes out.

The notebooks show an output before anything ran, so each test changes the input and
expects the output of the changed one, which the C code in the wheel computes.
"""

import base64
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import opens_within_the_window
from toolkit.browser.pages import open_notebook, screenshot, try_it
from toolkit.browser.session import ColorScheme, Visit, visit
from toolkit.docs.deploy import deploy
from toolkit.serve.server import running


def test_a_changed_example_gives_the_changed_output_of_the_c_code(reader: Visit) -> None:
    reader.open("api.html")
    notebook = try_it(reader, "ripple.propagate")
    notebook.wait_ready()
    notebook.write(
        0, "import ripple\nripple.propagate([0, 0, 0, 8, 0, 0, 0], steps=2, courant=1.0)"
    )
    assert notebook.run(0) == "array([0., 4., 0., 0., 0., 4., 0.])"


def test_versions_side_by_side_share_the_runtime(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    for version in ("1.0", "2.0"):
        deploy(site, tmp_path / "versions", version)
    with running(tmp_path / "versions") as url, visit(browser, url) as reader:
        reader.open("2.0/api.html")
        notebook = try_it(reader, "ripple.smooth")
        notebook.wait_ready()
        notebook.write(0, "import ripple\nripple.smooth([0, 0, 0, 64, 0, 0, 0], rate=0.25)")
        assert notebook.run(0) == "array([ 0.,  0., 16., 32., 16.,  0.,  0.])"
        assert reader.record.troubles == []
        heavy = [one for one in reader.record.requests if one.endswith((".whl", ".wasm"))]
        assert heavy
        assert all("/spec14-shared/" in one for one in heavy), heavy
        expect(reader.page.locator(".spec14-versions").first).to_contain_text("ripple")


def test_the_code_that_ran_is_webassembly(reader: Visit) -> None:
    reader.open("api.html")
    notebook = try_it(reader, "ripple.integrate")
    notebook.wait_ready()
    notebook.write(
        0,
        "import platform, sys\nfrom ripple import _kernel\n"
        "print(sys.platform, platform.machine(), _kernel.__file__)",
    )
    assert re.fullmatch(r"emscripten wasm32 \S*/ripple/_kernel\.\S+\.so", notebook.run(0).strip())


def test_the_tutorial_opens_as_a_notebook_and_runs(reader: Visit) -> None:
    reader.open("tutorial.html")
    notebook = open_notebook(reader)
    notebook.wait_ready()
    notebook.run(0)
    notebook.run(1)
    source = notebook.source(2)
    assert "400" in source
    notebook.write(2, source.replace("400", "200").replace("399", "199"))
    output = notebook.run(2)
    energies = re.findall(r"steps?\s+(\d+\.\d+)", output)
    assert "after 200 steps" in output
    assert len(energies) == 2
    assert energies[0] == energies[1]


def test_the_tutorial_draws_with_matplotlib(reader: Visit, tmp_path: Path) -> None:
    """Compiled by the image's recipes; the site has the wheels, nothing is fetched elsewhere."""
    reader.open("tutorial.html")
    notebook = open_notebook(reader)
    notebook.wait_ready()
    notebook.run(0)
    source = notebook.source(1)
    assert notebook.pictures(1) == []
    drawn = []
    for steps in ("4", "40"):
        notebook.write(1, source.replace("steps=40", f"steps={steps}"))
        notebook.run(1)
        drawn += notebook.pictures(1)
    assert isinstance(notebook.inside, Page)
    notebook.code_cell(1).locator("img").scroll_into_view_if_needed()
    screenshot(notebook.inside, tmp_path / "figure.png")
    early, late = (png_size_and_colours(reader, picture) for picture in drawn)
    assert drawn[0] != drawn[1]
    # 5 by 4 inches at 100 dots, the tight box aside; a blank figure has two colours.
    for width, height, colours in (early, late):
        assert 400 < width < 600
        assert 300 < height < 500
        assert colours > 100


COLOURS = """async data => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(
        canvas.getImageData(0, 0, image.width, image.height).data.buffer);
    return [image.width, image.height, new Set(pixels).size];
}"""


def png_size_and_colours(reader: Visit, picture: bytes) -> tuple[int, int, int]:
    data = base64.b64encode(picture).decode()
    width, height, colours = reader.page.evaluate(COLOURS, data)
    return width, height, colours


def test_a_package_that_is_not_in_the_site_is_not_fetched_from_elsewhere(reader: Visit) -> None:
    reader.open("api.html")
    notebook = try_it(reader, "ripple.smooth")
    notebook.wait_ready()
    notebook.write(
        0,
        "import piplite\ntry:\n    await piplite.install('attrs')\n"
        "except Exception as error:\n    print(type(error).__name__)",
    )
    assert notebook.run(0).strip() == "NotInSite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_read_without_an_error_at_any_width(
    browser: Browser, url: str, tmp_path: Path, width: int, scheme: ColorScheme
) -> None:
    with visit(browser, url, width=width, color_scheme=scheme) as v:
        for name in ("index.html", "api.html", "tutorial.html"):
            opens_within_the_window(v, name, width, tmp_path / f"{name}.png")
            assert (tmp_path / f"{name}.png").stat().st_size > 0
        assert v.record.troubles == []


def test_the_record_names_what_is_not_the_sites_own(browser: Browser, url: str) -> None:
    with visit(browser, url) as v:
        v.open("index.html")
        v.page.evaluate(
            "Promise.allSettled(['https://elsewhere.example/a', 'missing'].map(u => fetch(u)))"
        )
        v.page.evaluate("console.error('spoken')")
        troubles = "\n".join(v.record.troubles)
    assert "request to another origin: https://elsewhere.example/a" in troubles
    assert "request failed: 404" in troubles
    assert "error in the console: spoken" in troubles


def test_the_site_says_which_wheel_it_carries(site: Path) -> None:
    record = json.loads((site / "spec14-site.json").read_text())
    lock = json.loads((site / "lite/static/pyodide/pyodide-lock.json").read_text())
    entry = lock["packages"]["ripple-demo"]
    assert (entry["file_name"], entry["sha256"]) == (record["wheel"], record["wheel_sha256"])
