"""Where the documentation is."""

from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.docs.source import PLACES, find_documentation, find_source
from toolkit.errors import DocsFailed, TwoDocumentations
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


def test_mkdocs_is_found_beside_the_package(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"mkdocs.yml": "docs_dir: manual\nx: !ENV [A, b]\n", "manual/index.md": ""}
    )
    found = find_documentation(project(tmp_path))
    assert (found.tool, found.file) == ("mkdocs", tmp_path / "mkdocs.yml")
    assert found.documents == tmp_path / "manual"


def test_of_two_documentations_a_setting_says_which_is_meant(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mkdocs.yml": "", "docs/conf.py": ""})
    with pytest.raises(TwoDocumentations, match=r"docs/conf\.py and mkdocs\.yml") as caught:
        find_documentation(project(tmp_path))
    assert 'tool = "sphinx" or "mkdocs"' in caught.value.do
    text = "[project]\nname = 'a'\n[tool.spec14.docs]\ntool = 'mkdocs'\n"
    (tmp_path / "pyproject.toml").write_text(text)
    assert find_documentation(read_project(tmp_path)).tool == "mkdocs"


def test_pages_outside_the_project_are_not_taken_for_its_own(tmp_path: Path) -> None:
    write_tree(tmp_path / "project", {"mkdocs.yml": "docs_dir: ../other\n"})
    assert find_documentation(project(tmp_path / "project")).documents == tmp_path / "project"
