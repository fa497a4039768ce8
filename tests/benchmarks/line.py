"""A line of a given speed between a browser and a server, for everything that a browser runs.

The DevTools protocol cannot do this alone. Seen in Chromium 156 with 5 Mbit/s
(``Network.emulateNetworkConditions``): 3 MB take a page, its frames and the workers of a page
4.9 s, and a worker of a frame 0.03 s. A notebook's kernel is one of those.
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlsplit

CHUNK: Final = 16384
"""Bytes that go over the line in one piece: connections take turns."""


LAST_TURN: Final = 0.01
"""Seconds in which a loop has done what is due."""


@dataclass(kw_only=True)
class Line:
    """One direction of a line, which all connections share.

    Attributes
    ----------
    rate
        Bytes per second.
    latency
        Seconds from the end of the line to its reader.
    free
        When the line has sent what was given to it, in seconds of the loop's clock.
    """

    rate: float
    latency: float = 0.0
    free: float = 0.0

    async def carry(self, data: bytes, writer: asyncio.StreamWriter) -> float:
        """Send bytes, in the turn that they have; give when they arrive."""
        loop = asyncio.get_running_loop()
        self.free = max(self.free, loop.time()) + len(data) / self.rate
        due = self.free + self.latency
        await asyncio.sleep(self.free - loop.time())
        loop.call_at(due, _write, writer, data)
        return due


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line) -> None:
    """Carry what one end says to the other, until it says no more."""
    arrived = 0.0
    try:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                arrived = await line.carry(data, writer)
        await asyncio.sleep(arrived - asyncio.get_running_loop().time() + LAST_TURN)
    finally:
        writer.close()


async def _connect(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    *,
    port: int,
    up: Line,
    down: Line,
) -> None:
    there, back = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_pump(reader, back, up), _pump(there, writer, down))


@contextlib.contextmanager
def line_to(url: str, *, rate: float, latency: float) -> Iterator[str]:
    """Put a line before a server on the loopback interface; give the URL at its other end.

    Parameters
    ----------
    url
        The server's.
    rate
        Bytes per second, in each direction, for all connections together.
    latency
        Seconds before an answer begins.
    """
    port = urlsplit(url).port
    if port is None:
        msg = f"{url} has no port"
        raise ValueError(msg)
    up, down = Line(rate=rate), Line(rate=rate, latency=latency)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(partial(_connect, port=port, up=up, down=down), "127.0.0.1", 0)
    server = asyncio.run_coroutine_threadsafe(starting, loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    open_ones = asyncio.all_tasks() - {asyncio.current_task()}
    for task in open_ones:
        task.cancel()
    await asyncio.gather(*open_ones, return_exceptions=True)
    # A transport is closed in the loop's next turn.
    await asyncio.sleep(LAST_TURN)
