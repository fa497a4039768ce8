"""Where the documentation is."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.docs.source import PLACES, find_source
from toolkit.errors import DocsFailed
from toolkit.project import Project, read_project


def project(folder: Path, source: str | None = None) -> Project:
    text = "[project]\nname = 'a'\n"
    if source is not None:
        text += f"[tool.spec14.docs]\nsource = {source!r}\n"
    return read_project(write_tree(folder, {"pyproject.toml": text}))


@pytest.mark.parametrize("place", PLACES)
def test_the_usual_places_are_looked_at(tmp_path: Path, place: str) -> None:
    write_tree(tmp_path, {f"{place}/conf.py": ""})
    assert find_source(project(tmp_path)) == tmp_path / place


def test_a_folder_without_conf_is_passed_over(tmp_path: Path) -> None:
    write_tree(tmp_path, {"docs/readme.md": "", "docs/source/conf.py": ""})
    assert find_source(project(tmp_path)) == tmp_path / "docs" / "source"


def test_the_settings_come_first(tmp_path: Path) -> None:
    write_tree(tmp_path, {"docs/conf.py": "", "manual/conf.py": ""})
    assert find_source(project(tmp_path, "manual")) == tmp_path / "manual"


def test_without_any_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocsFailed, match=r"no conf\.py in docs, doc") as caught:
        find_source(project(tmp_path))
    assert "sphinx-quickstart" in caught.value.do


def test_a_folder_named_in_vain_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocsFailed, match="source = 'manual'"):
        find_source(project(tmp_path, "manual"))


@pytest.mark.parametrize("source", ["..", "/", "docs/../../other", "link"])
def test_no_way_leads_out_of_the_project(tmp_path: Path, source: str) -> None:
    outside = write_tree(tmp_path / "other", {"conf.py": ""})
    folder = write_tree(tmp_path / "project", {"docs/conf.py": ""})
    (folder / "link").symlink_to(outside)
    with pytest.raises(DocsFailed, match="leads out of the project"):
        find_source(project(folder, source))
