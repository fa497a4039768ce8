"""What was asked of a server and how many bytes it sent: for checks and measurements."""

import time
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An answer.

    Attributes
    ----------
    at
        Seconds since the epoch, when it began.
    path
        As it was asked for, decoded.
    status
        Of the answer.
    size
        Bytes of its body.
    """

    at: float
    path: str
    status: int
    size: int


class Recorded:
    """Keep a record of what an ASGI application sends.

    Parameters
    ----------
    app
        What answers.
    sent
        Gets an entry for each answer, once it is whole or its reader has gone.
    """

    def __init__(self, app: ASGIApp, *, sent: list[Sent]) -> None:
        self._app = app
        self._sent = sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        at, status, size = time.time(), 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            if scope["type"] == "http":
                self._sent.append(Sent(at=at, path=scope["path"], status=status, size=size))
