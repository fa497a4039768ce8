"""Data of examples: from a host played on this machine into a site, Node and a browser."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.artefacts import write_tree
from tests.integration.conftest import Spec14, error_lines
from tests.upstream import Player, playing
from toolkit.browser.pages import try_it
from toolkit.browser.session import fenced_browser, visit
from toolkit.errors import DataFailed
from toolkit.serve.server import running

TABLE: Final = b"1,2\n3,4\n"
PACKED: Final = gzip.compress(b"packed words", mtime=0)
MODULE: Final = '''
"""Readings from elsewhere."""


def plain():
    """
    Read a table.

    Examples
    --------
    >>> from urllib.request import urlopen
    >>> urlopen("{host}/table.csv").read().decode()
    '1,2\\\\n3,4\\\\n'

    And then add.

    >>> 1 + 1
    2
    """


def cached():
    """
    Read through pooch.

    Examples
    --------
    >>> import gzip
    >>> import pooch
    >>> odd = pooch.create("/tmp/readings", "{host}", registry={{"packed.gz": "md5:{md5}"}})
    >>> gzip.open(odd.fetch("packed.gz")).read()
    b'packed words'
    """


def undeclared():
    """
    Read what nobody declared.

    Examples
    --------
    >>> import pooch
    >>> pooch.retrieve("{host}/other.csv", known_hash=None)
    '...'
    """
'''
SETTINGS: Final = """
[build-system]
requires = ["flit-core"]
build-backend = "flit_core.buildapi"
[project]
name = "readings"
version = "1.0"
description = "A project of a test"
[dependency-groups]
docs = []
[tool.spec14.docs]
lite-packages = ["pooch", "requests", "pyodide-http", "numpy"]
[tool.spec14.data]
registry = "registry.txt"
base-url = "{host}"
timeout = 20
[[tool.spec14.data.files]]
url = "{host}/table.csv"
sha256 = "{sha256}"
"""


@dataclass(frozen=True, kw_only=True)
class Built:
    """A project whose site was built, and the host it took its data from."""

    project: Path
    host: str
    said: str

    @property
    def site(self) -> Path:
        return self.project / ".spec14" / "site"


def write_project(folder: Path, host: str) -> Path:
    names = {
        "host": host,
        "sha256": hashlib.sha256(TABLE).hexdigest(),
        "md5": hashlib.md5(PACKED).hexdigest(),
    }
    return write_tree(
        folder,
        {
            "pyproject.toml": SETTINGS.format(**names),
            "registry.txt": "# name and checksum\npacked.gz md5:{md5}\n".format(**names),
            "readings.py": MODULE.format(**names),
            "docs/conf.py": (
                'project = "readings"\n'
                'extensions = ["sphinx.ext.autodoc", "numpydoc", "jupyterlite_sphinx"]\n'
                "global_enable_try_examples = True\n"
                'html_theme = "alabaster"\n'
            ),
            "docs/index.rst": "Readings\n========\n\n.. automodule:: readings\n   :members:\n",
        },
    )


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    with playing(tmp_path_factory.mktemp("host")) as player:
        player.files |= {"/table.csv": TABLE, "/packed.gz": PACKED, "/other.csv": b"5\n"}
        yield player


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Built:
    folder = tmp_path_factory.mktemp("data")
    with playing(folder / "repositories") as player:
        player.files |= {"/table.csv": TABLE, "/packed.gz": PACKED, "/other.csv": b"5\n"}
        project = write_project(folder / "readings", player.url)
        done = documented("docs", "--project", project, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        # Once each: what is looked at by examples comes from the disk.
        assert sorted(player.asked) == ["/packed.gz", "/table.csv"]
        return Built(project=project, host=player.url, said=done.stdout)


@pytest.mark.network
def test_the_site_has_the_files_and_says_which(built: Built) -> None:
    folder = built.site / "lite" / "static" / "data"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["elsewhere"] == {}
    found = {
        url: (entry["bytes"], entry["sha256"], (folder / entry["path"]).read_bytes())
        for url, entry in manifest["files"].items()
    }
    assert found == {
        f"{built.host}/{name}": (len(content), hashlib.sha256(content).hexdigest(), content)
        for name, content in (("table.csv", TABLE), ("packed.gz", PACKED))
    }
    config = json.loads((built.site / "lite" / "jupyter-lite.json").read_text())
    assert "./static/data/manifest.json" in json.dumps(config)
    assert f"fetched {built.host}/table.csv (8 bytes)" in built.said


@pytest.mark.network
def test_examples_are_verified_on_those_files(built: Built) -> None:
    report = json.loads((built.project / ".spec14" / "report" / "examples.json").read_text())
    found = {one["name"]: (one["kind"], one["reason"]) for one in report["examples"]}
    assert found == {
        "readings.plain": ("works", ""),
        "readings.cached": ("works", ""),
        "readings.undeclared": (
            "needs",
            f"it needs {built.host}/other.csv: declare it in [tool.spec14.data]",
        ),
    }


CELL: Final = """
import urllib.request, urllib.error
import numpy, pooch, requests
url = "{host}/table.csv"
print(1, urllib.request.urlopen(url).read().decode().split())
print(2, open(pooch.retrieve(url, known_hash="{sha256}")).read().split())
print(3, requests.get(url).text.split())
print(4, numpy.loadtxt(url, delimiter=",").sum())
print(5, urllib.request.urlopen("{host}/packed.gz").read()[:2])
for number, ask in enumerate((urllib.request.urlopen, requests.get), start=6):
    try:
        ask("{host}/other.csv")
    except OSError as error:
        print(number, type(error).__name__, error)
import pyodide_http
pyodide_http.patch_all()
print(8, requests.get(url).text.split(), urllib.request.urlopen(url).read().split())
%pip install pooch
print(9)
"""
REFUSED: Final = "cannot be read by a browser"


@pytest.mark.network
def test_a_reader_gets_them_by_the_usual_calls(built: Built) -> None:
    """The host is gone: what is read is the site's."""
    with fenced_browser() as browser, running(built.site) as url, visit(browser, url) as reader:
        reader.open("index.html")
        notebook = try_it(reader, "readings.plain")
        notebook.wait_ready()
        asked = [request for request in reader.record.requests if "/static/data/" in request]
        assert asked == []
        sha256 = hashlib.sha256(TABLE).hexdigest()
        notebook.write(0, CELL.format(host=built.host, sha256=sha256))
        said = notebook.run(0)
        assert re.findall(r"^[12345689] .*$|^9$", said, re.MULTILINE)[:5] == [
            "1 ['1,2', '3,4']",
            "2 ['1,2', '3,4']",
            "3 ['1,2', '3,4']",
            "4 10.0",
            r"5 b'\x1f\x8b'",
        ], said
        for number, kind in ((6, "URLError"), (7, "ConnectionError")):
            (line,) = re.findall(rf"^{number} .*$", said, re.MULTILINE)
            assert line.startswith(f"{number} {kind} ")
            assert f"{built.host}/other.csv {REFUSED}" in line
        assert "8 ['1,2', '3,4'] [b'1,2', b'3,4']" in said
        assert re.search(r"^9$", said, re.MULTILINE)
        asked = [request for request in reader.record.requests if "/static/data/" in request]
        assert any(request.endswith("/manifest.json") for request in asked)
        assert set(reader.record.foreign) == {f"{built.host}/other.csv"}
        reader.record.foreign.clear()
        notebook.write(1, "%pip install attrs")
        said = notebook.run(1)
        assert "attrs is not one of this site's packages" in said
        assert "pooch" in said
        assert 'lite-packages = ["attrs"]' in said
        assert "Traceback" not in said
        assert reader.record.foreign == []


def test_a_url_that_fails_is_named_with_its_line_and_the_old_site_stands(
    host: Player, tmp_path: Path, spec14: Spec14
) -> None:
    project = write_project(tmp_path / "readings", host.url)
    site = project / ".spec14" / "site"
    write_tree(site, {"index.html": "old"})
    host.faults["/table.csv"] = "missing"
    try:
        done = spec14("docs", "--project", project)
    finally:
        host.faults.clear()
    assert done.returncode == DataFailed.exit_code, done.stdout + done.stderr
    what, do = error_lines(done)
    text = (project / "pyproject.toml").read_text().splitlines()
    line = next(n for n, one in enumerate(text, start=1) if "table.csv" in one)
    assert what == f"pyproject.toml:{line}: {host.url}/table.csv answers 404 Not Found"
    assert "see that the URL is right" in do
    # The other one was fetched; nothing else is there.
    store = project / ".spec14" / "cache" / "data"
    kept = {path.name for path in store.iterdir() if path.suffix != ".json"} - {"lock"}
    assert kept == {hashlib.sha256(PACKED).hexdigest()}
    assert (site / "index.html").read_text().strip() == "old"
