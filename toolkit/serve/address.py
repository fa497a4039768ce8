"""Where the server listens, and the URL that leads there.

The socket is bound here and not by uvicorn, whose own answer to a taken port is a log line
and exit code 3.
"""

import errno
import os
import re
import socket
from typing import Final

from toolkit.errors import PortTaken, ServeFailed, Spec14Error
from toolkit.serve.hosts import WILDCARDS

PUBLIC_PORT: Final = "SPEC14_PUBLIC_PORT"
"""Environment variable: the port of the user's machine that leads to this container."""

LAST_PORT: Final = 65_535
SEGMENT: Final = re.compile(r"[A-Za-z0-9._~+@-]+")


def base_path(given: str) -> str:
    """Give the path of a site's root, with a slash at both ends.

    Parameters
    ----------
    given
        ``/project/en/stable/``, with or without the slashes.

    Raises
    ------
    ServeFailed
        When it is no plain path.
    """
    parts = [part for part in given.split("/") if part]
    if not all(SEGMENT.fullmatch(part) and part not in (".", "..") for part in parts):
        msg = f"{given!r} is not the path of a site"
        raise ServeFailed(msg, do="give one like /project/en/stable/")
    return "/".join(["", *parts, ""])


def public_url(host: str, port: int) -> str:
    """Give the URL to open in a browser on the user's machine.

    Parameters
    ----------
    host
        The address bound. For one that stands for all of them it is loopback's, with the port
        named by ``SPEC14_PUBLIC_PORT`` where that is set.
    port
        The port bound.

    Raises
    ------
    ServeFailed
        When ``SPEC14_PUBLIC_PORT`` is not a port.
    """
    if host not in WILDCARDS:
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}/"
    if given := os.environ.get(PUBLIC_PORT):
        if not (given.isascii() and given.isdecimal() and 0 < int(given) <= LAST_PORT):
            msg = f"{PUBLIC_PORT}={given!r} is not a port"
            raise ServeFailed(msg, do=f"set it to a number from 1 to {LAST_PORT}, or unset it")
        return f"http://127.0.0.1:{given}/"
    return f"http://127.0.0.1:{port}/"


def bind(host: str, port: int) -> socket.socket:
    """Give a socket that listens.

    Parameters
    ----------
    host
        A name or an address.
    port
        0 is any free one.

    Raises
    ------
    PortTaken
        When another program listens there.
    ServeFailed
        When the name is unknown, the address not this machine's, or the port reserved.
    """
    if not 0 <= port <= LAST_PORT:
        msg = f"{port} is not a port"
        raise ServeFailed(msg, do=f"give --port a number from 1 to {LAST_PORT}")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError) as error:
        msg = f"the address {host!r} is unknown"
        raise ServeFailed(msg, do="give --host an address of this machine") from error
    listener = socket.socket(family, kind, protocol)
    try:
        # A port whose last connections have not timed out yet is free; one in use is not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise cannot_bind(host, port, error) from error
    return listener


def cannot_bind(host: str, port: int, error: OSError) -> Spec14Error:
    """Say why an address cannot be used, and what to do."""
    match error.errno:
        case errno.EADDRINUSE:
            other = port + 1 if port < LAST_PORT else 8000
            return PortTaken(
                f"port {port} on {host} is taken by another program",
                do=f"end that program, or choose another port: --port {other}",
            )
        case errno.EACCES | errno.EPERM:
            return ServeFailed(
                f"port {port} needs rights that this user does not have",
                do="choose a port from 1024 on: --port 8000",
            )
        case _:
            return ServeFailed(
                f"cannot listen on {host} port {port}: {error.strerror}",
                do="give --host an address of this machine",
            )
