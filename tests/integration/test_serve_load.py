"""Many readers, slow ones, and those who send nonsense: the others are served all the same."""

import http.client
import resource
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.serve.server import running

MANY = 2000
PATIENCE = 20.0
SECRET = b"not for readers"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Give the port of a served site with a page, beside a file that must not be sent."""
    folder = tmp_path_factory.mktemp("load")
    site = folder / "site"
    (site / "docs").mkdir(parents=True)
    (site / "index.html").write_text("<p>hello</p>")
    (site / "docs" / "index.html").write_text("<p>docs</p>")
    (site / "large.bin").write_bytes(bytes(8_000_000))
    (folder / "secret.txt").write_bytes(SECRET)
    (site / "link.txt").symlink_to(folder / "secret.txt")
    with running(site) as url:
        yield urlsplit(url).port or 0


@contextmanager
def enough_files(number: int) -> Iterator[None]:
    """Raise this process's limit of open files (the server runs in it)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < number:
        pytest.skip(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, number), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def seconds_of_a_page(port: int) -> float:
    """Fetch a page on a connection of its own; give how long it took."""
    begun = time.monotonic()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    link.request("GET", "/")
    answer = link.getresponse()
    assert (answer.status, answer.read()) == (200, b"<p>hello</p>")
    link.close()
    return time.monotonic() - begun


def raw(port: int, request: bytes, *, last: bool = False) -> bytes:
    """Send bytes (and say that they were the last); give all that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as link:
        link.sendall(request)
        if last:
            link.shutdown(socket.SHUT_WR)
        try:
            return b"".join(iter(lambda: link.recv(65536), b""))
        except ConnectionResetError:
            return b""


def test_two_thousand_open_connections(port: int) -> None:
    with enough_files(3 * MANY), ExitStack() as stack, selectors.DefaultSelector() as waiting:
        links = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(MANY)
        ]
        # Half of them have begun a request, and say no more.
        for link in links[: MANY // 2]:
            link.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        seconds_of_a_page(port)
        for link in links:
            waiting.register(link, selectors.EVENT_READ)
        for link in links[: MANY // 2]:
            link.sendall(b"\r\n")
        for link in links[MANY // 2 :]:
            link.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answered = 0
        end = time.monotonic() + PATIENCE
        while answered < MANY and time.monotonic() < end:
            for key, _ in waiting.select(1):
                answered_link = key.fileobj
                assert isinstance(answered_link, socket.socket)
                assert answered_link.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
                waiting.unregister(answered_link)
                answered += 1
    assert answered == MANY


def test_slow_readers_keep_nobody_waiting(port: int) -> None:
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(50)
        ]
        for link in slow:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            link.sendall(b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert link.recv(100).startswith(b"HTTP/1.1 200 OK")
        seconds_of_a_page(port)


def test_slow_writers_are_answered_when_they_are_done(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as link:
        for number in range(0, len(request), 8):
            link.sendall(request[number : number + 8])
            time.sleep(0.02)
        answer = b"".join(iter(lambda: link.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    seconds_of_a_page(port)


@pytest.mark.parametrize(
    "request_lines",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 200_000 + b"\r\n",
        b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["one long header", "many headers", "a long path"],
)
def test_huge_requests(port: int, request_lines: bytes) -> None:
    try:
        answer = raw(port, request_lines, last=True)
    except OSError:  # it has hung up already
        answer = b""
    assert not answer or answer.split(b" ", 2)[1] in (b"400", b"404", b"414", b"431"), answer[:200]
    seconds_of_a_page(port)


PARTS = st.sampled_from(
    [
        *("..", ".", "", "docs", "link.txt", "secret.txt", "index.html", "site", "%00", "\\"),
        *(
            "%2e%2e",
            "%2E.",
            "%252e%252e",
            "%2f",
            "%5c",
            "%c0%ae%c0%ae",
            "..;",
            "%",
            "%ff",
            "%0d%0a",
        ),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=8), st.sampled_from(["/", "%2f", "//", "\\"]))
def test_no_path_leads_out(port: int, parts: list[str], between: str) -> None:
    path = "/" + between.join(parts)
    answer = raw(
        port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert SECRET not in answer
    assert answer.split(b" ", 2)[1] in (b"200", b"307", b"400", b"404"), answer[:200]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_nonsense_ends_its_own_connection(port: int, nonsense: bytes) -> None:
    answer = raw(port, nonsense + b"\r\n\r\n", last=True)
    assert SECRET not in answer
    assert not answer or answer.startswith(b"HTTP/1.1 ")


def test_after_all_of_that_it_still_serves(port: int) -> None:
    seconds_of_a_page(port)
