"""What is sent for a path, and what while the site is not there or swapped."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.guarded_site import client_of, guarded_site
from toolkit.serve import files, opened
from toolkit.serve.app import site_app
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import LOOPBACK


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site beside a file that must not be sent, with links that lead there."""
    return guarded_site(tmp_path)


@pytest.fixture
def client(site: Path) -> Iterator[TestClient]:
    """Give a client of the site."""
    with client_of(site) as client:
        yield client


def test_a_file_with_its_type_length_and_tag(client: TestClient) -> None:
    answer = client.get("/core.wasm")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers["content-length"] == str(len(answer.content)) == "200004"
    assert answer.headers["etag"].startswith('"')
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_text_says_its_encoding(client: TestClient) -> None:
    assert client.get("/").headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/docs/a%20b.json").json() == {"mark": "first"}


@pytest.mark.parametrize("path", ["/core.wasm", "/", "/healthz", "/none", "/nothing.txt"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    head, get = client.head(path), client.get(path)
    assert head.status_code == get.status_code
    assert head.headers["content-length"] == get.headers["content-length"]
    assert head.headers["content-type"] == get.headers["content-type"]


def test_an_empty_file(client: TestClient) -> None:
    answer = client.get("/nothing.txt")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/", "/core.wasm", "/none"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_only_get_and_head(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_only_get_and_head_for_health(client: TestClient) -> None:
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_not_modified(client: TestClient) -> None:
    first = client.get("/core.wasm")
    tag = first.headers["etag"]
    for given_tag in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/core.wasm", headers={"If-None-Match": given_tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "no-cache"
        assert again.headers["x-content-type-options"] == "nosniff"
    other = client.get("/core.wasm", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_not_modified_carries_the_profile(site: Path) -> None:
    with client_of(site, "isolated") as client:
        tag = client.get("/").headers["etag"]
        again = client.get("/", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.headers["cross-origin-embedder-policy"] == "require-corp"


def test_an_edit_of_same_size_and_date_shows(site: Path, client: TestClient) -> None:
    page = site / "index.html"
    os.utime(page, ns=(0, 0))
    first = client.get("/")
    new = site / "index.new"
    new.write_text(page.read_text().replace("first", "FIRST"))
    os.utime(new, ns=(0, 0))
    new.replace(page)
    headers = {
        "If-None-Match": first.headers["etag"],
        "If-Modified-Since": "Tue, 01 Jan 2030 00:00:00 GMT",
    }
    assert client.get("/", headers=headers).text == "<p>FIRST</p>"
    del headers["If-None-Match"]
    assert client.get("/", headers=headers).status_code == 200


def test_the_tag_survives_a_rebuild_with_the_same_content(site: Path, client: TestClient) -> None:
    tag = client.get("/core.wasm").headers["etag"]
    copy = site / "copy"
    shutil.copyfile(site / "core.wasm", copy)
    copy.replace(site / "core.wasm")
    assert client.get("/core.wasm", headers={"If-None-Match": tag}).status_code == 304


def test_range(client: TestClient) -> None:
    answer = client.get("/core.wasm", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"\0asm")
    assert answer.headers["content-range"] == "bytes 0-3/200004"
    assert answer.headers["content-type"] == "application/wasm"
    beyond = client.get("/core.wasm", headers={"Range": "bytes=900000-"})
    assert beyond.status_code == 416
    stale = client.get("/core.wasm", headers={"Range": "bytes=0-3", "If-Range": '"old"'})
    assert (stale.status_code, len(stale.content)) == (200, 200_004)


def test_health(site: Path, client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "site": True})
    shutil.rmtree(site)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "no site", "site": False})


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_file_stays_open(client: TestClient) -> None:
    tag = client.get("/core.wasm").headers["etag"]
    before = _open_files()
    for _ in range(20):
        client.get("/core.wasm")
        client.head("/core.wasm")
        client.get("/core.wasm", headers={"If-None-Match": tag})
        client.get("/core.wasm", headers={"Range": "bytes=900000-"})
        client.get("/core.wasm", headers={"Range": "nonsense"})
        client.get("/none")
    assert _open_files() <= before


def test_the_hashes_kept_are_bounded(site: Path) -> None:
    tags = opened.ETags()
    tags.limit = 3  # type: ignore[misc]
    with (site / "index.html").open("rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        first = tags.of(file, status)
        for number in range(10):
            (site / f"{number}.txt").write_text(str(number))
            with (site / f"{number}.txt").open("rb", buffering=0) as other:
                assert tags.of(other, os.fstat(other.fileno())) != first
        assert len(tags._known) <= 3
        assert tags.of(file, status) == first


def test_without_a_site_it_waits_and_then_says_so(tmp_path: Path) -> None:
    with client_of(tmp_path / "site") as client:
        begun = time.monotonic()
        answer = client.get("/")
        took = time.monotonic() - begun
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "spec14 docs" in answer.text
    assert files.PATIENCE <= took < files.PATIENCE + 2


def test_a_site_that_comes_back_in_time_is_served(site: Path, client: TestClient) -> None:
    aside = site.with_name("aside")
    site.rename(aside)
    back = threading.Timer(0.2, aside.rename, (site,))
    back.start()
    try:
        assert client.get("/").text == "<p>first</p>"
    finally:
        back.join()


def test_while_the_site_is_swapped_each_answer_is_whole(tmp_path: Path) -> None:
    """Publish two sites in turn, by two renames; sizes differ, so a mixture would show."""
    site, aside, other = (tmp_path / name for name in ("site", "aside", "other"))
    bodies = {}
    for folder, letter, length in ((site, b"a", 50_000), (other, b"b", 90_000)):
        folder.mkdir()
        (folder / "page.html").write_bytes(letter * length)
        (folder / f"only-{letter.decode()}.html").write_bytes(letter)
        bodies[letter * length] = 0
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            site.rename(aside)
            other.rename(site)
            aside.rename(other)
            time.sleep(0.001)

    swapper = threading.Thread(target=swap)
    swapper.start()
    tags: dict[str, bytes] = {}
    try:
        with client_of(site) as client:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                answer = client.get("/page.html")
                assert answer.status_code == 200
                bodies[answer.content] += 1
                assert tags.setdefault(answer.headers["etag"], answer.content) == answer.content
    finally:
        stop.set()
        swapper.join()
    assert all(bodies.values()), "both sites were seen"


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        ("/project/en/", 200, ""),
        ("/project/en/core.wasm", 200, ""),
        ("/project/en/docs", 307, "./docs/"),
        ("/project/en", 307, "/project/en/"),
        ("/", 307, "/project/en/"),
        ("/index.html", 404, ""),
        ("/project/", 404, ""),
        ("/project/english/", 404, ""),
        ("/project/en/../../secret.txt", 404, ""),
        ("/healthz", 200, ""),
    ],
)
def test_below_a_base_path(site: Path, path: str, status: int, location: str) -> None:
    app = site_app(site, profile=header_profile("pages"), names=LOOPBACK, base="/project/en/")
    client = TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)
    for _again in range(2):
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers.get("location", "") == location
    if status == 404:
        assert 'href="/project/en/"' in answer.text
