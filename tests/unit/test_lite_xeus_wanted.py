"""Which environment a project asks for, and where its things lie."""

import os
from pathlib import Path

import pytest

from toolkit.errors import NotWritable, SettingsError, XeusFailed, XeusLockStale
from toolkit.lite.xeus.lock import mark
from toolkit.lite.xeus.wanted import (
    MIRRORS,
    Wanted,
    prepare_wanted,
    read_wanted,
    require_locked,
)
from toolkit.lite.xeus.with_micromamba import Micromamba
from toolkit.lite.xeus.with_rattler import Rattler
from toolkit.project import read_project

KNOWN = {
    "emscripten-forge": "https://forge.example/4x",
    "conda-forge": "https://forge.example/noarch",
}


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPEC14_CACHE", raising=False)
    monkeypatch.delenv(MIRRORS, raising=False)


def wanted(root: Path, table: str = "") -> Wanted:
    (root / "docs").mkdir(exist_ok=True)
    text = f"[project]\nname = 'ripple'\n[tool.spec14]\nkernel = 'xeus'\n{table}"
    (root / "pyproject.toml").write_text(text)
    return read_wanted(read_project(root), root / "docs", KNOWN)


def test_the_table_is_an_environment(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [gcc]")
    found = wanted(tmp_path, "[tool.spec14.xeus]\nlanguages = ['python']\npackages = ['numpy']\n")
    assert found.environment.packages == ("xeus-python", "numpy")
    assert [channel.url for channel in found.channels] == list(KNOWN.values())
    assert found.places.lock == tmp_path / "spec14-xeus.lock"
    assert found.places.cache == tmp_path / ".spec14" / "cache" / "xeus"


def test_a_file_is_found_beside_the_documentation_first(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    assert wanted(tmp_path).environment.packages == ("xeus-lua",)
    (tmp_path / "docs" / "environment.yml").write_text("dependencies: [xeus-sqlite]")
    assert wanted(tmp_path).environment.packages == ("xeus-sqlite",)
    (tmp_path / "other.yml").write_text("dependencies: [xeus-python]")
    named = wanted(tmp_path, "[tool.spec14.xeus]\nenvironment = 'other.yml'\n")
    assert named.environment.packages == ("xeus-python",)


def test_channels_of_the_settings_stand_for_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("channels: [nobodys]\ndependencies: [xeus-lua]")
    table = "[tool.spec14.xeus]\nchannels = ['https://a.example']\nprivate = ['https://a']\n"
    (channel,) = wanted(tmp_path, table).channels
    assert (channel.url, channel.public) == ("https://a.example", False)


def test_a_project_that_says_nothing_is_told_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(XeusFailed, match=r"no environment\.yml") as raised:
        wanted(tmp_path)
    assert '`languages = ["python"]`' in raised.value.do


def test_a_project_says_it_in_one_place(tmp_path: Path) -> None:
    table = "[tool.spec14.xeus]\nenvironment = 'a.yml'\npackages = ['numpy']\n"
    with pytest.raises(XeusFailed, match=r"names 'a\.yml', and packages besides"):
        wanted(tmp_path, table)


def test_caches_are_shared_and_mirrors_are_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    (tmp_path / "mirrors.toml").write_text("")
    monkeypatch.setenv("SPEC14_CACHE", str(tmp_path / "shared"))
    monkeypatch.setenv(MIRRORS, str(tmp_path / "mirrors.toml"))
    places = wanted(tmp_path).places
    assert places.cache == tmp_path / "shared" / "xeus"
    assert places.configuration == (tmp_path / "mirrors.toml",)
    monkeypatch.setenv(MIRRORS, str(tmp_path / "gone.toml"))
    with pytest.raises(XeusFailed, match=r"gone\.toml, which is no file"):
        wanted(tmp_path)


def test_what_is_asked_for_and_the_lock_make_the_key(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    first = wanted(tmp_path)
    assert not first.is_locked
    keys = {first.key()}
    line = mark([channel.url for channel in first.channels], first.environment.packages)
    first.places.lock.write_text(f"# {line}\n")
    assert wanted(tmp_path).is_locked
    keys.add(wanted(tmp_path).key())
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua, {pip: [ripple]}]")
    assert wanted(tmp_path).is_locked
    keys.add(wanted(tmp_path).key())
    assert len(keys) == 3


def test_a_lock_that_cannot_be_written_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    found = wanted(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_words: False)
    with pytest.raises(NotWritable, match="cannot be written"):
        prepare_wanted(found, offline=True, say=lambda _line: None)


def test_the_solver_is_rattler_unless_the_user_prefers_micromamba(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    assert isinstance(wanted(tmp_path).solver, Rattler)
    table = "[tool.spec14.xeus]\nsolver = 'micromamba'\n"
    assert isinstance(wanted(tmp_path, table).solver, Micromamba)
    with pytest.raises(SettingsError, match=r"xeus\.solver must not be 'conda'") as raised:
        wanted(tmp_path, "[tool.spec14.xeus]\nsolver = 'conda'\n")
    assert "rattler, micromamba" in raised.value.do


def test_a_lock_of_something_else_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua]")
    found = wanted(tmp_path)
    with pytest.raises(XeusLockStale, match=r"spec14-xeus\.lock is not there"):
        require_locked(found)
    line = mark([channel.url for channel in found.channels], found.environment.packages)
    found.places.lock.write_text(f"# {line}\n")
    require_locked(found)
    (tmp_path / "environment.yml").write_text("dependencies: [xeus-lua, numpy]")
    with pytest.raises(XeusLockStale, match="was made for another environment") as raised:
        require_locked(wanted(tmp_path))
    assert "`spec14 lock`" in raised.value.do
