"""Where the server listens, and what is said when it cannot."""

import errno
import socket

import pytest

from toolkit.errors import PortTaken, ServeFailed
from toolkit.serve.address import PUBLIC_PORT, bind, cannot_bind, public_url


def test_a_taken_port_is_named_with_the_next_step() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortTaken) as caught:
            bind("127.0.0.1", port)
    assert str(port) in caught.value.what
    assert "--port" in caught.value.do


def test_a_port_is_free_again_at_once() -> None:
    with bind("127.0.0.1", 0) as first:
        address = first.getsockname()
        with socket.create_connection(address), first.accept()[0]:
            pass
    with bind(*address) as again:
        assert again.getsockname() == address


def test_a_reserved_port_is_said_to_be_one() -> None:
    error = cannot_bind("127.0.0.1", 80, PermissionError(errno.EACCES, "Permission denied"))
    assert isinstance(error, ServeFailed)
    assert "80" in error.what
    assert "--port 8000" in error.do


def test_the_last_port_has_no_next_one() -> None:
    error = cannot_bind("127.0.0.1", 65_535, OSError(errno.EADDRINUSE, "in use"))
    assert "65536" not in error.do


@pytest.mark.parametrize(
    ("host", "port", "named"),
    [
        ("192.0.2.1", 0, "192.0.2.1"),
        ("no such host", 0, "no such host"),
        ("x" * 70 + ".example", 0, "unknown"),
        ("127.0.0.1", -1, "-1"),
        ("127.0.0.1", 65_536, "65536"),
    ],
)
def test_an_unusable_address(host: str, port: int, named: str) -> None:
    with pytest.raises(ServeFailed, match=named):
        bind(host, port)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("localhost", "http://localhost:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("0.0.0.0", "http://127.0.0.1:8000/"),
        ("::", "http://127.0.0.1:8000/"),
    ],
)
def test_url(monkeypatch: pytest.MonkeyPatch, host: str, url: str) -> None:
    monkeypatch.delenv(PUBLIC_PORT, raising=False)
    assert public_url(host, 8000) == url


def test_the_url_in_a_container_has_the_users_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PUBLIC_PORT, "9001")
    assert public_url("0.0.0.0", 8000) == "http://127.0.0.1:9001/"
    assert public_url("127.0.0.1", 8000) == "http://127.0.0.1:8000/"


@pytest.mark.parametrize("given", ["no", "0", "65536", "-1", "٣"])
def test_a_public_port_that_is_none(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv(PUBLIC_PORT, given)
    with pytest.raises(ServeFailed, match=PUBLIC_PORT):
        public_url("0.0.0.0", 8000)
