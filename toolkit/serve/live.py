"""Open pages that follow the builds: a script in each page, told by server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html; a browser that has lost the
connection comes back by itself.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.serve.media import content_type

PLACE: Final = "/spec14-live"
SCRIPT: Final = Path(__file__).parent / "page" / "live.mjs"
TAG: Final = f'<script type="module" src="{PLACE}/live.mjs"></script>'.encode()
BODY_END: Final = b"</body>"

APPLICATION: Final = "/lite/"
"""What a reader edits in there would be lost."""

PULSE: Final = 15.0
"""Seconds after which something is sent, so that a reader who has gone is noticed."""


POLL: Final = 0.2
"""Seconds between two looks at the state."""


@dataclass(frozen=True, kw_only=True)
class State:
    """What pages are told.

    Attributes
    ----------
    site
        Another one after each build that published a site.
    building
        Whether a build is under way.
    error
        What the last build said when it failed.
    """

    site: str
    building: bool = False
    error: str = ""


class Live:
    """What the builds do, told to all who listen; set from any thread."""

    def __init__(self) -> None:
        self._state = State(site=secrets.token_hex(8))
        self._version = 0

    @property
    def state(self) -> State:
        """What holds now."""
        return self._state

    def building(self) -> None:
        """Say that a build has begun."""
        self._set(replace(self._state, building=True))

    def built(self) -> None:
        """Say that there is a new site."""
        self._set(State(site=secrets.token_hex(8)))

    def failed(self, error: str) -> None:
        """Say that a build has failed: the site is the one from before."""
        self._set(replace(self._state, building=False, error=error))

    def _set(self, state: State) -> None:
        # One thread sets; the server's reads, and may be late by one look.
        self._state = state
        self._version += 1

    async def states(self) -> AsyncIterator[State | None]:
        """Give what holds now, then every change; None when there was none for a while."""
        seen, waited = -1, 0.0
        while True:
            if seen != self._version:
                seen, waited = self._version, 0.0
                yield self._state
            elif waited >= PULSE:
                waited = 0.0
                yield None
            await asyncio.sleep(POLL)
            waited += POLL


def routes(live: Live) -> list[BaseRoute]:
    """Give the routes of the script and of the events."""

    async def script(_request: Request) -> FileResponse:
        return FileResponse(SCRIPT, media_type=content_type(SCRIPT.name))

    async def events(_request: Request) -> StreamingResponse:
        async def told() -> AsyncIterator[str]:
            async for state in live.states():
                yield ":\n\n" if state is None else f"data: {json.dumps(asdict(state))}\n\n"

        return StreamingResponse(
            told(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return [
        Route(f"{PLACE}/live.mjs", script, methods=["GET"]),
        Route(f"{PLACE}/events", events, methods=["GET"]),
    ]


class WithScript:
    """Put the script into every page of documentation, not into those of JupyterLite.

    Parameters
    ----------
    app
        What answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or APPLICATION in scope["path"]:
            await self._app(scope, receive, send)
            return
        # The page as it is on the disk, whole: no copy, no part, and not the one that the
        # browser kept from a server without the script.
        left_out = {b"accept-encoding", b"if-none-match", b"range", b"if-range"}
        asked = [pair for pair in scope["headers"] if pair[0] not in left_out]
        page = _is_page(scope["path"])
        inner = {**scope, "headers": asked} if page else scope
        await self._app(inner, receive, _Inserting(send) if page else send)


def _is_page(path: str) -> bool:
    return path.endswith((".html", "/")) or "." not in path.rpartition("/")[2]


class _Inserting:
    """Holds an HTML answer until it is whole, and sends it with the script."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take one message of the answer."""
        if message["type"] == "http.response.start" and _whole_page(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        before, end, after = self._body.rpartition(BODY_END)
        body = before + TAG + end + after if end else self._body + TAG
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(body))
        headers["Cache-Control"] = "no-store"
        del headers["ETag"]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _whole_page(start: Message) -> bool:
    kind = Headers(raw=start["headers"]).get("content-type", "")
    return start["status"] == HTTPStatus.OK and kind.startswith("text/html")
