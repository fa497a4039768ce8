"""The labextension that is put into every site."""

import json
import re
from pathlib import Path

import pytest

from toolkit.check.layout import extensions
from toolkit.check.site import read_site
from toolkit.errors import LiteFailed
from toolkit.lite.config import labextensions
from toolkit.lite.interface import NAME, add_interface


def test_it_is_there_and_loaded_first(tmp_path: Path) -> None:
    other = {"name": "other", "load": "static/remote.js"}
    config = {"jupyter-config-data": {"federated_extensions": [other], "baseUrl": "./"}}
    (tmp_path / "jupyter-lite.json").write_text(json.dumps(config))
    (tmp_path / "extensions" / "other").mkdir(parents=True)
    (tmp_path / "extensions" / "other" / "package.json").write_text("{}")
    add_interface(tmp_path)
    read = json.loads((tmp_path / "jupyter-lite.json").read_text())["jupyter-config-data"]
    ours, theirs = read["federated_extensions"]
    assert theirs == other
    assert (tmp_path / "extensions" / NAME / ours["load"]).is_file()
    assert read["baseUrl"] == "./"
    assert labextensions(tmp_path / "jupyter-lite.json") == [NAME, "other"]
    found = [one for one in extensions(read_site(tmp_path)) if one.kind == "extension"]
    assert found == []


def test_pages_have_a_word_for_who_opens_them_from_a_disk(tmp_path: Path) -> None:
    (tmp_path / "jupyter-lite.json").write_text("{}")
    (tmp_path / "tree").mkdir()
    pages = [tmp_path / "index.html", tmp_path / "tree" / "index.html"]
    for page in pages:
        page.write_text("<html><head><title>a</title></head></html>")
    add_interface(tmp_path)
    for page in pages:
        (name,) = re.findall(r'<head><script src="([^"]+)"></script><title>', page.read_text())
        assert (page.parent / name).is_file()


def test_a_site_without_configuration(tmp_path: Path) -> None:
    with pytest.raises(LiteFailed):
        add_interface(tmp_path)
