"""The line between a browser and a server, which benchmarks put there."""

import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest

from tests.benchmarks.line import line_to

SIZE = 100_000
RATE = 200_000.0
LATENCY = 0.05


class Answers(BaseHTTPRequestHandler):
    """Answers whatever is asked for with as many bytes."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        self.wfile.write(bytes(SIZE))

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}/"
        found.shutdown()
        thread.join()


def fetch(url: str, took: list[float]) -> None:
    began = time.monotonic()
    connection = HTTPConnection(urlsplit(url).netloc)
    connection.request("GET", "/")
    assert len(connection.getresponse().read()) == SIZE
    connection.close()
    took.append(time.monotonic() - began)


def test_bytes_take_their_time(server: str) -> None:
    took: list[float] = []
    with line_to(server, rate=RATE, latency=LATENCY) as url:
        fetch(url, took)
    fetch(server, took)
    behind, beside = took
    assert behind >= SIZE / RATE + LATENCY
    assert beside < behind


def test_connections_share_it(server: str) -> None:
    took: list[float] = []
    with line_to(server, rate=RATE, latency=0) as url:
        threads = [threading.Thread(target=fetch, args=(url, took)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert max(took) >= 2 * SIZE / RATE


def test_a_server_needs_a_port() -> None:
    with (
        pytest.raises(ValueError, match="no port"),
        line_to("http://127.0.0.1/", rate=1, latency=0),
    ):
        pass
