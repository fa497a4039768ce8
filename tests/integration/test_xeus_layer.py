"""What is packed of an environment, and what is said of it to readers."""

import json
import tarfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from tests.artefacts import write_tree
from tests.conda_channel import Package, kernel, make_channel
from toolkit.cache import key_of
from toolkit.errors import XeusFailed
from toolkit.lite.xeus.channels import Channel, resolve
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.layer import Installed, Packed, build_layer
from toolkit.lite.xeus.prefix import Places, prepare

LIBRARY = {"lib/libxeus.so": b"\0asm\1\0\0\0", "lib/a.so": b"\0asm\1\0\0\0"}
MINI = Package(
    name="xeus-mini",
    files=kernel("xmini", shared={"a.so": "lib/a.so"}) | LIBRARY,
    depends=["mini-data"],
)
DATA = Package(name="mini-data", files={"share/mini/data": b"1"}, subdir="noarch")


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    environment = Environment(name="mine", channels=(str(channel),), packages=("xeus-mini",))
    channels = resolve(environment.channels, {}, root=tmp_path)
    places = Places(lock=tmp_path / "spec14-xeus.lock", cache=tmp_path / "cache")
    prefix = prepare(environment, channels, places)
    public = Channel(url="https://conda.example/forge", public=True)
    return Packed(prefix=prefix, channels=(*channels, public), packages=environment.packages)


def test_kernels_and_packages_are_in_the_site(packed: Packed, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    assert build_layer([packed], site) == ["xmini"]
    mine = site / "xeus" / "mine"
    assert {file.name for file in (mine / "bin").iterdir()} == {"xmini.js", "xmini.wasm"}
    spec = json.loads((mine / "xmini" / "kernel.json").read_text())
    assert spec["argv"][0] == "xeus/mine/bin/xmini.js"
    assert (mine / "xmini" / "a.so").is_file()
    assert (mine / "libxeus.so").is_file()
    with tarfile.open(mine / "kernel_packages" / "mini-data-1.0-h0_0.tar.gz") as archive:
        assert "share/mini/data" in [name.lstrip("./") for name in archive.getnames()]


def test_no_address_of_this_machine_is_published(packed: Packed, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    build_layer([packed], site)
    meta = json.loads((site / "xeus" / "mine" / "empack_env_meta.json").read_text())
    assert meta["channels"] == ["https://conda.example/forge"]
    assert meta["specs"] == ["xeus-mini"]
    assert {one["channel"] for one in meta["packages"]} == {"local"}
    texts = [file.read_bytes() for file in site.rglob("*") if file.is_file()]
    assert not [text for text in texts if str(tmp_path).encode() in text]
    assert not [text for text in texts if b"file:/" in text]


def test_what_was_packed_is_kept(packed: Packed, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for site in (first, second):
        site.mkdir()
    build_layer([packed], first)
    # Nothing that was packed by then is looked at again.
    (packed.prefix.folder / "conda-meta" / "mini-data-1.0-h0_0.json").write_text("{")
    assert build_layer([packed], second) == ["xmini"]
    made = [
        {str(one.relative_to(site)): one.read_bytes() for one in site.rglob("*") if one.is_file()}
        for site in (first, second)
    ]
    assert made[0] == made[1]
    others = (
        replace(packed, packages=("xeus-mini >=1",)),
        replace(packed, channels=packed.channels[:1]),
        replace(packed, wheels=installed(tmp_path, "1")),
        replace(packed, wheels=installed(tmp_path, "2")),
    )
    assert len({key_of(one.parts()) for one in (packed, *others)}) == 5
    for other in others:
        with pytest.raises(XeusFailed, match="could not pack"):
            build_layer([other], tmp_path / "none")


def installed(folder: Path, content: str) -> Installed:
    wheels = write_tree(folder / f"wheels-{content}", {"own.py": content})
    return Installed(folder=wheels, place=PurePosixPath("/lib"), names=("own.whl",))


def test_an_addon_that_fails_says_why(packed: Packed, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (packed.prefix.folder / "conda-meta" / "mini-data-1.0-h0_0.json").write_text("{")
    with pytest.raises(XeusFailed, match="could not pack") as raised:
        build_layer([packed], site)
    assert "Error" in raised.value.detail
    assert list(site.iterdir()) == []
