"""Who is answered."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from toolkit.errors import ServeFailed
from toolkit.serve.hosts import LOOPBACK, HostCheck, allowed_names, host_name


def _status(*hosts: bytes, names: frozenset[str] = LOOPBACK) -> int:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"accept", b"*/*"), *((b"host", host) for host in hosts)],
    }
    asyncio.run(HostCheck(PlainTextResponse("in"), names=names)(scope, receive, send))
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize(
    "host",
    [
        b"localhost",
        b"LOCALHOST:8000",
        b"localhost:",
        b"127.0.0.1",
        b"127.0.0.1:1",
        b"[::1]",
        b"[::1]:65535",
        b"[0:0:0:0:0:0:0:1]:8000",
    ],
)
def test_loopback_is_answered(host: bytes) -> None:
    assert _status(host) == 200


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"localhost.evil.example",
        b"evil.example:8000",
        b"127.0.0.1.evil.example",
        b"127.0.0.2",
        b"0.0.0.0",
        b"[::2]",
        b"notlocalhost",
    ],
)
def test_others_are_misdirected(host: bytes) -> None:
    assert _status(host) == 421


@pytest.mark.parametrize(
    "hosts",
    [
        (),
        (b"",),
        (b"localhost", b"localhost"),
        (b"localhost", b"evil.example"),
        (b"localhost:port",),
        (b"localhost@evil.example",),
        (b"localhost/x",),
        (b"localhost evil",),
        (b" localhost",),
        (b"localhost:8000:8000",),
        (b"localhost:\xb2",),
        (b"[::1",),
        (b"[:::::]",),
        (b"::1",),
        (b"http://localhost",),
        (b"localhost\n",),
        (b"\xff",),
    ],
)
def test_none_two_or_malformed_is_a_bad_request(hosts: tuple[bytes, ...]) -> None:
    assert _status(*hosts) == 400


@given(st.text(st.characters(max_codepoint=255)))
def test_nothing_but_loopback_is_ever_answered(host: str) -> None:
    name = host_name(host)
    if name in LOOPBACK:
        rest = host.lower().removeprefix(name)
        assert host.lower().startswith("[") or rest.strip(":0123456789") == ""
        assert _status(host.encode("latin-1")) == 200
    else:
        assert _status(host.encode("latin-1")) in (400, 421)


def test_allowed_names_are_answered_too() -> None:
    names = allowed_names("0.0.0.0", ["Docs.Example.org", "10.0.0.5:8000", "fe80::1"])
    assert names == LOOPBACK | {"docs.example.org", "10.0.0.5", "[fe80::1]"}
    assert _status(b"docs.example.org:8000", names=names) == 200
    assert _status(b"example.org", names=names) == 421


@pytest.mark.parametrize("wildcard", ["0.0.0.0", "::", ""])
def test_a_wildcard_address_allows_nothing_more(wildcard: str) -> None:
    assert allowed_names(wildcard, []) == LOOPBACK


def test_the_bound_address_is_answered() -> None:
    assert "192.168.1.5" in allowed_names("192.168.1.5", [])


@pytest.mark.parametrize("given_name", ["http://docs.example.org", "*", "*.example.org", "a b", ""])
def test_what_is_no_host_name_is_refused(given_name: str) -> None:
    with pytest.raises(ServeFailed, match="--allow-host"):
        allowed_names("127.0.0.1", [given_name])
