"""Answers from memory are those that the files would give."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from toolkit.serve import memory
from toolkit.serve.app import site_app
from toolkit.serve.files import SiteFiles
from toolkit.serve.headers import IMMUTABLE, header_profile
from toolkit.serve.hosts import LOOPBACK

HASHED = "854.f13376e60180af10.js"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a small site."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>one</p>")
    (site / HASHED).write_text("export {}")
    return site


@pytest.fixture
def client(site: Path) -> Iterator[TestClient]:
    """Give a client of it."""
    app = site_app(site, profile=header_profile("isolated"), names=LOOPBACK)
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the paths that were looked up in the file system."""
    paths: list[str] = []
    get_path = SiteFiles.get_path

    def noted(self: SiteFiles, scope: dict[str, str]) -> str:
        paths.append(scope["path"])
        return get_path(self, scope)

    monkeypatch.setattr(SiteFiles, "get_path", noted)
    return paths


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/", f"/{HASHED}", f"/{HASHED}?query"])
def test_the_second_answer_is_the_first(
    client: TestClient, looks: list[str], path: str, method: str
) -> None:
    first = client.request(method, path)
    client.get(path)
    before = len(looks)
    second = client.request(method, path)
    assert len(looks) == before
    assert second.status_code == first.status_code == 200
    assert second.content == first.content
    assert second.headers == first.headers
    assert second.headers["cross-origin-opener-policy"] == "same-origin"
    assert second.headers["cache-control"] == ("no-cache" if path == "/" else IMMUTABLE)


def test_not_modified_is_the_same_from_both(client: TestClient, site: Path) -> None:
    tag = client.get("/").headers["etag"]
    for given in (tag, f"W/{tag}", "*", f'"x", {tag}'):
        kept = client.get("/", headers={"If-None-Match": given})
        with TestClient(
            site_app(site, profile=header_profile("isolated"), names=LOOPBACK),
            base_url="http://127.0.0.1:8000",
        ) as fresh:
            looked_up = fresh.get("/", headers={"If-None-Match": given})
        assert kept.status_code == looked_up.status_code == 304
        assert kept.headers == looked_up.headers
    assert client.get("/", headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_file_written_in_place_is_read_again(client: TestClient, site: Path) -> None:
    for text in ("<p>one</p>", "<p>two</p>", "<p>six</p>"):
        (site / "index.html").write_text(text)
        assert client.get("/").text == text
        assert client.get("/").text == text


def test_a_file_that_is_gone_is_gone(client: TestClient, site: Path) -> None:
    assert client.get(f"/{HASHED}").status_code == 200
    (site / HASHED).unlink()
    gone = client.get(f"/{HASHED}")
    assert gone.status_code == 404
    assert gone.headers["cache-control"] == "no-cache"


def test_another_site_is_looked_up(client: TestClient, site: Path, tmp_path: Path) -> None:
    assert client.get("/").text == "<p>one</p>"
    other = tmp_path / "other"
    other.mkdir()
    # The very file, as an unchanged one of the next build may be.
    os.link(site / "index.html", other / "index.html")
    (other / "index.html.br").write_bytes(b"x")
    site.rename(tmp_path / "aside")
    other.rename(site)
    assert client.get("/", headers={"Accept-Encoding": "identity"}).headers["vary"]


def test_hosts_are_checked_before(client: TestClient) -> None:
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"Host": "a b"}).status_code == 400


def test_ranges_are_looked_up(client: TestClient) -> None:
    client.get("/")
    part = client.get("/", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.text) == (206, "<p>")


def test_the_memory_is_bounded(
    site: Path, monkeypatch: pytest.MonkeyPatch, looks: list[str]
) -> None:
    monkeypatch.setattr(memory, "ALL", 5000)
    monkeypatch.setattr(memory, "LARGEST", 3000)
    for name, size in (("a.txt", 2000), ("b.txt", 2000), ("c.txt", 2000), ("large.txt", 4000)):
        (site / name).write_bytes(bytes(size))
    app = site_app(site, profile=header_profile("pages"), names=LOOPBACK)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        for name in ("a", "b", "a", "c", "a", "c", "large", "large", "b"):
            assert client.get(f"/{name}.txt").status_code == 200
    # Of a, b and c there is room for two; the one that was asked for the longest ago went.
    asked = ["/a.txt", "/b.txt", "/c.txt", "/large.txt", "/large.txt", "/b.txt"]
    assert looks == asked
