"""What a server sent is put to the reader that it was sent to."""

from toolkit.browser.readers import _served
from toolkit.serve.record import Sent


def sent(at: float, path: str, status: int = 200, size: int = 10) -> Sent:
    """Give an answer."""
    return Sent(at=at, path=path, status=status, size=size)


def test_what_was_sent_in_a_time() -> None:
    record = [
        sent(0.9, "/before.html"),
        sent(1.0, "/api.html", size=500),
        sent(1.5, "/core.wasm", size=9000),
        sent(1.6, "/core.wasm", 304, 0),
        sent(1.7, "/missing.js", 404, 100),
        sent(1.8, "/favicon.ico", 404, 100),
        sent(2.1, "/after.html"),
    ]
    found = _served(record, 1000, 2000)
    assert found["requests"] == 5
    assert found["bytes"] == 9700
    assert found["heaviest"][0] == {"path": "/core.wasm", "bytes": 9000}
    assert found["failures"] == ["404 /missing.js"]


def test_nothing_was_sent() -> None:
    assert _served([], 0, 1) == {"requests": 0, "bytes": 0, "heaviest": [], "failures": []}
