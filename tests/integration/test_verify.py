"""Examples of a documentation: each way that one can go, and what becomes of its button."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Spec14, copy_project
from toolkit.errors import ExamplesFail

EXPECTED = {
    "cases.works": ("works", ""),
    "cases.differs": ("differs", "the output is another one"),
    "cases.fails": ("fails", "ValueError: it fails"),
    "cases.alone": ("fails", "NameError: name 'cases' is not defined"),
    "cases.slow": ("slow", "it takes more than 10 s"),
    "cases.slow_in_c": ("slow", "it takes more than 10 s"),
    "cases.leaves": ("fails", "the interpreter"),
    "cases.aborts": ("fails", "the interpreter"),
    "cases.fills": ("fails", "MemoryError"),
    "cases.threads": ("needs", "no threads in WebAssembly"),
    "cases.package": ("needs", "there is no package no_such_package"),
    "cases.preambled": ("works", ""),
    ">>> import cases": ("works", ""),
    "notebooks/works.ipynb": ("works", ""),
    "notebooks/other.ipynb": ("differs", "the output is another one"),
    "notebooks/broken.ipynb": ("fails", "ValueError: it fails"),
    "notebooks/installs.ipynb": ("needs", "there is no package no-such-package"),
    "notebooks/lua.ipynb": ("fails", "the notebook is written in lua"),
    "notebooks/anonymous.ipynb": ("works", ""),
    "myst.ipynb": ("fails", "ValueError: it fails"),
    "import cases": ("works", ""),
}
COUNT = 24


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    project = copy_project("examples", tmp_path_factory.mktemp("cases") / "cases")
    done = documented("docs", "--project", project, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no spec14-examples.json" in done.stdout
    assert re.search(r"docs/notebooks\.rst:\d+: .*nothing\.ipynb cannot be read", done.stdout)
    return project


def report(project: Path) -> list[dict[str, Any]]:
    content = json.loads((project / ".spec14" / "report" / "examples.json").read_text())
    found: list[dict[str, Any]] = content["examples"]
    return found


def test_every_way(cases: Path) -> None:
    found = report(cases)
    on_the_page = [one for one in found if one["name"] == ">>> import cases"]
    assert [one["kind"] for one in on_the_page] == ["works", "fails"]
    consoles = [one for one in found if one["form"] == "console"]
    assert [one["kind"] for one in consoles] == ["works", "fails"]
    for one in found:
        if one in (on_the_page[1], consoles[1]):
            continue
        kind, reason = EXPECTED[one["name"]]
        assert (one["kind"], one["reason"][: len(reason)]) == (kind, reason), one
        assert one["button"] == (kind in ("works", "differs"))
    assert {one["name"] for one in found} == set(EXPECTED)
    (fails,) = [one for one in found if one["name"] == "cases.fails"]
    assert fails["source"].endswith("cases.fails()")
    assert re.fullmatch(r"src/cases/__init__\.py:\d+", fails["place"])
    line = (cases / "src/cases/__init__.py").read_text().splitlines()
    assert line[int(fails["place"].partition(":")[2])].strip() == ">>> cases.fails()"


def test_only_what_works_has_a_button(cases: Path) -> None:
    html = (cases / ".spec14" / "site" / "index.html").read_text()
    assert html.count("tryExamplesShowIframe(") == 4
    assert "spec14: button" not in html
    assert re.search(r">leaves</span>.*\(\)", html), "the example itself stays"


def test_a_notebook_that_does_not_run_is_a_link(cases: Path) -> None:
    site = cases / ".spec14" / "site"
    html = (site / "notebooks.html").read_text()
    links = re.findall(r'class="reference download" href="([^"]+)"', html)
    assert links == [
        f"lite/files/{name}.ipynb"
        for name in ("notebooks/broken", "notebooks/installs", "notebooks/lua", "myst")
    ]
    assert all((site / link).is_file() for link in links)
    assert html.count("lite/repl/index.html") == 2, "one with code, and the empty one"
    assert "this is not Python" not in (site / "lite/files/myst.ipynb").read_text()
    anonymous = json.loads((site / "lite/files/notebooks/anonymous.ipynb").read_text())
    assert anonymous["metadata"]["kernelspec"]["name"] == "python"


def test_a_baseline(cases: Path, documented: Spec14) -> None:
    site = cases / ".spec14" / "site" / "index.html"
    before = site.stat().st_mtime_ns
    (cases / "spec14-examples.json").write_text('{"schema": 1, "known": {}}')
    done = documented("docs", "--project", cases)
    assert done.returncode == ExamplesFail.exit_code, done.stdout + done.stderr
    assert "cases.fails" not in done.stderr
    assert "src/cases/__init__.py:" in done.stderr
    assert f"{COUNT} examples (0 run now)" in done.stdout
    assert site.stat().st_mtime_ns == before, "the old site stands"
    done = documented("verify", "--project", cases, "--accept")
    assert done.returncode == 0, done.stdout + done.stderr
    known = json.loads((cases / "spec14-examples.json").read_text())["known"]
    assert known["index: cases.threads"]["kind"] == "needs"
    again = documented("--json", "verify", "--project", cases)
    assert again.returncode == 0, again.stdout + again.stderr
    assert len(json.loads(again.stdout)["examples"]) == COUNT


def test_without_verification_there_is_no_button(cases: Path, documented: Spec14) -> None:
    done = documented("docs", "--project", cases, "--no-verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"none of {COUNT} examples has a button" in done.stdout
    html = (cases / ".spec14" / "site" / "index.html").read_text()
    assert "tryExamplesShowIframe(" not in html
