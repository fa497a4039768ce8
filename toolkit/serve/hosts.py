"""Who is answered: requests whose ``Host`` is loopback's, or was allowed.

A foreign page may give its own name the address 127.0.0.1 (DNS rebinding) and then read what
this server sends; the browser still says that foreign name in ``Host``. Starlette's
``TrustedHostMiddleware`` answers 400 and may redirect; RFC 9110 (15.5.20) has 421 for this.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from toolkit.errors import ServeFailed

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
WILDCARDS: Final = frozenset({"", "0.0.0.0", "::", "[::]"})  # noqa: S104 (compared, not bound)

_HOST: Final = re.compile(
    r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::(?P<port>[0-9]{0,5}))?"
)


def host_name(host: str) -> str | None:
    """Give the name in a ``Host`` header, without its port (RFC 9110, 7.2).

    Parameters
    ----------
    host
        The header's value.

    Returns
    -------
    str or None
        In lower case, IPv6 addresses in brackets and shortest form; None where it is malformed.
    """
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return None
    name = match["name"]
    return _bracketed(name[1:-1]) if name.startswith("[") else name


def allowed_names(bound: str, extra: Iterable[str]) -> frozenset[str]:
    """Give the names that are answered.

    Parameters
    ----------
    bound
        The address that the server binds: asked for by the user, so answered, unless it
        stands for all of them.
    extra
        Names from ``--allow-host``; a port in them is ignored.

    Raises
    ------
    ServeFailed
        When one of `extra` is no host name (a URL, a pattern).
    """
    names = set(LOOPBACK)
    for given in (*(() if bound in WILDCARDS else (bound,)), *extra):
        name = _bracketed(given) or host_name(given)
        if name is None:
            msg = f"--allow-host {given!r} is not a host name"
            raise ServeFailed(msg, do="give the name alone, for example docs.example.org")
        names.add(name)
    return frozenset(names)


def _bracketed(address: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(address).compressed}]"
    except ValueError:
        return None


class HostCheck:
    """Answer only requests that name an allowed host.

    None, two or a malformed one is 400, another one 421.

    Parameters
    ----------
    app
        What answers the others.
    names
        From :func:`allowed_names`.
    """

    def __init__(self, app: ASGIApp, *, names: frozenset[str]) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        name = host_name(hosts[0]) if len(hosts) == 1 else None
        if name in self._names:
            await self._app(scope, receive, send)
        elif name is None:
            refusal = PlainTextResponse("One well-formed Host header is needed.\n", 400)
            await refusal(scope, receive, send)
        else:
            refusal = PlainTextResponse(
                "This server does not answer under that name (see --allow-host).\n", 421
            )
            await refusal(scope, receive, send)
