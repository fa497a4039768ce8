"""One script for an application in the place of its chunks."""

import json
import re
import tarfile
from importlib import resources
from pathlib import Path

import pytest

from toolkit.lite.joined import CHUNKS, MAIN, join_scripts

LINK = '<link id="jupyter-lite-main" rel="preload" href="../build/notebooks/bundle.js?_=1">'
PAGE = f"<head>{LINK}</head>"
PUSH = "(self.rspackChunk=self.rspackChunk||[]).push"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site with an application, two of its chunks, and one that it does not load."""
    first, second, *_ = json.loads(CHUNKS.read_text())["notebooks"]
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "index.html").write_text(PAGE)
    build = tmp_path / "build"
    (build / "notebooks").mkdir(parents=True)
    (build / "notebooks" / "bundle.js").write_text("var app = [];\n//# sourceMappingURL=a\n")
    (build / f"{first}.0.js").write_text(
        f'"use strict";{PUSH}([[{first}]]);\n//# sourceMappingURL=a'
    )
    (build / f"{second}.0.js").write_text(f"{PUSH}([[{second}]])")
    (build / "0.0.js").write_text("other")
    (build / "jlab_core.0.js").write_text("large")
    return tmp_path


def joined(site: Path) -> tuple[str, str]:
    """Give the page and the script that it names."""
    text = (site / "notebooks" / "index.html").read_text()
    named = MAIN.search(text)
    assert named
    return text, (site / "notebooks" / named[2]).read_text()


def test_a_page_names_one_script_with_its_chunks_before_the_application(site: Path) -> None:
    join_scripts(site)
    _, script = joined(site)
    assert script.count(PUSH) == 2
    assert script.rstrip().endswith("var app = [];")
    assert "other" not in script
    assert "sourceMappingURL" not in script
    assert (site / "build" / "notebooks" / "bundle.js").is_file()


def test_a_chunk_is_strict_for_itself(site: Path) -> None:
    join_scripts(site)
    _, script = joined(site)
    assert script.startswith('(() => {"use strict";')
    assert script.count("use strict") == 1


def test_the_script_is_named_by_its_content(site: Path) -> None:
    join_scripts(site)
    scripts = (site / "build" / "notebooks").glob
    before = set(scripts("spec14.*.js"))
    (site / "notebooks" / "index.html").write_text(PAGE)
    (site / "build" / "notebooks" / "bundle.js").write_text("var another = [];")
    join_scripts(site)
    assert len(set(scripts("spec14.*.js")) - before) == 1


def test_what_comes_next_is_asked_for_at_once(site: Path) -> None:
    join_scripts(site, ["extensions/a/b.js", "extensions/a/c.mjs"])
    text, _ = joined(site)
    hints = re.findall(r'<link rel="(\w+)"(?: as="script")? href="([^"]+)">', text)
    assert hints == [
        ("preload", "../build/jlab_core.0.js"),
        ("preload", "../extensions/a/b.js"),
        ("modulepreload", "../extensions/a/c.mjs"),
    ]


@pytest.mark.parametrize("page", [None, "<head></head>"])
def test_without_the_application_nothing_is_done(site: Path, page: str | None) -> None:
    file = site / "notebooks" / "index.html"
    file.unlink()
    if page is not None:
        file.write_text(page)
    join_scripts(site)
    assert not list((site / "build" / "notebooks").glob("spec14.*.js"))


def test_upstream_has_the_chunks_and_takes_those_that_are_there_before_it() -> None:
    package = Path(str(resources.files("jupyterlite_core")))
    (packed,) = package.glob("jupyterlite-app-*.tgz")
    with tarfile.open(packed) as files:
        names = files.getnames()
        bundle = files.extractfile("package/build/notebooks/bundle.js")
        page = files.extractfile("package/notebooks/index.html")
        assert bundle
        assert page
        script = bundle.read().decode()
        assert MAIN.search(page.read().decode())
    chunks = (re.search(r"/build/(\d+)\.\w+\.js$", one) for one in names)
    there = {int(found[1]) for found in chunks if found}
    assert set(json.loads(CHUNKS.read_text())["notebooks"]) <= there
    assert any(re.search(r"/build/jlab_core\.\w+\.js$", one) for one in names)
    begun = r"(\w)=self\.rspackChunk_JUPYTERLAB_CORE_OUTPUT=[^;]+;\1\.forEach\(\w\.bind\(null,0\)\)"
    assert re.search(begun, script)
    assert re.search(r'replace\(/\\/\[\^\\/\]\+\$/,"/"\)\)\+"\.\./"', script), "its own address"
