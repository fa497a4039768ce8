"""``spec14 check``: a good site has no fault in either browser, every kind of fault is found."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.kernels import take_any_line
from toolkit.check.site import read_site
from toolkit.process import Finished, run

LITE = "lite/static/pyodide"


def check(site: Path, report: Path, *words: str) -> tuple[Finished, dict[str, Any]]:
    """Check a site, and give what was said and written."""
    done = run(["spec14", "check", site, "--project", site.parent, "--report", report, *words])
    record = report / "check.json"
    return done, json.loads(record.read_text()) if record.is_file() else {}


@pytest.fixture(scope="module")
def good(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what Chromium finds in the demo's site."""
    place = tmp_path_factory.mktemp("good")
    copy = Path(shutil.copytree(site, place / "site"))
    done, record = check(copy, place / "report", "--browser", "chromium")
    assert done.code == 0, done.output
    return record


@pytest.fixture(scope="module")
def tutorial(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Give what both browsers find in its tutorial: a frame in the page, and no more."""
    place = tmp_path_factory.mktemp("tutorial")
    copy = Path(shutil.copytree(site, place / "site"))
    for page in copy.glob("*.html"):
        if page.name != "tutorial.html":
            page.unlink()
    _, record = check(copy, place / "report")
    return record


def test_the_demo_has_no_fault(good: dict[str, Any]) -> None:
    assert good["errors"] == 0
    assert [browser["name"] for browser in good["browsers"]] == ["chromium"]


def test_behind_every_button_a_changed_cell_runs(good: dict[str, Any]) -> None:
    _ran(good["browsers"][0]["buttons"], at_least=5)


def test_every_button_starts_from_the_snapshot(good: dict[str, Any]) -> None:
    """But where this machine is so busy that a line seems slow."""
    (browser,) = good["browsers"]
    ways = [one["way"] for one in browser["buttons"]]
    assert set(ways) <= {"snapshot", "ordinary"}
    assert browser["starts"]["snapshot"] == ways.count("snapshot") > 0
    assert set(browser["starts"]["ordinary"]) <= {"the line is slow"}
    assert not [one for one in good["findings"] if one["kind"] == "start"]


def test_firefox_is_used_with_the_keyboard(tutorial: dict[str, Any]) -> None:
    assert [browser["name"] for browser in tutorial["browsers"]] == ["chromium", "firefox"]
    assert [browser["keyboard"] for browser in tutorial["browsers"]] == [False, True]
    _ran(tutorial["browsers"][1]["buttons"], at_least=1)


def _ran(buttons: list[dict[str, Any]], *, at_least: int) -> None:
    assert len(buttons) >= at_least
    assert [one["error"] for one in buttons] == [""] * len(buttons)
    assert all(one["ran"] > one["opened"] > 0.1 for one in buttons)
    assert all(one["size"] > 5_000_000 for one in buttons)
    names = [Path(path).name for one in buttons for path, _ in one["heaviest"]]
    assert "pyodide.asm.wasm" in names


def test_faults_at_the_readers_are_found(site: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    for page in copy.glob("*.html"):
        if page.name not in ("index.html", "api.html"):
            page.unlink()
    # The wheel is gone from the server, but not from the lock that was made for it.
    (wheel,) = (copy / LITE).glob("ripple_demo-*.whl")
    wheel.unlink()
    index = copy / "index.html"
    index.write_text(
        index.read_text().replace(
            "</body>",
            '<button class="try_examples_button">Dead</button>'
            '<script>console.error("broken by us"); fetch("https://cdn.example/x.js")</script>'
            "</body>",
        )
    )
    done, record = check(copy, tmp_path / "report", "--browser", "chromium", "--budget", "1MB")
    assert done.code == 65, done.output
    assert "Traceback" not in done.output
    found = {(one["kind"], one["file"]) for one in record["findings"]}
    assert ("lock", f"{LITE}/pyodide-lock.json") in found
    assert ("button", "index.html") in found
    assert ("console", "index.html") in found
    assert ("request", "index.html") in found
    assert ("budget", "api.html") in found
    dead = next(one for one in record["findings"] if one["kind"] == "button")
    assert "nothing opened within" in dead["what"]
    screenshot = tmp_path / "report" / "check" / dead["picture"]
    assert screenshot.read_bytes().startswith(b"\x89PNG")
    assert dead["picture"] in (tmp_path / "report" / "check.html").read_text()


def test_a_fault_of_the_snapshot_is_counted_and_warned_of(site: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(site, tmp_path / "site"))
    for page in copy.glob("*.html"):
        if page.name != "tutorial.html":
            page.unlink()
    take_any_line(copy)
    (heap,) = (copy / LITE).glob("heap.*.snapshot")
    heap.write_bytes(heap.read_bytes()[:-1000])
    _, record = check(copy, tmp_path / "report")
    for browser in record["browsers"]:
        assert [one["error"] for one in browser["buttons"]] == [""]
        assert browser["starts"]["snapshot"] == 0
        (reason,) = browser["starts"]["ordinary"]
        (one,) = (
            one
            for one in record["findings"]
            if one["kind"] == "start" and one["what"].endswith(f"({browser['name']})")
        )
        assert (one["severity"], one["file"]) == ("warning", "tutorial.html")
        assert reason in one["what"]
    assert "Python was started from the memory snapshot behind 0 buttons" in (
        (tmp_path / "report" / "check.html").read_text()
    )


@pytest.fixture
def stock(site: Path, tmp_path: Path) -> Path:
    """Give what `jupyter lite build` makes: no page, no button; with the runtime of the site."""
    made = tmp_path / "deep" / "stock"
    apps = ("--apps", "repl", "--apps", "lab")
    words = ("build", "--lite-dir", tmp_path, "--output-dir", made, *apps)
    done = run([sys.executable, "-m", "jupyterlite_core", *words], cwd=tmp_path)
    assert done.code == 0, done.output
    runtime = site / LITE
    shutil.copytree(runtime, made / "static" / "pyodide", dirs_exist_ok=True)
    config = json.loads((made / "jupyter-lite.json").read_text())
    theirs = json.loads((site / "lite" / "jupyter-lite.json").read_text())["jupyter-config-data"]
    config["jupyter-config-data"]["litePluginSettings"] = theirs["litePluginSettings"]
    (made / "jupyter-lite.json").write_text(json.dumps(config))
    for file in made.rglob("*.map"):
        file.unlink()
    return made


def test_a_site_of_applications_alone(stock: Path, tmp_path: Path) -> None:
    done, record = check(stock, tmp_path / "report", "--browser", "chromium")
    (browser,) = record["browsers"]
    assert {one["kind"] for one in browser["buttons"]} == {"application"}, done.output
    assert [one["error"] for one in browser["buttons"]] == ["", ""], done.output
    assert all(one["ran"] > one["opened"] > 0.1 for one in browser["buttons"])
    assert [one["page"] for one in browser["buttons"]] == list(read_site(stock).applications)


def test_files_alone(site: Path, tmp_path: Path) -> None:
    done, record = check(site, tmp_path, "--browser", "none")
    assert done.code == 0, done.output
    assert record["browsers"] == []
    (tmp_path / "empty").mkdir()
    done, record = check(tmp_path / "empty", tmp_path / "report", "--browser", "none", "--strict")
    assert done.code == 65


def test_what_is_no_site(tmp_path: Path) -> None:
    done, _ = check(tmp_path / "none", tmp_path / "report")
    assert done.code == 70
    assert "spec14 docs" in done.output
    assert list(tmp_path.iterdir()) == []
