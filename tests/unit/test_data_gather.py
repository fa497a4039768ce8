"""Fetching data from a host that is played on this machine, and every way that can go wrong."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from tests.upstream import Player, playing
from toolkit.data.gather import DataFile, gather_data, shown_size
from toolkit.errors import DataFailed
from toolkit.project import Project, prepare_output, read_project

CONTENT = b"some data\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
MD5 = hashlib.md5(CONTENT).hexdigest()
OPEN = {"Access-Control-Allow-Origin": "*"}


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Player]:
    with playing(tmp_path) as player:
        player.files |= {f"/{name}": CONTENT for name in ("a", "b", "c")}
        yield player


def project(folder: Path, data: str, *, offline: bool = False) -> Project:
    text = f"[project]\nname = 'a'\n[tool.spec14.data]\ntimeout = 2\n{data}"
    made = read_project(write_tree(folder / "project", {"pyproject.toml": text}))
    prepare_output(made)
    return replace(made, settings=replace(made.settings, offline=offline))


def one(url: str, more: str = f'sha256 = "{SHA256}"') -> str:
    return f'\n[[tool.spec14.data.files]]\nurl = "{url}"\n{more}\n'


def kept(made: Project) -> set[str]:
    folder = made.cache / "data"
    return {path.name for path in folder.iterdir()} - {"lock"} if folder.is_dir() else set()


def test_each_is_fetched_once_and_checked(host: Player, tmp_path: Path) -> None:
    made = project(tmp_path, one(f"{host.url}/a"))
    (made.folder / "registry.txt").write_text(f"b md5:{MD5}\n")
    with (made.folder / "pyproject.toml").open("a") as file:
        file.write(f'[tool.spec14.data.nope]\n[tool.x]\nbase = "{host.url}"\n')
    text = (made.folder / "pyproject.toml").read_text().replace("[tool.spec14.data.nope]\n", "")
    text = text.replace("timeout = 2", f'registry = "registry.txt"\nbase-url = "{host.url}"')
    (made.folder / "pyproject.toml").write_text(text)
    made = read_project(made.folder)
    said: list[str] = []
    found = gather_data(made, say=said.append)
    place = made.cache / "data" / SHA256
    assert found == (
        DataFile(url=f"{host.url}/a", path=place, sha256=SHA256, size=len(CONTENT)),
        DataFile(url=f"{host.url}/b", path=place, sha256=SHA256, size=len(CONTENT)),
    )
    assert place.read_bytes() == CONTENT
    assert said == [f"fetched {host.url}/{name} (10 bytes)" for name in "ab"]
    assert gather_data(made, say=said.append) == found
    assert host.asked == ["/a", "/b"]
    assert kept(made) == {SHA256, f"md5-{MD5}.json"}


def test_a_damaged_file_of_the_store_is_fetched_again(host: Player, tmp_path: Path) -> None:
    made = project(tmp_path, one(f"{host.url}/a"))
    (found,) = gather_data(made, say=print)
    found.path.write_bytes(b"damaged")
    (again,) = gather_data(made, say=print)
    assert again.path.read_bytes() == CONTENT
    assert host.asked == ["/a", "/a"]


def test_a_store_is_shared(host: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEC14_CACHE", str(tmp_path / "shared"))
    for name in ("one", "two"):
        gather_data(project(tmp_path / name, one(f"{host.url}/a")), say=print)
    assert host.asked == ["/a"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("missing", r"answers 404 Not Found"),
        ("tampered", rf"has SHA-256 [0-9a-f]{{64}}, not {SHA256}"),
        ("truncated", r"was cut short: 5 of 10 bytes"),
        ("stalled", r"cannot be had: .*timed out"),
    ],
)
def test_what_goes_wrong_is_named_and_the_rest_goes_on(
    host: Player, tmp_path: Path, fault: str, said: str
) -> None:
    host.faults["/a"] = fault
    other = hashlib.sha256(b"other").hexdigest()
    host.files["/c"] = b"other"
    made = project(tmp_path, one(f"{host.url}/a") + one(f"{host.url}/c", f'sha256 = "{other}"'))
    with pytest.raises(DataFailed, match=rf"^pyproject\.toml:7: {host.url}/a {said}") as caught:
        gather_data(made, say=print)
    assert "\n" not in caught.value.what + caught.value.do
    assert kept(made) == {other}


def test_all_that_fail_are_told(host: Player, tmp_path: Path) -> None:
    host.faults |= {"/a": "missing", "/b": "missing"}
    made = project(tmp_path, one(f"{host.url}/a") + one(f"{host.url}/b"))
    with pytest.raises(DataFailed, match=r"/a answers 404 .* \(and 1 more of 2 files\)") as caught:
        gather_data(made, say=print)
    assert f"pyproject.toml:11: {host.url}/b answers 404" in caught.value.detail


def test_a_host_that_does_not_listen(tmp_path: Path) -> None:
    made = project(tmp_path, one("http://127.0.0.1:1/a"))
    with pytest.raises(DataFailed, match="/a cannot be had"):
        gather_data(made, say=print)


def test_a_redirection_is_followed_to_http_only(host: Player, tmp_path: Path) -> None:
    host.faults |= {"/a": "moved"}
    host.moved |= {"/a": f"{host.url}/b"}
    (found,) = gather_data(project(tmp_path, one(f"{host.url}/a")), say=print)
    assert found.path.read_bytes() == CONTENT
    host.moved |= {"/a": "file:///etc/passwd"}
    with pytest.raises(DataFailed, match="/a "):
        gather_data(project(tmp_path / "other", one(f"{host.url}/a")), say=print)


def test_without_a_checksum_the_line_to_add_is_printed(host: Player, tmp_path: Path) -> None:
    made = project(tmp_path, one(f"{host.url}/a", ""))
    with pytest.raises(DataFailed, match=r"pyproject\.toml:7: .*/a has no checksum") as caught:
        gather_data(made, say=print)
    assert caught.value.do.endswith(f'(10 bytes) is what you mean, then add: sha256 = "{SHA256}"')
    assert kept(made) == set()


def test_offline_nothing_is_asked(host: Player, tmp_path: Path) -> None:
    made = project(tmp_path, one(f"{host.url}/a"), offline=True)
    with pytest.raises(DataFailed, match="was never fetched, and offline is set"):
        gather_data(made, say=print)
    assert host.asked == []
    online = replace(made, settings=replace(made.settings, offline=False))
    found = gather_data(online, say=print)
    assert gather_data(made, say=print) == found


def test_more_than_there_is_room_for(host: Player, tmp_path: Path) -> None:
    host.faults["/a"] = "endless"
    made = project(tmp_path, "max-size = 0.1" + one(f"{host.url}/a"))
    with pytest.raises(DataFailed, match=r"with .*/a the data has more than 0.1 MiB"):
        gather_data(made, say=print)
    assert kept(made) == set()


def test_a_file_of_the_project(tmp_path: Path) -> None:
    made = project(tmp_path, one("https://host.example/a", 'path = "a.bin"'))
    (made.folder / "a.bin").write_bytes(CONTENT)
    (found,) = gather_data(made, say=print)
    assert (found.path, found.sha256) == (made.folder / "a.bin", SHA256)
    (made.folder / "a.bin").write_bytes(b"another")
    (found,) = gather_data(made, say=print)
    assert found.sha256 == hashlib.sha256(b"another").hexdigest()
    more = f'path = "a.bin"\nsha256 = "{SHA256}"'
    other = project(tmp_path / "other", one("https://host.example/a", more))
    (other.folder / "a.bin").write_bytes(b"another")
    with pytest.raises(DataFailed, match=f"not {SHA256}"):
        gather_data(other, say=print)


@pytest.mark.parametrize("origin", ["*", "https://spec14.invalid"])
def test_what_is_not_shipped_must_be_readable(host: Player, tmp_path: Path, origin: str) -> None:
    made = project(tmp_path, one(f"{host.url}/a", f'sha256 = "{SHA256}"\nship = false'))
    host.headers["/a"] = {"Access-Control-Allow-Origin": origin}
    (found,) = gather_data(made, say=print)
    assert found.address == f"{host.url}/a"
    assert found.path.read_bytes() == CONTENT


def test_a_host_without_cors_is_named(host: Player, tmp_path: Path) -> None:
    made = project(tmp_path, one(f"{host.url}/a", f'sha256 = "{SHA256}"\nship = false'))
    with pytest.raises(DataFailed, match=r"toml:7: no browser may read .*/a: it answers") as caught:
        gather_data(made, say=print)
    assert "cors" in caught.value.do
    # A redirection is not followed either, where it comes without.
    host.faults["/a"] = "moved"
    host.moved["/a"] = f"{host.url}/b"
    host.headers["/b"] = OPEN
    with pytest.raises(DataFailed, match=r"no browser may read .*/a: "):
        gather_data(made, say=print)
    host.headers["/a"] = OPEN
    gather_data(made, say=print)


def test_offline_it_is_said_that_nobody_was_asked(host: Player, tmp_path: Path) -> None:
    host.headers["/a"] = OPEN
    made = project(tmp_path, one(f"{host.url}/a", f'sha256 = "{SHA256}"\nship = false'))
    gather_data(made, say=print)
    said: list[str] = []
    gather_data(replace(made, settings=replace(made.settings, offline=True)), say=said.append)
    assert said == [
        "offline: whether browsers may read the data that is not in the site was not asked"
    ]


def test_nothing_is_left_over(host: Player, tmp_path: Path) -> None:
    host.faults["/a"] = "truncated"
    made = project(tmp_path, one(f"{host.url}/a"))
    with pytest.raises(DataFailed):
        gather_data(made, say=print)
    assert kept(made) == set()


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2 * 10**6, "2.0 MB")]
)
def test_sizes(size: int, text: str) -> None:
    assert shown_size(size) == text
