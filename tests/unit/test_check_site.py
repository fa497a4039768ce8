"""The look at a built site."""

import hashlib
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.artefacts import make_runtime, make_wheel
from toolkit.check.findings import KINDS, Finding
from toolkit.check.origins import foreign_in_page
from toolkit.check.site import read_site
from toolkit.check.static import findings, require_lock, require_sound
from toolkit.errors import LiteFailed
from toolkit.lite.config import KERNEL_PLUGIN
from toolkit.lite.distribution import Distribution, write_distribution
from toolkit.runtime.distribution import read_runtime

FOREIGN = "https://fonts.example/css?family=A"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that has all the check looks for."""
    site = tmp_path / "site"
    lite = site / "lite"
    extension = lite / "extensions" / "@jupyterlite" / "kernel"
    extension.mkdir(parents=True)
    (extension / "package.json").write_text('{"name": "@jupyterlite/kernel"}')
    entry = {"name": "@jupyterlite/kernel", "load": "static/remote.js"}
    config = {"jupyter-config-data": {"federated_extensions": [entry], "baseUrl": "./"}}
    (lite / "jupyter-lite.json").write_text(json.dumps(config))
    (lite / "index.html").write_text("<p>lite</p>")
    (lite / "service-worker.js").write_text("1")
    (site / "index.html").write_text('<link rel="stylesheet" href="_static/a.css">')
    wheels = (
        make_wheel(tmp_path / "made", "numpy"),
        make_wheel(tmp_path / "made", "ripple", requires=["numpy"]),
    )
    runtime = read_runtime(make_runtime(tmp_path / "runtime"))
    write_distribution(
        Distribution(runtime=runtime, kernel=(), project=wheels), lite / "static" / "pyodide"
    )
    return site


def check(site: Path, **options: Any) -> int:
    return require_sound(site, **options)


def test_a_good_site_passes_and_its_own_pages_are_counted(site: Path) -> None:
    assert check(site) == 1


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "ripple-1.0-py3-none-any.whl").unlink(), "which is not there"),
        (
            lambda folder: (folder / "ripple-1.0-py3-none-any.whl").write_bytes(b"PK"),
            "not the file that the lock describes",
        ),
        (
            lambda folder: (folder / "spec14-snapshot.json").write_text("{"),
            r"spec14-snapshot\.json: is no manifest of a memory snapshot",
        ),
    ],
)
def test_a_lock_that_does_not_fit_its_files_is_an_error(site: Path, damage: Any, said: str) -> None:
    damage(site / "lite" / "static" / "pyodide")
    with pytest.raises(LiteFailed, match=said):
        check(site)


def test_a_lock_that_depends_on_what_it_does_not_hold_is_an_error(site: Path) -> None:
    folder = site / "lite" / "static" / "pyodide"
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    del lock["packages"]["numpy"]
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    with pytest.raises(LiteFailed, match="ripple depends on numpy"):
        require_lock(folder / "pyodide-lock.json")


def test_a_labextension_nobody_named_is_an_error(site: Path) -> None:
    stray = site / "lite" / "extensions" / "stray"
    stray.mkdir()
    (stray / "package.json").write_text("{}")
    with pytest.raises(LiteFailed, match="stray"):
        check(site)


@pytest.mark.parametrize("name", ["lite/build/a.js.map", "_static/b.css.map"])
def test_a_source_map_is_an_error(site: Path, name: str) -> None:
    file = site / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    with pytest.raises(LiteFailed, match=name):
        check(site)


def test_a_foreign_address_in_the_configuration_is_named_with_its_key(site: Path) -> None:
    file = site / "lite" / "jupyter-lite.json"
    config = json.loads(file.read_text())
    config["jupyter-config-data"]["pyodideUrl"] = "https://cdn.example/pyodide.mjs"
    file.write_text(json.dumps(config))
    with pytest.raises(LiteFailed, match=r"lite/jupyter-lite\.json: loads .*\(.*pyodideUrl\)"):
        check(site)


def test_a_foreign_font_in_a_stylesheet_is_found(site: Path) -> None:
    (site / "_static").mkdir()
    (site / "_static" / "a.css").write_text("@import url('//fonts.example/a.css');")
    with pytest.raises(LiteFailed, match=r"_static/a\.css: loads //fonts\.example"):
        check(site)


def test_an_origin_the_settings_allow_passes(site: Path) -> None:
    (site / "index.html").write_text(f'<img src="{FOREIGN}">')
    with pytest.raises(LiteFailed, match=r"index\.html: loads https://fonts\.example"):
        check(site)
    assert check(site, allow_origins=["https://fonts.example"]) == 1


def test_for_mathjax_the_next_step_is_named(site: Path) -> None:
    (site / "index.html").write_text('<script src="https://cdn.example/mathjax@4/a.js"></script>')
    with pytest.raises(LiteFailed) as caught:
        check(site)
    assert "mathjax_path" in caught.value.do


@pytest.mark.parametrize(
    "html",
    [
        f'<link rel="stylesheet" href="{FOREIGN}">',
        f'<LINK REL="preload stylesheet" HREF="{FOREIGN}" />',
        f"<script async src={FOREIGN}></script>",
        f"<script>var a = '<b>'</script><script src='{FOREIGN}'></script>",
        '<img alt="a > b" src="//host.example/a.png">',
        '<img srcset="a.png 1x, https://host.example/b.png 2x">',
        '<iframe title="a" src=" https://host.example/"></iframe>',
        '<video poster="http://host.example/a.png"></video>',
        "<style>p { background: url(https://host.example/a.png) }</style>",
        '<link rel="preconnect" href="https://host.example">',
    ],
)
def test_what_a_browser_loads_by_itself_is_found(html: str) -> None:
    assert len(list(foreign_in_page(f"<p>text</p>{html}<p>text</p>"))) == 1


@pytest.mark.parametrize(
    "html",
    [
        f'<a href="{FOREIGN}">a link</a>',
        f'<link rel="canonical" href="{FOREIGN}">',
        '<link rel="next" href="https://host.example/next.html">',
        f"<!-- <script src='{FOREIGN}'></script> -->",
        '<img src="data:image/png;base64,//8=">',
        '<script src="_static/a.js"></script>',
        f"<p>{FOREIGN}</p>",
        '<img src="image.png" alt="https://host.example">',
    ],
)
def test_what_a_browser_does_not_load_is_left_alone(html: str) -> None:
    assert not list(foreign_in_page(html))


@given(
    quote=st.sampled_from(['"', "'"]),
    tag=st.sampled_from(["img", "script", "iframe", "source", "embed"]),
    before=st.lists(st.sampled_from(['alt=">"', "title='<a>'", "data-a=1", "async"]), max_size=3),
    scheme=st.sampled_from(["https://", "http://", "//", "HTTPS://"]),
    path=st.text("abc/?&=%.", max_size=8),
)
def test_no_way_of_writing_an_address_hides_it(
    quote: str, tag: str, before: list[str], scheme: str, path: str
) -> None:
    url = f"{scheme}host.example/{path}"
    html = f"<{tag} {' '.join(before)} src={quote}{url}{quote}>"
    assert list(foreign_in_page(html)) == [url]


def found(site: Path, kind: str) -> list[Finding]:
    """Give the findings of one kind; every one must be of a kind with words for it."""
    everything = list(findings(read_site(site)))
    assert {one.kind for one in everything} <= KINDS.keys()
    return [one for one in everything if one.kind == kind]


def configured(site: Path, **settings: Any) -> None:
    """Write settings of the Pyodide kernel."""
    file = site / "lite" / "jupyter-lite.json"
    config = json.loads(file.read_text())
    plugins = {"@jupyterlite/pyodide-kernel-extension:kernel": settings}
    config["jupyter-config-data"]["litePluginSettings"] = plugins
    file.write_text(json.dumps(config))


def test_a_good_site_has_no_findings_but_its_extension(site: Path) -> None:
    assert [one.kind for one in findings(read_site(site))] == ["unasked"]


@pytest.mark.parametrize(
    "name", ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]
)
def test_a_runtime_that_is_not_whole(site: Path, name: str) -> None:
    configured(site, pyodideUrl="./static/pyodide/pyodide.mjs")
    assert not found(site, "missing")
    (site / "lite" / "static" / "pyodide" / name).unlink()
    (one,) = found(site, "missing")
    assert one.file.startswith("lite/static/pyodide/")


def test_the_service_worker_is_missed(site: Path) -> None:
    (site / "lite" / "service-worker.js").unlink()
    (one,) = found(site, "missing")
    assert one.file == "lite/service-worker.js"


def test_a_kernel_with_its_runtime_on_a_cdn(site: Path) -> None:
    lite = site / "lite"
    entry = {"name": "@jupyterlite/pyodide-kernel-extension", "load": "static/remote.js"}
    config = {"jupyter-config-data": {"federated_extensions": [entry]}}
    (lite / "jupyter-lite.json").write_text(json.dumps(config))
    (one,) = found(site, "foreign")
    assert "CDN" in one.what


def test_a_wheel_on_another_host(site: Path) -> None:
    file = site / "lite" / "static" / "pyodide" / "pyodide-lock.json"
    lock = json.loads(file.read_text())
    lock["packages"]["numpy"]["file_name"] = "https://cdn.example/numpy.whl"
    file.write_text(json.dumps(lock))
    (one,) = found(site, "lock")
    assert "https://cdn.example/numpy.whl" in one.what


@pytest.mark.parametrize(
    ("url", "digest", "said"),
    [
        ("./own.whl", None, ""),
        ("./own.whl", "0" * 64, "is not the file"),
        ("./none.whl", None, "is not there"),
        ("https://host.example/own.whl", None, "is loaded from"),
    ],
)
def test_the_index_of_piplite(site: Path, url: str, digest: str | None, said: str) -> None:
    folder = site / "lite" / "pypi"
    folder.mkdir()
    (folder / "own.whl").write_bytes(b"wheel")
    sha256 = digest or hashlib.sha256(b"wheel").hexdigest()
    release = {"url": url, "digests": {"sha256": sha256}}
    (folder / "all.json").write_text(json.dumps({"own": {"releases": {"1.0": [release]}}}))
    configured(site, pipliteUrls=["./pypi/all.json?sha256=abc"])
    assert [said in one.what for one in found(site, "lock")] == ([True] if said else [])


@pytest.mark.parametrize(
    ("script", "count"),
    [
        ('import("https://cdn.example/a.mjs")', 1),
        ('import a from "https://cdn.example/a.mjs"', 1),
        ("importScripts('https://cdn.example/a.js')", 1),
        ("fetch(`https://api.example/data`)", 1),
        ('const help = "https://docs.example/"', 0),
        ("// see https://docs.example/", 0),
        ('import a from "./a.mjs"', 0),
        ("fetch(`https://${host}/data`)", 0),
    ],
)
def test_scripts_that_load(site: Path, script: str, count: int) -> None:
    (site / "a.js").write_text(f"\n{script}\n")
    assert [one.line for one in found(site, "foreign-script")] == [2] * count


def test_json_that_is_none(site: Path) -> None:
    (site / "lite" / "broken.json").write_text("{\n,}")
    (site / "broken.ipynb").write_text("{")
    lite, page = sorted(found(site, "unreadable"), key=lambda one: one.severity)
    assert (lite.file, lite.severity, lite.line) == ("lite/broken.json", "error", 2)
    assert (page.file, page.severity) == ("broken.ipynb", "warning")


def test_a_runtime_twice(site: Path) -> None:
    runtime = site / "lite" / "static" / "pyodide"
    shutil.copytree(runtime, site / "again")
    (one,) = found(site, "two-runtimes")
    assert one.what.startswith("is also in")
    shutil.rmtree(site / "again")
    shutil.copytree(runtime, site / "lite" / "old")
    (site / "lite" / "old" / "pyodide.asm.wasm").write_bytes(b"another")
    (one,) = found(site, "two-runtimes")
    assert "2 runtimes" in one.what


def test_names_that_are_taken_for_one(site: Path) -> None:
    (site / "Index.html").write_text("<p>another</p>")
    (site / "lite.html").write_text("<p>a page called lite</p>")
    assert {one.file for one in found(site, "clash")} == {"index.html", "lite.html"}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("built in /home/alice/work/docs", 1),
        (r'"C:\\Users\\alice\\docs"', 1),
        ("file:///Users/alice/docs/conf.py", 1),
        ("<_io.TextIOWrapper name='/tmp/tmp1234/file.txt'>", 1),
        ("HOME is /home/pyodide/here", 0),
        ("https://host.example/home/alice/x", 0),
        ("see /usr/share/doc", 0),
        ("the folder /home/", 0),
    ],
)
def test_paths_of_this_machine(site: Path, text: str, count: int) -> None:
    (site / "page.html").write_text(f"<p>one</p>\n<p>{text}</p>")
    assert [(one.line, one.severity) for one in found(site, "local-path")] == [
        (2, "warning")
    ] * count


def test_a_site_below_which_two_lites_lie(site: Path) -> None:
    shutil.copytree(site / "lite", site / "old" / "lite")
    (site / "lite" / "tree").mkdir()
    (site / "lite" / "tree" / "jupyter-lite.json").write_text("{}")
    assert [one.folder.name for one in read_site(site).lites] == ["lite", "lite"]
    assert {"two-runtimes"} <= {one.kind for one in findings(read_site(site))}


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["http://[", "//x", "../../a\0b", "https://cdn.example/a.whl", "", "a.whl"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("jupyter-config-data", "litePluginSettings", KERNEL_PLUGIN),
                    *("federated_extensions", "pipliteUrls", "pyodideUrl", "name"),
                    *("packages", "a", "depends", "file_name", "releases", "url", "digests"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(config=ODD, lock=ODD, index=ODD)
def test_whatever_a_site_holds_is_looked_at(config: Any, lock: Any, index: Any) -> None:
    """And a configuration that leads to such a lock and index."""
    with TemporaryDirectory() as folder:
        lite = Path(folder) / "lite"
        lite.mkdir()
        settings = {KERNEL_PLUGIN: {"pyodideUrl": "./pyodide.mjs", "pipliteUrls": ["all.json"]}}
        sound = {"jupyter-config-data": {"litePluginSettings": settings}}
        for name, data in (("pyodide-lock.json", {"packages": {"a": lock}}), ("all.json", index)):
            (lite / name).write_text(json.dumps(data))
        for data in (config, {"jupyter-config-data": config}, sound):
            (lite / "jupyter-lite.json").write_text(json.dumps(data))
            found = list(findings(read_site(Path(folder))))
            assert all(one.kind in KINDS for one in found)


def test_an_address_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('<img src="http://[broken"><img src="//[x">')
    found = [one.what for one in findings(read_site(tmp_path)) if one.kind == "foreign"]
    assert len(found) == 2


def test_what_is_no_site_is_said(tmp_path: Path) -> None:
    (one,) = (one for one in findings(read_site(tmp_path)) if one.severity == "error")
    assert (one.kind, one.what) == ("missing", "holds no page at all")
    (tmp_path / "_build" / "html").mkdir(parents=True)
    (tmp_path / "_build" / "html" / "index.html").write_text("<p>page</p>")
    said = {one.file: one for one in findings(read_site(tmp_path))}
    assert said["index.html"].do == "name the folder that holds it (_build/html?)"
    assert "the site has no JupyterLite" in said["jupyter-lite.json"].what
    assert {one.severity for one in said.values()} == {"warning"}


@pytest.mark.parametrize("below", ["", "deep/lite"])
def test_applications_of_a_site_without_pages(tmp_path: Path, below: str) -> None:
    lite = tmp_path / below
    lite.mkdir(parents=True, exist_ok=True)
    (lite / "jupyter-lite.json").write_text("{}")
    assert read_site(tmp_path).applications == ()
    before = f"{below}/" if below else ""
    for name in ("files/b.ipynb", "files/a b/c.ipynb", "notebooks/index.html"):
        (lite / name).parent.mkdir(parents=True, exist_ok=True)
        (lite / name).write_text("{}")
    assert read_site(tmp_path).applications == (f"{before}notebooks/index.html?path=a%20b/c.ipynb",)
    for name in ("lab", "repl", "tree"):
        (lite / name).mkdir()
        (lite / name / "index.html").write_text("")
    lab = f"{before}lab/index.html"
    assert read_site(tmp_path).applications == (f"{before}repl/index.html?kernel=python", lab)
    (lite / "xeus").mkdir()
    (lite / "xeus" / "kernels.json").write_text('[{"kernel": "x y", "env_name": "e"}]')
    assert read_site(tmp_path).applications == (f"{before}repl/index.html?kernel=x%20y", lab)
    extension = {"name": "@jupyterlite/pyodide-kernel-extension"}
    config = {"jupyter-config-data": {"federated_extensions": [extension]}}
    (lite / "jupyter-lite.json").write_text(json.dumps(config))
    assert read_site(tmp_path).applications == (f"{before}repl/index.html?kernel=python", lab)
