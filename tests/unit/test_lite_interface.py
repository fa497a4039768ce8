"""The labextension that is put into every site."""

import json
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


def test_a_site_without_configuration(tmp_path: Path) -> None:
    with pytest.raises(LiteFailed):
        add_interface(tmp_path)
