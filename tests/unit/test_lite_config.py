"""JupyterLite's configuration as it is written."""

import json
from pathlib import Path

import pytest

from toolkit.errors import LiteFailed
from toolkit.lite.config import (
    KERNEL_PLUGIN,
    application_config,
    configure_kernel,
    contents_config,
    labextensions,
    name_default_kernel,
    read_json,
)

EXTENSION = Path("/labextensions/kernel")


def test_the_projects_own_keys_stand() -> None:
    own = {
        "LiteBuildConfig": {"federated_extensions": ["mine.whl"], "extra_file_types": {"a": {}}},
        "LabConfig": {"b": 1},
    }
    config = application_config(own, apps=["tree"], extension=EXTENSION, cache=Path("/c"))
    assert config["LabConfig"] == {"b": 1}
    assert config["LiteBuildConfig"]["extra_file_types"] == {"a": {}}
    assert config["LiteBuildConfig"]["federated_extensions"] == ["mine.whl", str(EXTENSION)]


def test_nothing_installed_comes_in_unasked_and_no_runtime_from_elsewhere() -> None:
    own = {
        "LiteBuildConfig": {"ignore_sys_prefix": False, "no_sourcemaps": False},
        "PyodideAddon": {"pyodide_url": "https://elsewhere.example/pyodide.tar.bz2"},
    }
    config = application_config(own, apps=["tree"], extension=EXTENSION, cache=Path("/c"))
    assert "federated_extensions" in config["LiteBuildConfig"]["ignore_sys_prefix"]
    assert config["LiteBuildConfig"]["no_sourcemaps"] is True
    assert "elsewhere" not in json.dumps(config)


def test_a_site_with_another_kernel_takes_nothing_of_pyodides() -> None:
    own = {"LiteBuildConfig": {"federated_extensions": ["mine.whl"]}}
    config = application_config(own, apps=["tree"], extension=None, cache=Path("/c"))
    assert config["LiteBuildConfig"]["federated_extensions"] == ["mine.whl"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({}, "xpython"),
        ({"defaultKernelName": "python"}, "xpython"),
        ({"defaultKernelName": "xlua"}, "xlua"),
    ],
)
def test_the_kernel_of_what_names_none(tmp_path: Path, data: dict[str, str], name: str) -> None:
    file = tmp_path / "jupyter-lite.json"
    file.write_text(json.dumps({"jupyter-config-data": data}))
    name_default_kernel(file, "xpython")
    assert read_json(file)["jupyter-config-data"]["defaultKernelName"] == name


def test_the_contents_layer_runs_one_addon() -> None:
    config = contents_config({}, addons=["a", "contents", "static"], cache=Path("/c"))
    assert config["LiteBuildConfig"]["disable_addons"] == ["a", "static"]


def test_the_kernel_is_pointed_at_the_site_alone(tmp_path: Path) -> None:
    file = tmp_path / "jupyter-lite.json"
    given = {
        "pyodideUrl": "https://elsewhere.example/pyodide.mjs",
        "loadPyodideOptions": {
            "packages": ["micropip"],
            "lockFileURL": "https://elsewhere.example/lock.json",
            "env": {"A": "1"},
        },
    }
    plugins = {KERNEL_PLUGIN: given, "other": {"kept": True}}
    file.write_text(json.dumps({"jupyter-config-data": {"litePluginSettings": plugins}}))
    configure_kernel(file, preload=["numpy"])
    written = read_json(file)["jupyter-config-data"]["litePluginSettings"]
    assert written["other"] == {"kept": True}
    assert written[KERNEL_PLUGIN] == {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "env": {"A": "1"},
            "lockFileURL": "./static/pyodide/pyodide-lock.json",
            "packages": ["micropip", "numpy"],
        },
        "pyodideUrl": "./static/pyodide/spec14-start.mjs",
    }


@pytest.mark.parametrize("pypi", [True, False])
def test_data_and_pypi_are_told_to_the_kernel(tmp_path: Path, *, pypi: bool) -> None:
    file = tmp_path / "jupyter-lite.json"
    file.write_text("{}")
    configure_kernel(file, preload=[], data="static/data/manifest.json", pypi=pypi)
    kernel = read_json(file)["jupyter-config-data"]["litePluginSettings"][KERNEL_PLUGIN]
    assert kernel["disablePyPIFallback"] == (not pypi)
    # The kernel makes keys absolute whose names end so (pyodide-kernel 0.8.6).
    (key,) = kernel["loadPyodideOptions"].keys() - {"lockFileURL", "packages"}
    assert key.endswith("URL")
    assert kernel["loadPyodideOptions"][key] == "./static/data/manifest.json"


def test_labextensions_are_listed_by_name(tmp_path: Path) -> None:
    file = tmp_path / "jupyter-lite.json"
    entries = [{"name": "b", "load": "x"}, {"name": "@a/c", "load": "y"}]
    file.write_text(json.dumps({"jupyter-config-data": {"federated_extensions": entries}}))
    assert labextensions(file) == ["@a/c", "b"]


@pytest.mark.parametrize("content", ["", "{", "[]", "null"])
def test_a_file_that_holds_no_object_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "jupyter-lite.json"
    file.write_text(content)
    with pytest.raises(LiteFailed, match=r"jupyter-lite\.json"):
        read_json(file)
