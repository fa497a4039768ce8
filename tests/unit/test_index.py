"""Which package index this machine uses."""

import os
from pathlib import Path

import pytest

from toolkit.errors import RequirementsFailed
from toolkit.index import pip_configuration
from toolkit.wheels.index import uv_environment


def conf(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_nothing_is_configured(tmp_path: Path) -> None:
    assert pip_configuration({"HOME": str(tmp_path)}, root=tmp_path) == {}


def test_the_strongest_wins(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path / "home")}
    conf(
        tmp_path / "etc/pip.conf",
        "[global]\nindex-url = https://etc/\nextra-index-url = https://x/\n",
    )
    assert pip_configuration(home, root=tmp_path)["index-url"] == "https://etc/"
    conf(tmp_path / "home/.config/pip/pip.conf", "[global]\nindex_url = https://home/\n")
    assert pip_configuration(home, root=tmp_path) == {
        "index-url": "https://home/",
        "extra-index-url": "https://x/",
    }
    named = conf(tmp_path / "named.conf", "[global]\nindex-url = https://named/\n")
    environ = {**home, "PIP_CONFIG_FILE": str(named)}
    assert pip_configuration(environ, root=tmp_path)["index-url"] == "https://named/"
    environ["PIP_INDEX_URL"] = "https://variable/"
    assert pip_configuration(environ, root=tmp_path)["index-url"] == "https://variable/"


def test_the_null_device_means_no_configuration_at_all(tmp_path: Path) -> None:
    conf(tmp_path / "etc/pip.conf", "[global]\nindex-url = https://etc/\n")
    assert pip_configuration({"PIP_CONFIG_FILE": os.devnull}, root=tmp_path) == {}


def test_percent_signs_and_several_lines(tmp_path: Path) -> None:
    named = conf(
        tmp_path / "pip.conf",
        "[global]\nindex-url = https://u:p%40ss@mirror/simple\n"
        "extra-index-url =\n    https://one/\n    https://two/\n",
    )
    found = pip_configuration({"PIP_CONFIG_FILE": str(named)}, root=tmp_path)
    assert found["index-url"] == "https://u:p%40ss@mirror/simple"
    assert found["extra-index-url"].split() == ["https://one/", "https://two/"]


@pytest.mark.parametrize("text", ["index-url = https://x/\n", "[global\n", "[a]\nb\n"])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    named = conf(tmp_path / "pip.conf", text)
    with pytest.raises(RequirementsFailed, match=str(named)):
        pip_configuration({"PIP_CONFIG_FILE": str(named)}, root=tmp_path)


def test_uv_is_told_what_pip_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = conf(
        tmp_path / "pip.conf", "[global]\nextra-index-url =\n  https://one/\n  https://two/\n"
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(named))
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror/simple")
    environment = uv_environment(tmp_path)
    assert environment["UV_DEFAULT_INDEX"] == "https://mirror/simple"
    assert environment["UV_INDEX"] == "https://one/ https://two/"
    assert environment["UV_CACHE_DIR"] == str(tmp_path / "uv")


def test_an_index_of_the_projects_own_is_asked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://one/")
    environment = uv_environment(tmp_path, extra_index=("https://nightly/",))
    assert environment["UV_INDEX"] == "https://nightly/ https://one/"


def test_without_a_mirror_uv_keeps_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert not {"UV_DEFAULT_INDEX", "UV_INDEX"} & uv_environment(tmp_path).keys()
