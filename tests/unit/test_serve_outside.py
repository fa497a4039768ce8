"""What never is sent: nothing outside the site, whatever the path."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from tests.unit.guarded_site import SECRET, client_of, guarded_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site beside a file that must not be sent, with links that lead there."""
    return guarded_site(tmp_path)


@pytest.fixture
def client(site: Path) -> Iterator[TestClient]:
    """Give a client of the site."""
    with client_of(site) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/docs", "./docs/"),
        ("/docs?a=b%20c&d=//x", "./docs/?a=b%20c&d=//x"),
        ("//docs", "./docs/"),
        ("/./docs", "./docs/"),
    ],
)
def test_a_folder_redirects_below_itself(client: TestClient, path: str, to: str) -> None:
    answer = client.get(f"http://127.0.0.1:8000{path}")
    assert answer.status_code == 307
    assert answer.headers["location"] == to


@pytest.mark.parametrize("name", ["evil.com", "http:", "a:b", "ä", "a?b", "a#b", "a\r\nX: y"])
def test_no_folder_name_makes_a_redirect_lead_out(site: Path, name: str) -> None:
    (site / name).mkdir()
    (site / name / "index.html").write_text("in")
    with client_of(site) as client:
        for before in ("/", "//", "///"):
            url = f"http://127.0.0.1:8000{before}" + "".join(
                f"%{byte:02X}" for byte in name.encode()
            )
            answer = client.get(url)
            if answer.status_code == 404:
                # Starlette's router takes no path with a line end.
                assert "\n" in name
                continue
            assert answer.status_code == 307
            assert answer.headers["location"].startswith("./")
            assert "\n" not in answer.headers["location"]
            assert answer.headers.get("x") is None
            assert client.get(url, follow_redirects=True).text == "in"


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/empty",
        "/empty/",
        "/index.html/",
        "/core.wasm/x",
        "/out.txt",
        "/relative.txt",
        "/folder/",
        "/folder",
        "/folder/index.html",
        "/loop",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%252fsecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/..%5csecret.txt",
        "/docs%2f..%2f..%2fsecret.txt",
        "/docs/%2e%2e/index.html",
        "/../site-two/index.html",
        "/%2e%2e/site-two/index.html",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/index.html%00",
        "/index.html%00.txt",
        "/%00",
        "/\\..\\secret.txt",
        "/%5c%5chost/share",
        "/%0a",
        "/" + "x" * 5000,
        "/%ff%fe",
    ],
)
def test_not_found(client: TestClient, path: str) -> None:
    answer = client.get(f"http://127.0.0.1:8000{path}")
    assert answer.status_code == 404
    assert SECRET not in answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_links_within_the_site_are_followed(client: TestClient) -> None:
    assert client.get("/inside.html").text == "<p>first</p>"


def test_no_pipe_and_no_socket_is_read(site: Path, client: TestClient) -> None:
    os.mkfifo(site / "pipe")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(site):
        listener.bind("socket")
        assert client.get("/pipe").status_code == 404
        assert client.get("/socket").status_code == 404


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_forbidden(site: Path, client: TestClient) -> None:
    (site / "index.html").chmod(0)
    assert client.get("/").status_code == 403


def test_the_sites_own_page_for_what_is_missing(site: Path, client: TestClient) -> None:
    assert "no such page" in client.get("/none").text
    (site / "404.html").write_text("ours")
    answer = client.get("/none/at/all")
    assert (answer.status_code, answer.text) == (404, "ours")
    assert client.head("/none").headers["content-length"] == "4"
    (site / "404.html").unlink()
    (site / "404.html").symlink_to("../secret.txt")
    assert SECRET not in client.get("/none").text


def test_a_foreign_host_learns_nothing(site: Path) -> None:
    with client_of(site) as client:
        for path in ("/", "/healthz", "/none"):
            answer = client.get(path, headers={"Host": "evil.example"})
            assert answer.status_code == 421
            assert answer.headers["x-content-type-options"] == "nosniff"


_PIECES = st.sampled_from(
    [
        *("/", "//", ".", "..", "...", "%2e", "%2E%2e", "%252e%252e", "%2f", "%252f", "%5c", "\\"),
        *("%00", "%c0%ae", "%e2%80%ae", "%", "%%", "~", "etc/passwd", "secret.txt", "private"),
        *("docs", "folder", "site", "site-two", "out.txt", "relative.txt", "loop", "index.html"),
        *("?", "#", ";", ":", "file:", "C:", "%0d%0a", "\r\n", "\n", "%ff", " ", "*"),
        *("proc/self/environ",),
    ]
)


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=12))
@example(["//", "evil.com", "/", "..", "/", ".."])
@example(["\r\n", "/"])
def test_nothing_outside_the_site_is_ever_sent(client: TestClient, pieces: list[str]) -> None:
    # Every byte encoded: the client must not tidy the path up, and the application decodes it
    # once, so that an encoding among the pieces is a double one.
    raw = "".join(pieces).encode("utf-8", "replace")
    target = "/" + "".join(f"%{byte:02X}" for byte in raw)
    answer = client.get("http://127.0.0.1:8000" + target)
    assert answer.status_code in (200, 307, 404)
    assert SECRET not in answer.text
    assert "root:" not in answer.text
    if answer.status_code == 200:
        assert "first" in answer.text or "asm" in answer.text
    if answer.status_code == 307:
        assert answer.headers["location"].startswith("./")
