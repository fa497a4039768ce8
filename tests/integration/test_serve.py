"""The server as a process of its own, over real sockets."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from toolkit.errors import INTERRUPTED, PortTaken, ServeFailed, SettingsError
from toolkit.serve.files import PATIENCE
from toolkit.serve.server import running, serve

REPOSITORY = Path(__file__).parents[2]
LARGE = 24 * 1024 * 1024

# A proxy in the environment is not asked for this machine's own addresses.
fetch = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

PROGRAM = """
import json, sys
from pathlib import Path
from toolkit.serve.server import serve
site, options = sys.argv[1:]
try:
    serve(Path(site), port=0, **json.loads(options))
except KeyboardInterrupt:
    sys.exit(130)
"""


@dataclass(kw_only=True)
class Served:
    """A server under way.

    Attributes
    ----------
    child
        The process.
    url
        What it said.
    port
        Where it listens.
    lines
        What it has written since (complete once it has ended).
    """

    child: subprocess.Popen[str]
    url: str
    port: int
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread | None = None

    def ended_by(self, number: signal.Signals) -> tuple[int, float]:
        """Send a signal; give the exit code and how many seconds the end took."""
        begun = time.monotonic()
        self.child.send_signal(number)
        code = self.child.wait(20)
        assert self.reader is not None
        self.reader.join(5)
        return code, time.monotonic() - begun


@contextmanager
def served(site: Path, *, listening: int | None = None, **options: object) -> Iterator[Served]:
    """Start a server as a program of its own; end it on the way out."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(site), json.dumps(options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert child.stdout is not None
    try:
        first = child.stdout.readline()
        assert first.startswith("Serving at http://"), first + child.stdout.read()
        url = first.split()[2]
        server = Served(child=child, url=url, port=listening or urlsplit(url).port or 0)

        def read(stream: Iterator[str]) -> None:
            server.lines.extend(stream)

        server.reader = threading.Thread(target=read, args=(child.stdout,), daemon=True)
        server.reader.start()
        yield server
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        if server.reader is not None:
            server.reader.join(5)
        child.stdout.close()


def exchange(port: int, *lines: str) -> tuple[int, str]:
    """Send the very lines of a request; give the status and the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1"))
        answer = b"".join(iter(lambda: link.recv(65536), b"")).decode("latin-1")
    return int(answer.split(None, 2)[1]), answer


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site with a page and a folder, beside a file that must not be sent."""
    site = tmp_path / "site"
    (site / "docs").mkdir(parents=True)
    (site / "index.html").write_text("<p>hello</p>")
    (site / "docs" / "index.html").write_text("<p>docs</p>")
    (tmp_path / "secret.txt").write_text("secret")
    return site


@pytest.fixture
def large_site(site: Path) -> Iterator[Path]:
    """Give the site with a file that no socket's buffer holds."""
    large = site / "large.wasm"
    large.write_bytes(os.urandom(LARGE))
    yield site
    large.unlink(missing_ok=True)


def test_a_page_over_http(large_site: Path) -> None:
    with served(large_site) as server:
        with fetch(server.url) as answer:
            assert answer.read() == b"<p>hello</p>"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Server"] is None
            assert answer.headers["Cross-Origin-Opener-Policy"] is None
            tag = answer.headers["ETag"]
        with fetch(server.url + "docs?x=//y") as answer:
            assert answer.url == server.url + "docs/?x=//y"
            assert answer.read() == b"<p>docs</p>"
        with fetch(server.url + "large.wasm") as answer:
            assert answer.headers["Content-Type"] == "application/wasm"
            assert answer.read() == (large_site / "large.wasm").read_bytes()
        with fetch(server.url + "healthz") as answer:
            assert json.load(answer) == {"status": "ok", "site": True}
        again = urllib.request.Request(server.url, headers={"If-None-Match": tag})
        with pytest.raises(urllib.error.HTTPError) as caught:
            fetch(again)
        assert caught.value.code == 304
        caught.value.close()


def test_isolated(site: Path) -> None:
    with (
        served(site, profile="isolated") as server,
        fetch(server.url) as answer,
    ):
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_one_connection_carries_many_requests(large_site: Path) -> None:
    with served(large_site, quiet=True) as server:
        link = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        for method, path, status in (
            ("GET", "/", 200),
            ("HEAD", "/large.wasm", 200),
            ("HEAD", "/none", 404),
            ("POST", "/", 405),
            ("GET", "/docs/", 200),
        ):
            link.request(method, path)
            answer = link.getresponse()
            body = answer.read()
            assert answer.status == status
            assert (method == "HEAD") == (body == b"")
        link.close()


def test_hosts(site: Path) -> None:
    with served(site, allow_hosts=["docs.example"]) as server:
        for status, *lines in (
            (200, "GET / HTTP/1.1", "Host: localhost:1"),
            (200, "GET / HTTP/1.1", "Host: docs.example"),
            (421, "GET / HTTP/1.1", "Host: evil.example"),
            (421, "GET /healthz HTTP/1.1", "Host: evil.example"),
            (400, "GET / HTTP/1.1"),
            (400, "GET / HTTP/1.0"),
            (400, "GET / HTTP/1.1", "Host: localhost", "Host: localhost"),
            (400, "GET / HTTP/1.1", "Host: localhost, evil.example"),
            (400, "GET http://evil.example/ HTTP/1.1", "Host: localhost"),
        ):
            given, answer = exchange(server.port, *lines, "Connection: close")
            assert given == status, lines
            assert ("hello" in answer) == (status == 200)


def test_no_raw_path_leads_out(site: Path) -> None:
    with running(site) as url:
        port = urlsplit(url).port
        assert port
        for path in (
            "/../secret.txt",
            "/docs/../../secret.txt",
            "/%2e%2e/secret.txt",
            "/%2e%2e%2fsecret.txt",
            "/..%5csecret.txt",
            "/%252e%252e/secret.txt",
            "//../secret.txt",
            "/./../secret.txt",
            "/index.html%00",
            "/%ff",
            "*",
            "../secret.txt",
        ):
            status, answer = exchange(
                port, f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"
            )
            assert status in (400, 404), path
            assert "\r\n\r\nsecret" not in answer


def test_a_redirect_never_names_a_host(site: Path) -> None:
    (site / "evil.com").mkdir()
    (site / "evil.com" / "index.html").write_text("in")
    with running(site) as url:
        port = urlsplit(url).port
        assert port
        for path in ("//evil.com", "///evil.com", "/%2fevil.com", "/.//evil.com"):
            status, answer = exchange(
                port, f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close"
            )
            assert status == 307
            assert "\r\nlocation: ./evil.com/\r\n" in answer


def test_sigterm_is_a_good_end(large_site: Path) -> None:
    with served(large_site) as server:
        # Two that must not keep it: a kept connection and a reader who has stopped reading.
        idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        idle.request("GET", "/")
        idle.getresponse().read()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as stalled:
            stalled.sendall(b"GET /large.wasm HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert stalled.recv(100).startswith(b"HTTP/1.1 200 OK")
            code, took = server.ended_by(signal.SIGTERM)
        idle.close()
    assert code == 0
    assert took < 3
    assert "Traceback" not in "".join(server.lines)


def test_ctrl_c_ends_it_for_the_command_line(site: Path) -> None:
    with served(site) as server:
        code, took = server.ended_by(signal.SIGINT)
    assert code == INTERRUPTED
    assert took < 3
    assert server.lines == []


def test_access_lines(site: Path) -> None:
    with served(site) as server:
        for path in ("", "healthz", "a%0Ab?c=d"):
            try:
                fetch(server.url + path).close()
            except urllib.error.HTTPError as error:
                error.close()
        server.ended_by(signal.SIGTERM)
    assert [line.partition(" ")[2] for line in server.lines] == [
        '"GET / HTTP/1.1" 200 OK\n',
        '"GET /a%0Ab?c=d HTTP/1.1" 404 Not Found\n',
    ]
    assert all(line.startswith("127.0.0.1:") for line in server.lines)


def test_quiet(site: Path) -> None:
    with served(site, quiet=True) as server:
        fetch(server.url).close()
        server.ended_by(signal.SIGTERM)
    assert server.lines == []


def test_in_a_container_the_users_port_is_said(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEC14_PUBLIC_PORT", "9123")
    with served(site, host="0.0.0.0") as server:
        assert server.url == "http://127.0.0.1:9123/"


def test_a_taken_port(site: Path) -> None:
    with running(site) as url:
        port = urlsplit(url).port
        assert port
        with pytest.raises(PortTaken, match=str(port)):
            serve(site, port=port)


def test_what_cannot_be_served(site: Path, tmp_path: Path) -> None:
    with pytest.raises(ServeFailed) as caught:
        serve(tmp_path / "none", port=0)
    assert "spec14 docs" in caught.value.do
    with pytest.raises(ServeFailed):
        serve(site / "index.html", port=0)
    with pytest.raises(SettingsError, match="isolate"):
        serve(site, port=0, profile="isolate")
    with pytest.raises(ServeFailed, match="allow-host"):
        serve(site, port=0, allow_hosts=["http://x/"])


def test_sigterms_handler_is_given_back(site: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    own = os.getpid()
    serve(site, port=0, quiet=True, on_ready=lambda _url: os.kill(own, signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_answer_under_way_outlives_the_site(large_site: Path) -> None:
    expected = (large_site / "large.wasm").read_bytes()
    with running(large_site) as url, fetch(url + "large.wasm") as answer:
        begin = answer.read(1000)
        shutil.rmtree(large_site)
        assert begin + answer.read() == expected


def test_swaps_under_load_show_the_old_or_the_new(large_site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "index.html").write_text("<p>another and longer page</p>")
    (other / "large.wasm").write_bytes(os.urandom(LARGE // 2))
    wholes = {
        path: {(folder / path).read_bytes() for folder in (large_site, other)}
        for path in ("index.html", "large.wasm")
    }
    seen: dict[str, set[bytes]] = {path: set() for path in wholes}
    wrong: list[str] = []
    unavailable: list[str] = []
    gap = 0.0
    ended = threading.Event()

    def ask(url: str, path: str) -> None:
        while not ended.is_set():
            try:
                with fetch(url + path) as answer:
                    body = answer.read()
            except urllib.error.HTTPError as error:
                (unavailable if error.code == 503 else wrong).append(repr(error))
                continue
            except (OSError, http.client.HTTPException) as error:
                wrong.append(repr(error))
                continue
            if body in wholes[path]:
                seen[path].add(body)
            else:
                wrong.append(f"{path}: {len(body)} bytes of neither")

    with running(large_site) as url:
        askers = [threading.Thread(target=ask, args=(url, path)) for path in wholes]
        for asker in askers:
            asker.start()
        aside = tmp_path / "aside"
        began = time.monotonic()
        # Four seconds of it; more where a busy machine has not answered enough by then.
        while (so_far := time.monotonic() - began) < 4 or (seen != wholes and so_far < 60):
            without = time.monotonic()
            large_site.rename(aside)
            other.rename(large_site)
            gap = max(gap, time.monotonic() - without)
            aside.rename(other)
            time.sleep(0.005)
        ended.set()
        for asker in askers:
            asker.join()
    assert wrong == []
    # Only a disk that took longer over two renames than a request waits.
    assert not unavailable or gap > PATIENCE * 0.9
    assert seen == wholes
