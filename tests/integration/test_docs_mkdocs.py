"""``spec14 docs`` on a project with ``mkdocs.yml``: Material, mkdocstrings, fences, a notebook."""

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from tests.artefacts import write_tree
from tests.integration.conftest import ROOT, Spec14, copy_project, error_lines

ENTRY_POINTS: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
    "entry-points"
]


@pytest.fixture(scope="module")
def tides(tmp_path_factory: pytest.TempPathFactory, documented: Spec14) -> Path:
    """A copy of the project with its documentation built."""
    project = copy_project("mkdocs", tmp_path_factory.mktemp("mkdocs") / "tides")
    done = documented("docs", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "theme.font is off" in done.stdout
    return project


def examples(project: Path) -> dict[str, dict[str, Any]]:
    report = json.loads((project / ".spec14" / "report" / "examples.json").read_text())
    return {one["name"]: one for one in report["examples"]}


def page(project: Path, name: str) -> str:
    return (project / ".spec14" / "site" / name).read_text()


def test_every_example_has_a_verdict_under_the_name_of_its_object(tides: Path) -> None:
    found = examples(tides)
    works = {name for name, one in found.items() if one["kind"] == "works"}
    assert works == {
        "tides.Constituent",
        "tides.height",
        "import tides",
        ">>> import tides",
        "notebooks/spring.ipynb",
    }
    assert set(found) - works == {"tides.beat"}


def test_the_button_of_what_does_not_work_is_not_there(tides: Path) -> None:
    text = page(tides, "reference/index.html")
    before, _, after = text.partition('id="tides.beat"')
    of_beat, _, rest = after.partition('id="tides.height"')
    assert of_beat, "the entries are in this order"
    assert "threading" in of_beat
    assert "tryExamplesShowIframe" not in of_beat
    assert "tryExamplesShowIframe" in before
    assert "tryExamplesShowIframe" in rest
    assert "spec14: button" not in text


def test_the_site_has_the_wheel_and_opens_what_the_pages_name(tides: Path) -> None:
    site = tides / ".spec14" / "site"
    record = json.loads((site / "spec14-site.json").read_text())
    assert record["wheel"] == "tides_demo-1.0.0-py3-none-any.whl"
    assert (site / "lite" / "static" / "pyodide" / record["wheel"]).is_file()
    assert (site / "lite" / "files" / "notebooks" / "spring.ipynb").is_file()
    assert (site / "lite" / "lab" / "index.html").is_file(), "a link of the navigation leads there"
    assert "fonts.g" not in page(tides, "index.html")


def test_a_wrong_page_ends_the_build_and_the_old_site_stands(
    tides: Path, documented: Spec14
) -> None:
    guide = tides / "docs" / "guide.md"
    old, shown = guide.read_text(), page(tides, "guide/index.html")
    guide.write_text(old + "\n[try it](lite:notebooks/neap.ipynb)\n")
    done = documented("docs", "--project", tides)
    guide.write_text(old)
    assert done.returncode == 84
    what, do = error_lines(done)
    assert "docs/guide.md: the link lite:notebooks/neap.ipynb" in what
    assert ".ipynb" in do
    assert page(tides, "guide/index.html") == shown


def test_a_conf_py_besides_is_ambiguous(tides: Path, documented: Spec14) -> None:
    conf = tides / "docs" / "conf.py"
    conf.touch()
    done = documented("docs", "--project", tides)
    conf.unlink()
    assert done.returncode == 83
    assert "tool = " in error_lines(done)[1]


def test_lines_for_other_tools_are_of_this_site(tides: Path, documented: Spec14) -> None:
    words = ("snippet", "--project", tides, "--url", "https://example.org/docs/")
    done = documented(*words, "myst")
    assert done.returncode == 0, done.stderr
    assert "lite/notebooks/index.html?path=notebooks/spring.ipynb" in done.stdout
    record = json.loads((tides / ".spec14" / "site" / "spec14-site.json").read_text())
    assert record["wheel_sha256"] in done.stdout
    done = documented(*words, "quarto")
    assert done.returncode == 85
    assert "pyodide-http" in error_lines(done)[1]


def test_a_mkdocs_build_of_the_projects_own_makes_the_same_site(
    tides: Path, tmp_path: Path
) -> None:
    """With the plugin in ``mkdocs.yml``, found by its entry point."""
    project = copy_project("mkdocs", tmp_path / "tides")
    config = project / "mkdocs.yml"
    config.write_text(config.read_text().replace("  - search\n", "  - search\n  - spec14\n"))
    lines = [
        f"[{group}]\n{name} = {at}"
        for group, entries in ENTRY_POINTS.items()
        for name, at in entries.items()
    ]
    write_tree(
        tmp_path / "installed" / "spec14_toolkit-0.dist-info",
        {"METADATA": "Name: spec14-toolkit\nVersion: 0\n", "entry_points.txt": "\n".join(lines)},
    )
    python = next((tides / ".spec14" / "cache").glob("docs-env/**/bin/python"))
    done = subprocess.run(
        [python, "-m", "mkdocs", "build", "--strict"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path / 'installed'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    theirs, ours = project / "site", tides / ".spec14" / "site"
    for name in ("guide/index.html", "reference/index.html", "spec14-site.json"):
        assert (theirs / name).read_bytes() == (ours / name).read_bytes(), name
