"""The labextension that is put into every site."""

import json
import re
import shutil
import sys
import tarfile
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest

from toolkit.check.layout import extensions
from toolkit.check.site import read_site
from toolkit.errors import LiteFailed
from toolkit.lite.config import labextensions
from toolkit.lite.interface import NAME, NAMES, REPLACED, SPLASH, add_interface
from toolkit.lite.kernel import EXTENSION, extension_folder


@pytest.fixture(scope="module")
def upstream() -> str:
    """Give JupyterLite's interface as it was published."""
    package = Path(str(resources.files("jupyterlite_core")))
    (packed,) = package.glob("jupyterlite-app-*.tgz")
    with tarfile.open(packed) as files:
        scripts = [one for one in files if re.fullmatch(r"package/build/[^/]+\.js", one.name)]
        opened = [files.extractfile(one) for one in scripts]
        return "".join(one.read().decode() for one in opened if one)


@pytest.fixture(scope="module")
def kernel() -> str:
    """Give the Pyodide kernel's part in the browser."""
    folder = Path(sys.prefix, "share", "jupyter", "labextensions", "@jupyterlite")
    scripts = folder.joinpath("pyodide-kernel-extension", "static").glob("*.js")
    return "".join(one.read_text("utf-8") for one in scripts)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give what of a built JupyterLite site is changed: its kernel, and no page yet."""
    (tmp_path / "jupyter-lite.json").write_text("{}")
    shutil.copytree(extension_folder(), tmp_path / "extensions" / EXTENSION)
    return tmp_path


def test_it_is_there_and_loaded_first(site: Path) -> None:
    other = {"name": "other", "load": "static/remote.js"}
    kernel = {"name": EXTENSION, "load": "static/x.js"}
    data = {"federated_extensions": [other, kernel], "baseUrl": "./"}
    config = {"jupyter-config-data": {**data, "disabledExtensions": ["theirs"]}}
    (site / "jupyter-lite.json").write_text(json.dumps(config))
    (site / "extensions" / "other").mkdir()
    (site / "extensions" / "other" / "package.json").write_text("{}")
    add_interface(site)
    read = json.loads((site / "jupyter-lite.json").read_text())["jupyter-config-data"]
    ours, theirs, _kernel = read["federated_extensions"]
    assert theirs == other
    assert (site / "extensions" / NAME / ours["load"]).is_file()
    assert read["baseUrl"] == "./"
    assert set(REPLACED) < set(read["disabledExtensions"])
    assert "theirs" in read["disabledExtensions"]
    assert labextensions(site / "jupyter-lite.json") == [EXTENSION, NAME, "other"]
    found = [one for one in extensions(read_site(site)) if one.kind == "extension"]
    assert found == []


def scripts(page: Path) -> list[dict[str, str]]:
    """Give the attributes of the scripts of a page, in their order."""
    found: list[dict[str, str]] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "script":
                found.append({name: value or "" for name, value in attrs})

    Parser().feed(page.read_text())
    return found


def add_page(site: Path, name: str) -> Path:
    """Write a page of an application."""
    page = site / name / "index.html"
    page.parent.mkdir(exist_ok=True)
    page.write_text("<html><head><title>a</title></head></html>")
    return page


def test_pages_have_a_word_for_who_opens_them_from_a_disk(site: Path) -> None:
    pages = [add_page(site, name) for name in (".", "tree", "notebooks")]
    add_interface(site)
    for page in pages:
        word = scripts(page)[-1]
        assert word.keys() == {"src"}
        assert (page.parent / word["src"]).name == "from-file.js"
        assert (page.parent / word["src"]).is_file()
        assert "<head><script" in page.read_text()
        assert "</script><title>a</title></head>" in page.read_text()


@pytest.mark.parametrize("name", ["notebooks", "repl", "consoles"])
def test_pages_that_run_code_start_the_kernel_first_of_all(site: Path, name: str) -> None:
    page = add_page(site, name)
    add_interface(site)
    early, _word = scripts(page)
    assert (page.parent / early["src"]).name == "early.js"
    assert (page.parent / early["src"]).is_file()
    root = page.parent / early["data-root"]
    assert root.resolve() == site
    assert not {"async", "defer", "type"} & early.keys()
    workers = json.loads(early["data-workers"])
    assert workers.keys() == {"plain", "isolated"}
    for own, ours in workers.values():
        # One folder: what Python asks for by a relative URL is found from there.
        assert (root / own).parent == (root / ours).parent
        assert (root / own).is_file()
        (imported,) = re.findall(r'^import "\./([^"]+)";$', (root / ours).read_text(), re.MULTILINE)
        assert imported == (root / own).name


@pytest.mark.parametrize("name", [".", "tree", "files", "edit"])
def test_pages_that_run_none_start_none(site: Path, name: str) -> None:
    page = add_page(site, name)
    add_interface(site)
    assert [Path(one["src"]).name for one in scripts(page)] == ["from-file.js"]


def test_a_site_without_pyodide_starts_none_of_its_workers(site: Path) -> None:
    shutil.rmtree(site / "extensions" / EXTENSION)
    page = add_page(site, "notebooks")
    add_interface(site)
    assert [Path(one["src"]).name for one in scripts(page)] == ["from-file.js"]
    assert not (site / "extensions" / EXTENSION).exists()


def test_the_kernel_asks_for_the_workers_that_are_started_early(site: Path, kernel: str) -> None:
    """Which of the two it is depends on the page's isolation (``initWorker``)."""
    page = add_page(site, "notebooks")
    add_interface(site)
    workers = json.loads(scripts(page)[0]["data-workers"])
    asked = re.search(
        r"new Worker\(\w,\{type:\"module\"\}\);return crossOriginIsolated"
        r"\?\w\(new URL\(\w\((\d+)\),\w\.b\)\):\w\(new URL\(\w\((\d+)\),\w\.b\)\)",
        kernel,
    )
    assert asked
    for kind, number in zip(("isolated", "plain"), asked.groups(), strict=True):
        own, _ours = workers[kind]
        module = rf'\b{number}\(\w+,\w+,\w\)\{{\w\.exports=\w\.p\+"{Path(own).name}"'
        assert re.search(module, kernel)


@pytest.mark.parametrize("count", [0, 2])
def test_another_kernel_than_the_pinned_one_is_named(site: Path, count: int) -> None:
    folder = site / "extensions" / EXTENSION / "static"
    for script in folder.glob("comlink.worker.*.js"):
        script.unlink()
    for number in range(count):
        (folder / f"comlink.worker.{number}.js").write_text("")
    with pytest.raises(LiteFailed, match=rf"{count} scripts named comlink\.worker"):
        add_interface(site)


def test_the_kernels_chunks_are_fetched_with_the_page(site: Path) -> None:
    (site / "notebooks").mkdir()
    (site / "build" / "notebooks").mkdir(parents=True)
    (site / "build" / "notebooks" / "bundle.js").write_text("")
    link = '<link id="jupyter-lite-main" rel="preload" href="../build/notebooks/bundle.js">'
    page = site / "notebooks" / "index.html"
    page.write_text(f"<html><head>{link}</head></html>")
    chunk = f"extensions/{EXTENSION}/static/12.0123456789abcdef.js"
    (site / chunk).write_text("")
    add_interface(site)
    assert f'<link rel="prefetch" href="../{chunk}?v=0123456789abcdef">' in page.read_text()


@pytest.mark.parametrize(("app", "named"), [("notebooks", False), ("lab", True)])
def test_windows_have_names_where_a_workspace_is_restored(
    site: Path, app: str, *, named: bool
) -> None:
    (site / app).mkdir()
    file = site / app / "jupyter-lite.json"
    file.write_text('{"jupyter-config-data": {"appUrl": "/there"}}')
    add_interface(site)
    data = json.loads(file.read_text())["jupyter-config-data"]
    assert data["appUrl"] == "/there"
    assert set(NAMES).isdisjoint(data.get("disabledExtensions", ())) is named
    assert set(NAMES).issubset(data.get("disabledExtensions", ())) is not named


@pytest.mark.parametrize(("app", "covered"), [("notebooks", False), ("tree", False), ("lab", True)])
def test_notebooks_cover_is_replaced_where_it_is_used(
    site: Path, app: str, *, covered: bool
) -> None:
    (site / app).mkdir()
    file = site / app / "jupyter-lite.json"
    file.write_text("{}")
    add_interface(site)
    data = json.loads(file.read_text()).get("jupyter-config-data", {})
    assert (SPLASH not in data.get("disabledExtensions", ())) is covered
    script = site / "extensions" / NAME / "static" / "splash.mjs"
    assert f'"{SPLASH}"' in script.read_text()


def test_a_site_without_configuration(tmp_path: Path) -> None:
    with pytest.raises(LiteFailed):
        add_interface(tmp_path)


def test_upstream_still_needs_it(upstream: str, kernel: str) -> None:
    """A fault that is not found here any more may have been mended: toolkit/lite/interface.py."""
    assert "setInterruptBuffer" not in upstream + kernel
    assert re.search(r"waitAsync:\w+\}=Atomics", kernel), "coincident takes it as it is"
    assert 'throw Error("Session has no kernel.")' in upstream
    assert re.search(r'if\(\("interrupt"===(\w)\|\|"interrupt-subsequent"===\1\)&&', upstream)
    for plugin in REPLACED:
        assert f'id:"{plugin}"' in upstream


def test_upstream_still_waits_where_windows_have_names(upstream: str) -> None:
    for name in NAMES:
        assert re.search(rf'id:"{re.escape(name)}",[^{{}}]*provides:\w+\.IWindowResolver', upstream)
    (state,) = re.findall(r'id:"@jupyterlab/apputils-extension:state",.{4000}', upstream)
    assert re.search(r"optional:\[\w+\.IWindowResolver\]", state)
    # No limit is given to the debouncer: half a second (@lumino/polling).
    saving = r"\{[^{}]*\{[^{}]*\{[^{}]*\}\}\)\}"
    (waited,) = re.findall(rf",(\w+)=new \w+\.Debouncer\(async\(\)=>{saving}\)", state)
    assert f"}}await {waited}.invoke()}}" in state


def test_upstream_still_takes_its_cover_away_twice(upstream: str) -> None:
    show = r"show:\(\w=!0\)=>.{0,200}new \w+\.DisposableDelegate\(async\(\)=>\{await \w+,"
    removal = r"document\.body\.removeChild\(\w+\)\}\)"
    assert re.search(rf'id:"{re.escape(SPLASH)}".{{100,500}}{show}{removal}', upstream)


def test_upstream_still_reads_all_settings_for_each_plugin(upstream: str) -> None:
    assert re.search(r"async fetch\(\w\)\{let \w=\(await this\.list\(\)\)\.values\.find", upstream)
    assert re.search(r"await \w+\.getItem\(\w\)", upstream)
    assert "this._composer=new" in upstream
    assert "this._validator=new" in upstream
