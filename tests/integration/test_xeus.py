"""The whole way with real xeus kernels: built, verified in them, and clicked on in Chromium."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.integration.conftest import Spec14, copy_project, error_lines, own_sphinx_build
from tests.xeus_kernels import NEED, python_channel, small_channel

pytestmark = [*NEED]

ALONE = """
[tool.spec14]
kernel = "xeus"
offline = true

[tool.spec14.xeus]
packages = ["xeus-python", "numpy"]
channels = ["{channel}"]
"""
BOTH = """
[tool.spec14]
kernel = "both"
offline = true

[tool.spec14.xeus]
languages = ["lua"]
channels = ["{channel}"]
"""
LUA = {"kernelspec": {"name": "xlua", "display_name": "Lua", "language": "lua"}}
CELL: dict[str, Any] = {
    "cell_type": "code",
    "id": "a",
    "metadata": {},
    "execution_count": None,
    "outputs": [],
    "source": "print(6 * 7)",
}
NOTEBOOK = {"cells": [CELL], "metadata": LUA, "nbformat": 4, "nbformat_minor": 5}
PAGE = """
Another language
================

.. notebooklite:: lua.ipynb
   :height: 600
"""


def settle(project: Path, table: str, channel: Path) -> None:
    with (project / "pyproject.toml").open("a") as file:
        file.write(table.format(channel=channel))


def examples(project: Path) -> list[dict[str, Any]]:
    report = project / ".spec14" / "report" / "examples.json"
    found: list[dict[str, Any]] = json.loads(report.read_text())["examples"]
    return found


def clicked(spec14: Spec14, project: Path) -> list[dict[str, Any]]:
    """Let readers click on everything; give what came of it."""
    done = spec14("--json", "check", "--browser", "chromium", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    (browser,) = json.loads(done.stdout)["browsers"]
    found: list[dict[str, Any]] = browser["buttons"]
    return found


def test_xeus_alone(documented: Spec14, tmp_path: Path) -> None:
    spec14 = documented
    project = copy_project("pure", tmp_path / "pure")
    channel = Path(shutil.copytree(python_channel(tmp_path), tmp_path / "own"))
    settle(project, ALONE, channel)
    done = spec14("docs", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "preparing the xeus kernels" in done.stdout + done.stderr
    assert (project / "spec14-xeus.lock").is_file()
    record = json.loads((project / ".spec14" / "site" / "spec14-site.json").read_text())
    assert "pyodide" not in record
    assert record["python"] == "3.11.3"
    assert record["xeus"][0]["kernels"] == ["xpython"]
    assert record["xeus"][0]["wheels"] == [record["wheel"]]
    assert {(one["kind"], one["button"]) for one in examples(project)} == {("works", True)}
    assert clicked(spec14, project)

    again = spec14("docs", "--project", project)
    assert "is up to date" in again.stdout + again.stderr
    assert "preparing" not in again.stdout + again.stderr

    conf = project / "docs" / "conf.py"
    conf.write_text(conf.read_text().replace('"numpydoc", ', '"numpydoc", "toolkit.docs.sphinx", '))
    own = own_sphinx_build(project)
    assert own.returncode == 0, own.stdout + own.stderr
    kernels = json.loads((project / "html" / "lite" / "xeus" / "kernels.json").read_text())
    assert [one["kernel"] for one in kernels] == ["xpython"]
    assert not (project / "html" / "lite" / "static" / "pyodide").exists()

    (project / "spec14-xeus.lock").unlink()
    for index in channel.glob("*/repodata.json"):
        index.unlink()
    what, _do = error_lines(spec14("docs", "--project", project))
    assert "cannot be had" in what


def test_a_page_chooses_another_language(documented: Spec14, tmp_path: Path) -> None:
    spec14 = documented
    project = copy_project("pure", tmp_path / "pure")
    settle(project, BOTH, small_channel(tmp_path))
    (project / "docs" / "lua.ipynb").write_text(json.dumps(NOTEBOOK))
    (project / "docs" / "lua.rst").write_text(PAGE)
    with (project / "docs" / "index.rst").open("a") as index:
        index.write("\n.. toctree::\n\n   lua\n")
    done = spec14("docs", "--project", project)
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts = {one["document"]: one["kind"] for one in examples(project)}
    assert verdicts["lua"] == "works"
    assert set(verdicts.values()) == {"works"}
    found = clicked(spec14, project)
    assert {one["page"] for one in found} >= {"index.html", "lua.html"}
    for button in found:
        asked = {path for path, _size in button["heaviest"]}
        begun = any("/static/pyodide/" in path for path in asked)
        # Whoever opens another language's notebook does not load Pyodide beside it.
        assert begun == (button["page"] != "lua.html"), asked
