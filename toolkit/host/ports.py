"""Where the preview is published, and whether that port is free.

The engine would find out too, but only after the wheel and the documentation were built.
"""

import argparse
import errno
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from toolkit.errors import PortTaken, ServeFailed

INSIDE: Final = 8000
"""The port that the server has inside a container."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """An address of this machine that leads to the server in the container.

    Attributes
    ----------
    host
        IPv4 address, or ``localhost``.
    port
        TCP port on this machine.
    rest
        The other words, which are the server's own options.
    """

    host: str
    port: int
    rest: tuple[str, ...]

    @property
    def publish(self) -> str:
        """The value of the engine's ``--publish``."""
        host = "127.0.0.1" if self.host == "localhost" else self.host
        return f"{host}:{self.port}:{INSIDE}"

    @property
    def url(self) -> str:
        """What a person types into the browser."""
        host = "127.0.0.1" if self.host in {"localhost", "0.0.0.0"} else self.host  # noqa: S104
        return f"http://{host}:{self.port}/"


class _Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"error: {message}\n  next: give --port a number from 1 to 65535\n")
        raise SystemExit(2)


def published(words: Sequence[str], *, default_port: str) -> Published:
    """Take ``--host`` and ``--port`` out of the server's options.

    Inside the container the server has an address and a port of its own; what the user
    means is this machine's.

    Parameters
    ----------
    words
        The options after ``--``.
    default_port
        The value of ``PORT``, used when there is no ``--port``.

    Raises
    ------
    SystemExit
        With 2 (wrong usage) when the port is no number from 1 to 65535.
    """
    parser = _Words(add_help=False, allow_abbrev=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=default_port)
    known, rest = parser.parse_known_args(list(words))
    return Published(host=known.host, port=known.port, rest=tuple(rest))


def require_free(host: str, port: int) -> None:
    """Find out whether a server could listen there now.

    Raises
    ------
    PortTaken
        When another program listens there.
    ServeFailed
        When the address is not one of this machine's.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A connection that has just ended must not look like a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                msg = f"port {port} on {host} is taken by another program"
                raise PortTaken(msg, do=f"choose another: PORT={port + 1}") from error
            if error.errno in {errno.EACCES, errno.EPERM}:
                # Below 1024: not ours to bind, but the engine may.
                return
            msg = f"{host}:{port} cannot be used: {error.strerror or error}"
            raise ServeFailed(
                msg, do="leave --host away, or name an address of this machine"
            ) from (error)


def _port(value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() else 0
    if not 0 < number < 1 << 16:
        msg = f"{value!r} is not a port"
        raise argparse.ArgumentTypeError(msg)
    return number
