"""Forms of URLs: those of the two forges, and those of the networks that stand for them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.upstream import Player, playing
from toolkit.data.cors import (
    NONE,
    Networks,
    address_for,
    read_networks,
    require_readable,
    rewritten,
)
from toolkit.errors import DataFailed
from toolkit.pins import ROOT
from toolkit.settings import CHOICES

SOURCES = ROOT / "images" / "sources.toml"


@pytest.fixture
def networks() -> Networks:
    return read_networks(SOURCES)


def forms(networks: Networks, forge: str) -> list[str]:
    return [
        form.format(owner="o", repository="r", ref="v1", path="data/a%20b.csv")
        for form in networks.raw[forge]
    ]


def test_every_network_that_can_be_chosen_is_known(networks: Networks) -> None:
    (known,) = (values for part, name, values in CHOICES if (part, name) == ("data", "cors"))
    assert set(known) == {NONE, *networks.cors}


@pytest.mark.parametrize(
    ("network", "path"),
    [
        ("jsdelivr", "/gh/o/r@v1/data/a%20b.csv"),
        ("statically", "/gh/o/r/v1/data/a%20b.csv"),
        ("githack", "/o/r/v1/data/a%20b.csv"),
    ],
)
def test_files_of_github(networks: Networks, network: str, path: str) -> None:
    host = urlsplit(networks.cors[network]["github"]).netloc
    urls = forms(networks, "github")
    assert len(urls) == 2
    for url in urls:
        assert rewritten(url, network, networks) == f"https://{host}{path}"


@pytest.mark.parametrize("prefix", ["refs/heads/", "refs/tags/"])
def test_a_full_name_of_a_branch_or_tag(networks: Networks, prefix: str) -> None:
    for form in networks.raw["github"]:
        url = form.format(owner="o", repository="r", ref=f"{prefix}v1", path="a.csv")
        found = rewritten(url, "jsdelivr", networks)
        assert found is not None
        assert found.endswith("/gh/o/r@v1/a.csv")


@pytest.mark.parametrize(
    ("network", "path"),
    [
        ("statically", "/gl/o/r/v1/data/a%20b.csv"),
        ("githack", "/o/r/-/raw/v1/data/a%20b.csv"),
    ],
)
def test_files_of_gitlab(networks: Networks, network: str, path: str) -> None:
    host = urlsplit(networks.cors[network]["gitlab"]).netloc
    (url,) = forms(networks, "gitlab")
    assert rewritten(url, network, networks) == f"https://{host}{path}"


def test_a_group_within_a_group(networks: Networks) -> None:
    (form,) = networks.raw["gitlab"]
    url = form.format(owner="o/p/q", repository="r", ref="v1", path="a.csv")
    assert (rewritten(url, "githack", networks) or "").endswith("/o/p/q/r/-/raw/v1/a.csv")


def test_a_forge_that_a_network_does_not_have(networks: Networks) -> None:
    (url,) = forms(networks, "gitlab")
    assert rewritten(url, "jsdelivr", networks) is None
    with pytest.raises(DataFailed, match="here: jsdelivr has no form for") as caught:
        address_for(url, "jsdelivr", networks, "here")
    assert "cors = 'statically' or 'githack'" in caught.value.do


def test_other_urls_stay(networks: Networks) -> None:
    for url in ("https://host.example/o/r/v1/a", f"{forms(networks, 'github')[0]}?token=1"):
        assert address_for(url, "statically", networks, "here") == url
    url = forms(networks, "github")[0]
    assert address_for(url, NONE, networks, "here") == url


def test_hosts_stand_in_one_file(networks: Networks) -> None:
    table = tomllib.loads(SOURCES.read_text())
    assert (table["raw"], table["cors"]) == (networks.raw, networks.cors)


def test_a_file_without_them_is_named(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("schema = 1\n")
    with pytest.raises(DataFailed, match="names no network"):
        read_networks(tmp_path / "sources.toml")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Player]:
    with playing(tmp_path) as player:
        yield player


def played(player: Player) -> Networks:
    """A forge and a network on this machine."""
    return Networks(
        raw={"github": [f"{player.url}/raw/{{owner}}/{{repository}}/{{ref}}/{{path}}"]},
        cors={"jsdelivr": {"github": f"{player.url}/gh/{{owner}}/{{repository}}@{{ref}}/{{path}}"}},
    )


def test_a_network_that_is_played(network: Player) -> None:
    network.files |= {"/raw/o/r/v1/a.csv": b"1", "/gh/o/r@v1/a.csv": b"1"}
    network.headers["/gh/o/r@v1/a.csv"] = {"Access-Control-Allow-Origin": "*"}
    raw = f"{network.url}/raw/o/r/v1/a.csv"
    with pytest.raises(DataFailed, match="no browser may read"):
        require_readable(raw, "here", silence=5)
    address = address_for(raw, "jsdelivr", played(network), "here")
    require_readable(address, "here", silence=5)
    assert network.asked == ["/raw/o/r/v1/a.csv", "/gh/o/r@v1/a.csv"]


def test_a_network_that_does_not_have_it(network: Player) -> None:
    with pytest.raises(DataFailed, match="answers 404"):
        require_readable(f"{network.url}/gh/o/r@v1/a", "here", silence=5)
    with pytest.raises(DataFailed, match="cannot be asked"):
        require_readable("http://127.0.0.1:1/a", "here", silence=5)
