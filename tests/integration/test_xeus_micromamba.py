"""micromamba in rattler's place: a program that plays it, and a real one if a variable names it."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conda_channel import Package, kernel, make_channel
from toolkit.errors import ToolMissing, XeusFailed
from toolkit.lite.xeus.channels import resolve
from toolkit.lite.xeus.environment import Environment
from toolkit.lite.xeus.prefix import Places, Prefix, prepare
from toolkit.lite.xeus.solving import Solver
from toolkit.lite.xeus.tools import xeus_python
from toolkit.lite.xeus.with_micromamba import CONFIGURATION, VARIABLE, Micromamba, explicit
from toolkit.lite.xeus.with_rattler import Rattler

REAL = "SPEC14_TEST_MICROMAMBA"
"""Environment variable: a micromamba, to be tried besides the program that plays it."""
PLAYER = Path(__file__).parents[1] / "micromamba_player.py"

MINI = Package(name="xeus-mini", files=kernel("xmini"), depends=["mini-data >=1"])
DATA = Package(name="mini-data", files={"share/mini/data": b"1"}, subdir="noarch")


@pytest.fixture(params=["player", "real"])
def micromamba(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Give which one it is."""
    program = os.environ.get(REAL, "")
    if request.param == "player":
        script = tmp_path / "micromamba"
        script.write_text(f"#!{xeus_python()}\n{PLAYER.read_text()}")
        script.chmod(0o755)
        program = str(script)
    elif not program:
        pytest.skip(f"{REAL} names none")
    monkeypatch.setenv(VARIABLE, program)
    return str(request.param)


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_channel(tmp_path_factory.mktemp("channel"), [MINI, DATA])


def prepared(
    channel: Path, folder: Path, *packages: str, solver: Solver, offline: bool = False
) -> Prefix:
    environment = Environment(
        name="mine", channels=(str(channel),), packages=packages, where="environment.yml"
    )
    channels = resolve(environment.channels, {}, root=channel)
    folder.mkdir(exist_ok=True)
    places = Places(lock=folder / "spec14-xeus.lock", cache=folder / "cache")
    return prepare(environment, channels, places, solver=solver, offline=offline)


def files(prefix: Prefix) -> dict[str, bytes]:
    """Give what was installed, without the records of who did it."""
    found = (one for one in prefix.folder.rglob("*") if one.is_file())
    named = {one.relative_to(prefix.folder).as_posix(): one.read_bytes() for one in found}
    mine = str(prefix.folder).encode()
    return {
        name: content.replace(mine, b"PREFIX")
        for name, content in named.items()
        if not name.startswith("conda-meta/")
    }


@pytest.mark.usefixtures("micromamba")
def test_it_chooses_and_installs_what_rattler_does(channel: Path, tmp_path: Path) -> None:
    own = prepared(channel, tmp_path / "a", "xeus-mini", solver=Micromamba())
    other = prepared(channel, tmp_path / "b", "xeus-mini", solver=Rattler())
    assert own.packages == other.packages
    assert files(own) == files(other)
    # A lock of one is a lock of the other.
    for lock, solver in (("a", Rattler()), ("b", Micromamba())):
        (tmp_path / f"from-{lock}").mkdir()
        text = (tmp_path / lock / "spec14-xeus.lock").read_bytes()
        (tmp_path / f"from-{lock}" / "spec14-xeus.lock").write_bytes(text)
        again = prepared(channel, tmp_path / f"from-{lock}", "xeus-mini", solver=solver)
        assert again.packages == own.packages
        assert (tmp_path / f"from-{lock}" / "spec14-xeus.lock").read_bytes() == text


def test_it_is_kept_from_the_users_own_places(
    channel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, micromamba: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("MAMBA_ROOT_PREFIX", str(home / "mamba"))
    monkeypatch.setenv("CONDA_CHANNELS", "https://elsewhere.example")
    prepared(channel, tmp_path / "a", "xeus-mini", solver=Micromamba())
    prepared(channel, tmp_path / "a", "xeus-mini", "mini-data", solver=Micromamba(), offline=True)
    assert list(home.iterdir()) == []
    if micromamba == "player":
        root = tmp_path / "a" / "cache" / "micromamba"
        called: dict[str, Any] = json.loads((root / "called.json").read_text())
        assert not [name for name in called["env"] if name.startswith(("MAMBA_", "CONDA_"))]
        assert called["words"]["offline"]
        (own,) = called["words"]["rc_file"]
        assert json.loads(Path(own).read_text()).items() >= CONFIGURATION.items()


@pytest.mark.usefixtures("micromamba")
def test_a_missing_package_is_named(channel: Path, tmp_path: Path) -> None:
    with pytest.raises(XeusFailed, match=r"environment\.yml cannot be had: .*nowhere") as raised:
        prepared(channel, tmp_path / "a", "xeus-mini", "nowhere", solver=Micromamba())
    assert "recipe" in raised.value.do
    assert not (tmp_path / "a" / "spec14-xeus.lock").exists()


@pytest.mark.usefixtures("micromamba")
def test_a_damaged_package_is_not_installed(tmp_path: Path) -> None:
    channel = make_channel(tmp_path / "channel", [MINI, DATA])
    prepared(channel, tmp_path / "a", "xeus-mini", solver=Rattler())
    (file,) = (channel / "noarch").glob("mini-data-*.tar.bz2")
    file.write_bytes(file.read_bytes()[:-10] + b"0123456789")
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "spec14-xeus.lock").rename(tmp_path / "b" / "spec14-xeus.lock")
    with pytest.raises(XeusFailed, match="micromamba ended with code"):
        prepared(channel, tmp_path / "b", "xeus-mini", solver=Micromamba())
    assert not list((tmp_path / "b" / "cache" / "prefixes").glob("*/packages.json"))


def test_a_program_that_is_not_there(
    channel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="'micromamba' is not on") as raised:
        prepared(channel, tmp_path / "a", "xeus-mini", solver=Micromamba())
    assert 'solver = "rattler"' in raised.value.do


def test_a_package_without_a_sum_is_refused(channel: Path, tmp_path: Path) -> None:
    prefix = prepared(channel, tmp_path / "a", "xeus-mini", solver=Rattler())
    with pytest.raises(XeusFailed, match=r"no SHA-256 of mini-data 1\.0"):
        explicit([{**one, "sha256": ""} for one in prefix.packages])
