"""A site served as ``spec14 serve`` does, and what its server had to do."""

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.serve.address import bind
from toolkit.serve.app import site_app
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import allowed_names


@dataclass(kw_only=True)
class Answer:
    """What one request was answered with.

    Attributes
    ----------
    at
        When it was asked for, in seconds of Unix.
    path
        What was asked for.
    status, bytes
        Of the answer.
    """

    at: float
    path: str
    status: int = 0
    bytes: int = 0


@dataclass(kw_only=True)
class Load:
    """What a server had to do."""

    requests: int = 0
    not_modified: int = 0
    bytes: int = 0


@dataclass(kw_only=True)
class Log:
    """What an application answers: a browser's driver does not hear of all that is loaded."""

    app: ASGIApp
    answers: list[Answer] = field(default_factory=list)

    def load(self, began: float, ended: float) -> Load:
        """Give the load between two times."""
        return load_of(one for one in self.answers if began <= one.at <= ended)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(at=time.time(), path=scope["path"])
        self.answers.append(answer)

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
            elif message["type"] == "http.response.body":
                answer.bytes += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, count)


def load_of(answers: Iterable[Answer]) -> Load:
    """Add up."""
    load = Load()
    for answer in answers:
        load.requests += 1
        load.not_modified += answer.status == HTTPStatus.NOT_MODIFIED
        load.bytes += answer.bytes
    return load


@contextlib.contextmanager
def served(site: Path) -> Iterator[tuple[str, Log]]:
    """Serve a site; give its URL and what is answered."""
    names = allowed_names("127.0.0.1", ())
    log = Log(app=site_app(site, profile=header_profile("pages"), names=names))
    config = uvicorn.Config(log, http="h11", ws="none", lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    with bind("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/", log
        finally:
            server.should_exit = True
            thread.join()
