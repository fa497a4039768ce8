"""The server's life: listen, say so, answer, end."""

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import LOGGING_CONFIG

from toolkit.errors import ServeFailed
from toolkit.serve.address import base_path, bind, public_url
from toolkit.serve.app import HEALTH, site_app
from toolkit.serve.headers import DEFAULT, header_profile
from toolkit.serve.hosts import allowed_names
from toolkit.serve.live import Live
from toolkit.serve.protocol import BoundedProtocol
from toolkit.serve.record import Recorded, Sent

GRACE: Final = 1
"""Whole seconds that answers under way have to finish when the server ends."""


START: Final = 10
"""Seconds that the server may take to start."""


def announce(url: str) -> None:
    """Tell the user where the site is."""
    print(f"Serving at {url} (Ctrl-C ends it)", flush=True)  # noqa: T201


def serve(
    site: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    profile: str = DEFAULT,
    allow_hosts: Sequence[str] = (),
    base: str = "/",
    live: Live | None = None,
    quiet: bool = False,
    on_ready: Callable[[str], None] = announce,
) -> None:
    """Serve a built site until SIGTERM (then this returns) or Ctrl-C.

    Parameters
    ----------
    site
        Its folder, which may be swapped for another while this runs.
    host, port
        Where to listen; port 0 is any free one.
    profile
        Name of a header profile.
    allow_hosts
        Names beside loopback's (and `host`) under which requests are answered.
    base
        Path below which the site lies, as on its real host.
    live
        What the builds do, if open pages are to follow them.
    quiet
        No line for each request.
    on_ready
        Called with the URL once requests are answered.

    Raises
    ------
    KeyboardInterrupt
        After a clean end by Ctrl-C: the command line turns it into 130.
    PortTaken
        When another program listens there.
    ServeFailed
        When there is no site, or the address cannot be used.
    SettingsError
        When there is no such profile.
    """
    with _bound(site, host=host, port=port) as listener:
        below = base_path(base)
        url = public_url(host, listener.getsockname()[1]) + below.lstrip("/")
        app = site_app(
            # A later change of the working folder must not change the site.
            site.absolute(),
            profile=header_profile(profile),
            names=allowed_names(host, allow_hosts),
            base=below,
            live=live,
        )
        server = _Server(_config(app, quiet=quiet), on_ready=lambda: on_ready(url))
        with _ended_by_sigterm(server):
            server.run(sockets=[listener])


@contextlib.contextmanager
def running(
    site: Path,
    *,
    profile: str = DEFAULT,
    base: str = "/",
    live: Live | None = None,
    sent: list[Sent] | None = None,
) -> Iterator[str]:
    """Serve `site` beside other work, on a free loopback port; give the URL.

    Parameters
    ----------
    site
        The folder of the built site.
    profile
        Name of a header profile.
    base
        Path below which the site lies.
    live
        What the builds do, if open pages are to follow them.
    sent
        Gets an entry for each answer.

    Raises
    ------
    ServeFailed, SettingsError
        As :func:`serve`.
    """
    host = "127.0.0.1"
    ready = threading.Event()
    with _bound(site, host=host, port=0) as listener:
        below = base_path(base)
        url = public_url(host, listener.getsockname()[1]) + below.lstrip("/")
        names = allowed_names(host, ())
        app = site_app(
            site.absolute(), profile=header_profile(profile), names=names, base=below, live=live
        )
        recorded = app if sent is None else Recorded(app, sent=sent)
        server = _Server(_config(recorded, quiet=True), on_ready=ready.set)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            if not ready.wait(START):
                msg = f"the server at {url} did not start within {START} s"
                raise ServeFailed(msg, do="see its messages above")
            yield url
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _bound(site: Path, *, host: str, port: int) -> Iterator[socket.socket]:
    if not site.is_dir():
        msg = f"there is no site in {site}"
        raise ServeFailed(msg, do="run spec14 docs first")
    with bind(host, port) as listener:
        yield listener


def _config(app: ASGIApp, *, quiet: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        loop="auto",
        ws="none",
        lifespan="off",
        log_config=_log_config(),
        access_log=not quiet,
        # Nothing stands before this server: X-Forwarded-For would only forge the log.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )


def _log_config() -> dict[str, Any]:
    config: dict[str, Any] = deepcopy(LOGGING_CONFIG)
    config["formatters"]["default"]["fmt"] = "%(message)s"
    config["formatters"]["access"]["fmt"] = '%(client_addr)s "%(request_line)s" %(status_code)s'
    for formatter in config["formatters"].values():
        formatter["use_colors"] = False
    config["filters"] = {"telling": {"()": TellingRecords}}
    for handler in config["handlers"].values():
        handler["filters"] = ["telling"]
    config["loggers"]["uvicorn.error"]["level"] = "ERROR"
    return config


class TellingRecords(logging.Filter):
    """Keep what tells the user something.

    Not the container's own health checks, and not the traceback of an answer that was cut
    off because the server ends.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether `record` is kept."""
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return False
        # uvicorn's access record: (client, method, path, HTTP version, status).
        return not (
            record.name == "uvicorn.access"
            and isinstance(record.args, tuple)
            and record.args[2:3] == (HEALTH,)
        )


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it answers and leaves no connection behind."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # uvicorn cancels late answers but does not see them to their end, and leaves the
        # connection of a reader who reads no more.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        if tasks := set(self.server_state.tasks):
            await asyncio.wait(tasks, timeout=GRACE)


@contextlib.contextmanager
def _ended_by_sigterm(server: uvicorn.Server) -> Iterator[None]:
    """Make SIGTERM a good end.

    uvicorn shuts down on it and then raises it once more for the handler from before: the
    default one would turn a clean end into a death by signal.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
