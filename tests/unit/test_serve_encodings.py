"""Compressed copies: which one a client takes, and how it is sent."""

import gzip
import os
from collections.abc import Iterator
from compression import zstd
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from toolkit.errors import ServeFailed
from toolkit.serve.app import site_app
from toolkit.serve.encodings import ENCODINGS, acceptable
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import LOOPBACK
from toolkit.serve.precompress import precompress

PAGE = b"<p>a page that says the same again and again</p>\n" * 100
DECODERS = {"br": brotli.decompress, "zstd": zstd.decompress, "gzip": gzip.decompress}


def nothing_told(_done: int, _total: int) -> None:
    """Be told how far it is, and say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site of which some files get smaller."""
    site = tmp_path / "site"
    (site / "deep").mkdir(parents=True)
    (site / "index.html").write_bytes(PAGE)
    (site / "deep" / "core.wasm").write_bytes(b"\0asm" + bytes(50_000))
    (site / "small.html").write_bytes(b"<p>small</p>")
    (site / "noise.js").write_bytes(os.urandom(5000))
    (site / "package.whl").write_bytes(bytes(5000))
    return site


@pytest.fixture
def client(site: Path, tmp_path: Path) -> Iterator[TestClient]:
    """Give a client of the site with its copies."""
    precompress(site, tmp_path / "cache", nothing_told)
    app = site_app(site, profile=header_profile("pages"), names=LOOPBACK)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (None, []),
        ("", []),
        ("gzip, deflate, br, zstd", ["br", "zstd", "gzip"]),
        ("gzip;q=1.0, br;q=0.5", ["gzip", "br"]),
        ("br;q=0, gzip", ["gzip"]),
        ("*", ["br", "zstd", "gzip"]),
        ("*;q=0.1, br;q=0", ["zstd", "gzip"]),
        ("identity, gzip;q=0.5", []),
        ("GZIP ; Q=0.5", ["gzip"]),
        ("gzip;q=2, br;q=x, zstd", ["zstd"]),
        ("deflate", []),
    ],
)
def test_what_is_acceptable(header: str | None, names: list[str]) -> None:
    assert [one.name for one in acceptable(header)] == names


@given(st.text(max_size=80))
def test_any_header_is_read(header: str) -> None:
    assert set(acceptable(header)) <= set(ENCODINGS)


def test_copies_lie_beside_what_gets_smaller(site: Path, tmp_path: Path) -> None:
    done = precompress(site, tmp_path / "cache", nothing_told)
    found = {file.relative_to(site).as_posix() for file in site.rglob("*") if file.is_file()}
    copies = {
        f"{name}{one.suffix}" for name in ("index.html", "deep/core.wasm") for one in ENCODINGS
    }
    plain = {"index.html", "deep/core.wasm", "small.html", "noise.js", "package.whl"}
    assert found == plain | copies
    assert done.files == 3
    assert done.plain == len(PAGE) + 50_004 + 5000
    assert all(5000 < size < 7000 for size in done.sent.values())


def test_equal_sites_get_equal_copies(site: Path, tmp_path: Path) -> None:
    def copies() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in site.rglob("*.html.*")}

    precompress(site, tmp_path / "one", nothing_told)
    first = copies()
    precompress(site, tmp_path / "two", nothing_told)
    assert copies() == first
    assert len(first) == len(ENCODINGS)


def test_what_was_compressed_is_not_compressed_again(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    precompress(site, tmp_path / "cache", nothing_told)

    def refuse(_content: bytes) -> bytes:
        raise AssertionError

    monkeypatch.setattr(
        "toolkit.serve.precompress._COMPRESS", {one.name: refuse for one in ENCODINGS}
    )
    told: list[tuple[int, int]] = []
    precompress(site, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_copy_that_is_no_longer_smaller_goes(site: Path, tmp_path: Path) -> None:
    precompress(site, tmp_path / "cache", nothing_told)
    (site / "index.html").write_bytes(os.urandom(4000))
    precompress(site, tmp_path / "cache", nothing_told)
    assert not list(site.glob("index.html.*"))


def test_there_must_be_a_site(tmp_path: Path) -> None:
    with pytest.raises(ServeFailed) as caught:
        precompress(tmp_path / "none", tmp_path / "cache", nothing_told)
    assert "spec14 docs" in caught.value.do


@pytest.mark.parametrize("name", list(DECODERS))
@pytest.mark.parametrize("path", ["/", "/index.html", "/deep/core.wasm"])
def test_each_coding_is_sent_with_its_length(
    client: TestClient, site: Path, path: str, name: str
) -> None:
    file = site / ("index.html" if path == "/" else path.lstrip("/"))
    for _again in range(2):  # from the file, then from memory
        with client.stream("GET", path, headers={"Accept-Encoding": name}) as answer:
            body = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == name
        assert answer.headers["vary"] == "Accept-Encoding"
        assert int(answer.headers["content-length"]) == len(body) < file.stat().st_size
        assert DECODERS[name](body) == file.read_bytes()
    kinds = {".html": "text/html; charset=utf-8", ".wasm": "application/wasm"}
    assert answer.headers["content-type"] == kinds[file.suffix]


def test_each_copy_has_its_own_tag(client: TestClient) -> None:
    tags = {
        client.get("/", headers={"Accept-Encoding": name}).headers["etag"]
        for name in ("identity", *DECODERS)
    }
    assert len(tags) == 4


def test_not_modified_is_of_the_copy(client: TestClient) -> None:
    headers = {"Accept-Encoding": "br"}
    tag = client.get("/", headers=headers).headers["etag"]
    for _again in range(2):
        same = client.get("/", headers={**headers, "If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["vary"] == "Accept-Encoding"
        assert "content-length" not in same.headers
        plain = client.get("/", headers={"Accept-Encoding": "identity", "If-None-Match": tag})
        assert plain.status_code == 200


def test_a_plain_client_is_told_that_others_get_something_else(client: TestClient) -> None:
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert plain.content == PAGE
    assert plain.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert "vary" not in client.get("/small.html", headers={"Accept-Encoding": "br"}).headers


def test_a_copy_older_than_its_file_is_not_sent(client: TestClient, site: Path) -> None:
    br = {"Accept-Encoding": "br"}
    assert client.get("/", headers=br).headers["content-encoding"] == "br"
    new = site / "new"
    new.write_bytes(b"<p>new</p>")
    later = (site / "index.html").stat().st_mtime + 10
    os.utime(new, (later, later))
    new.rename(site / "index.html")
    answer = client.get("/", headers=br)
    assert answer.content == b"<p>new</p>"
    assert "content-encoding" not in answer.headers


def test_a_copy_that_leads_out_is_not_sent(client: TestClient, site: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for one in ENCODINGS:
        (site / f"index.html{one.suffix}").unlink()
    (site / "index.html.br").symlink_to(tmp_path / "secret")
    answer = client.get("/", headers={"Accept-Encoding": "br"})
    assert answer.content == PAGE


def test_parts_of_a_copy(client: TestClient, site: Path) -> None:
    copy = (site / "deep" / "core.wasm.gz").read_bytes()
    with client.stream(
        "GET", "/deep/core.wasm", headers={"Accept-Encoding": "gzip", "Range": "bytes=3-9"}
    ) as answer:
        assert b"".join(answer.iter_raw()) == copy[3:10]
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes 3-9/{len(copy)}"
