"""The look at a built site."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.artefacts import make_runtime, make_wheel
from toolkit.errors import LiteFailed
from toolkit.lite.check import check_lock, check_site, foreign_in_page
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
    return check_site(site, lite=site / "lite", **options)


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
        check_lock(folder)


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
    with pytest.raises(LiteFailed, match=r"lite/jupyter-lite\.json loads .*\(.*pyodideUrl\)"):
        check(site)


def test_a_foreign_font_in_a_stylesheet_is_found(site: Path) -> None:
    (site / "_static").mkdir()
    (site / "_static" / "a.css").write_text("@import url('//fonts.example/a.css');")
    with pytest.raises(LiteFailed, match=r"_static/a\.css loads //fonts\.example"):
        check(site)


def test_an_origin_the_settings_allow_passes(site: Path) -> None:
    (site / "index.html").write_text(f'<img src="{FOREIGN}">')
    with pytest.raises(LiteFailed, match=r"index\.html loads https://fonts\.example"):
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
