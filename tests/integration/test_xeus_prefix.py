"""Environments from a local channel: solved, locked, installed, and every error."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conda_channel import Package, kernel, make_channel
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.prefix import Places, Prefix, prepare

MINI = Package(name="xeus-mini", files=kernel("xmini"), depends=["mini-data >=1"])
DATA = Package(name="mini-data", files={"share/mini/data": b"1"}, subdir="noarch")
NEWER = replace(DATA, version="2.0", files={"share/mini/data": b"2"})


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(lock=tmp_path / "spec14-xeus.lock", cache=tmp_path / "cache")


def prepared(channel: Path, places: Places, *packages: str, offline: bool = False) -> Prefix:
    environment = Environment(
        name="mine", channels=(str(channel),), packages=packages, where="environment.yml"
    )
    channels = resolve(environment.channels, {}, root=channel)
    return prepare(environment, channels, places, offline=offline)


def test_a_kernel_and_what_it_needs_are_installed_and_locked(
    tmp_path: Path, places: Places
) -> None:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    found = prepared(channel, places, "xeus-mini")
    assert [one["name"] for one in found.packages] == ["mini-data", "xeus-mini"]
    assert all(len(one["sha256"]) == 64 for one in found.packages)
    assert found.folder.name == "mine"
    spec = json.loads((found.folder / "share/jupyter/kernels/xmini/kernel.json").read_text())
    assert spec["argv"] == [f"{found.folder}/bin/xmini"]
    assert found.packages[0]["sha256"] in places.lock.read_text()
    history = (found.folder / "conda-meta" / "history").is_file()
    assert history, "the addon reads specs and channels there"


def test_the_lock_stands_until_something_else_is_asked_for(tmp_path: Path, places: Places) -> None:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    first = prepared(channel, places, "xeus-mini")
    locked = places.lock.read_bytes()
    make_channel(channel, [NEWER])
    assert prepared(channel, places, "xeus-mini") == first
    assert places.lock.read_bytes() == locked
    changed = prepared(channel, places, "xeus-mini", "mini-data >=2")
    assert [one["version"] for one in changed.packages] == ["2.0", "1.0"]
    assert (changed.folder / "share/mini/data").read_bytes() == b"2"


def test_without_a_network_what_was_fetched_is_enough(tmp_path: Path, places: Places) -> None:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    first = prepared(channel, places, "xeus-mini")
    again = prepared(channel, places, "xeus-mini", offline=True)
    assert again == first


def test_a_missing_package_is_named_with_the_chain_that_asks_for_it(
    tmp_path: Path, places: Places
) -> None:
    top = Package(name="top", files={"share/top": b""}, depends=["mini-data >=9"])
    channel = make_channel(tmp_path / "channel", [top, MINI, DATA])
    with pytest.raises(XeusFailed, match=r"environment\.yml cannot be had") as raised:
        prepared(channel, places, "xeus-mini", "top")
    told = f"{raised.value.what}\n{raised.value.detail}"
    assert "top 1.0 would require" in told
    assert "mini-data >=9" in told
    assert "recipe" in raised.value.do
    assert not places.lock.exists()


def test_a_channel_that_is_not_there(tmp_path: Path, places: Places) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(XeusFailed, match="cannot be had"):
        prepared(tmp_path / "empty", places, "xeus-mini")


def test_a_damaged_package_is_not_installed(tmp_path: Path, places: Places) -> None:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    prepared(channel, places, "xeus-mini")
    (file,) = (channel / "noarch").glob("mini-data-*.tar.bz2")
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")
    with pytest.raises(XeusFailed):
        prepared(channel, replace(places, cache=tmp_path / "other"), "xeus-mini")
    assert not list((tmp_path / "other" / "prefixes").glob("*/packages.json"))


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (Package(name="xeus-mini", files={"share/x": b""}), "no kernel"),
        (
            Package(
                name="xeus-mini",
                files={k: v for k, v in kernel("xmini").items() if not k.endswith(".wasm")},
            ),
            "xmini.wasm of the kernel xmini is not there",
        ),
        (
            Package(name="xeus-mini", files=kernel("xmini", shared={"a.so": "lib/a.so"})),
            "a.so of the kernel xmini is not there",
        ),
        (
            Package(name="xeus-mini", files=kernel("xmini") | {"lib/native.so": b"\x7fELF"}),
            "lib/native.so is compiled for another machine",
        ),
    ],
)
def test_a_prefix_that_would_not_work_is_refused_and_not_kept(
    tmp_path: Path, places: Places, package: Package, said: str
) -> None:
    channel = make_channel(tmp_path / "channel", [package])
    with pytest.raises(XeusFailed, match="would not work") as raised:
        prepared(channel, places, "xeus-mini")
    assert said in raised.value.what
    assert list((places.cache / "prefixes").iterdir()) == []
