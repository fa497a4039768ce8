"""What MyST and Quarto Live need of a site: of one whose files are there, and of no other."""

import json
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.artefacts import make_wheel, write_tree
from toolkit.archive import file_sha256
from toolkit.docs.snippet import QUARTO_LIVE, Facts, myst, quarto, read_facts
from toolkit.errors import LiteFailed, SnippetFailed
from toolkit.runtime.distribution import RUNTIME_FILES

URL: Final = "https://example.org/docs"
BUNDLE: Final = "var ce=\"0.26.1\";throw Error(`Pyodide version does not match: '${ce}' <==> `)"
"""As esbuild leaves ``loadPyodide`` (pyodide 0.26.1) in quarto-live's worker."""


def make_site(folder: Path, *packages: str) -> Path:
    """Write as much of a site as is read."""
    runtime = folder / "lite" / "static" / "pyodide"
    wheels = [make_wheel(runtime, name) for name in ("tides-demo", *packages)]
    entries = {
        name: {"file_name": wheel.name, "sha256": file_sha256(wheel), "depends": []}
        for name, wheel in zip(("tides-demo", *packages), wheels, strict=True)
    }
    record = {
        "pyodide": "314.0.6",
        "wheel": wheels[0].name,
        "wheel_sha256": file_sha256(wheels[0]),
    }
    place = "lite/static/pyodide"
    return write_tree(
        folder,
        {
            "spec14-site.json": json.dumps(record),
            f"{place}/pyodide-lock.json": json.dumps({"packages": entries}),
            **dict.fromkeys((f"{place}/{name}" for name in RUNTIME_FILES), ""),
            "lite/files/two stones.ipynb": "{}",
            "lite/files/83ca68be_6227_94e1_6e0c_967d8c5fb2b8.ipynb": "{}",
        },
    )


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    return read_facts(make_site(tmp_path / "site", *QUARTO_LIVE))


def test_quarto_live_is_led_to_the_sites_runtime_and_package(facts: Facts, tmp_path: Path) -> None:
    lines = quarto(facts, URL, tmp_path)
    live = yaml.safe_load(lines)["format"]["live-html"]["pyodide"]
    assert live["packages"] == ["tides-demo"]
    place = live["engine-url"].removeprefix(f"{URL}/")
    assert (facts.site / place / "pyodide-lock.json").is_file()
    assert facts.wheel_sha256 in lines
    assert f"(sha256 {file_sha256(facts.site / place / 'pyodide-lock.json')})" in lines


def test_what_quarto_live_would_ask_elsewhere_for_is_named(tmp_path: Path) -> None:
    facts = read_facts(make_site(tmp_path / "site", "micropip", "ipython"))
    with pytest.raises(SnippetFailed, match="loads pyodide-http, which the site has not") as caught:
        quarto(facts, URL, tmp_path)
    assert 'put "pyodide-http" into lite-packages' in caught.value.do


def test_an_extension_with_another_runtime_is_named(facts: Facts, tmp_path: Path) -> None:
    worker = "manual/_extensions/r-wasm/live/resources/pyodide-worker.js"
    write_tree(tmp_path, {worker: BUNDLE})
    with pytest.raises(SnippetFailed, match=r"Pyodide 0\.26\.1, .* has 314\.0\.6") as caught:
        quarto(facts, URL, tmp_path)
    assert worker in caught.value.what
    write_tree(tmp_path, {worker: BUNDLE.replace("0.26.1", "314.0.6")})
    assert "engine-url" in quarto(facts, URL, tmp_path)


def test_a_page_of_myst_shows_notebooks_of_the_site(facts: Facts) -> None:
    lines = myst(facts, URL)
    head, _, frames = lines.partition("\n\n")
    assert yaml.safe_load(head) == {"project": {"jupyter": False}}
    assert frames.count(":::{iframe}") == 1, "not those whose names change with their content"
    assert f"{URL}/lite/notebooks/index.html?path=two%20stones.ipynb\n" in frames


def test_a_site_that_is_none_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SnippetFailed, match="is no site of spec14's") as caught:
        read_facts(tmp_path)
    assert "spec14 docs" in caught.value.do


def test_a_lock_that_does_not_fit_is_told(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    next((site / "lite/static/pyodide").glob("*.whl")).unlink()
    with pytest.raises(LiteFailed, match="tides"):
        read_facts(site)


def test_a_runtime_that_lacks_a_file_is_told(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    (site / "lite/static/pyodide/pyodide.asm.wasm").unlink()
    with pytest.raises(SnippetFailed, match=r"lacks pyodide\.asm\.wasm"):
        read_facts(site)


def test_without_a_notebook_there_is_nothing_to_show(tmp_path: Path) -> None:
    site = make_site(tmp_path / "site")
    (site / "lite/files/two stones.ipynb").unlink()
    with pytest.raises(SnippetFailed, match="no notebook"):
        myst(read_facts(site), URL)


@pytest.mark.parametrize("url", ["docs", "file:///docs", "https://a/b?c", "https://", "//a"])
def test_an_address_that_is_none_is_refused(facts: Facts, tmp_path: Path, url: str) -> None:
    with pytest.raises(SnippetFailed, match="no address of a site"):
        quarto(facts, url, tmp_path)
    with pytest.raises(SnippetFailed, match="no address of a site"):
        myst(facts, url)
