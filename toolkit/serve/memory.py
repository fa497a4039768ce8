"""Answers that are kept in memory: most of a visit is the same files once more.

An answer is the whole of one, headers and body, and is sent again only while the file that it
was made of is the one that lies there. Looking takes three calls of ``stat``, in the event loop:
less than it takes to hand them to a thread.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.serve.encodings import Encoding, acceptable
from toolkit.serve.hosts import host_name

SOURCE: Final = "spec14.source"
"""Key of an ASGI scope: a :class:`Source` to be filled by what answers from a file."""

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest body that is kept: a runtime's WebAssembly has 10 MB."""

ALL: Final = 256 * 1024 * 1024
"""Bytes of all bodies; those not asked for the longest are dropped."""

type Headers = list[tuple[bytes, bytes]]
type Identity = tuple[tuple[int, ...], ...]
type Key = tuple[str, tuple[Encoding, ...]]

ABOUT_CONTENT: Final = frozenset(
    {b"accept-ranges", b"content-encoding", b"content-length", b"content-type", b"last-modified"}
)
"""Headers that an answer of 304 does without."""


@dataclass(kw_only=True)
class Source:
    """Where an answer comes from.

    Attributes
    ----------
    files
        Absolute paths: the file that was asked for, and its copy if that one was sent. None of
        them, and the answer is not kept.
    sent
        What :func:`same` says of the open file that is sent.
    """

    files: tuple[str, ...] = ()
    sent: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of 200.

    Attributes
    ----------
    headers
        As sent.
    headers_304
        Those of the answer to one who has it.
    body
        The file's bytes, perhaps compressed.
    etag
        Its tag.
    files
        Where it is from.
    identity
        What :func:`identity` said of that.
    """

    headers: Headers
    headers_304: Headers
    body: bytes
    etag: bytes
    files: tuple[str, ...]
    identity: Identity


@dataclass(kw_only=True)
class Memory:
    """Answers by path and content codings taken, the one used last at the end."""

    answers: dict[Key, Answer] = field(default_factory=dict)
    size: int = 0

    def get(self, key: Key, site: str) -> Answer | None:
        """Give an answer that is still true."""
        answer = self.answers.pop(key, None)
        if answer is None:
            return None
        if identity(site, answer.files) != answer.identity:
            self.size -= len(answer.body)
            return None
        self.answers[key] = answer
        return answer

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer."""
        if before := self.answers.pop(key, None):
            self.size -= len(before.body)
        self.answers[key] = answer
        self.size += len(answer.body)
        while self.size > ALL:
            oldest = next(iter(self.answers))
            self.size -= len(self.answers.pop(oldest).body)


def same(status: os.stat_result) -> tuple[int, ...]:
    """Give what two looks at a file have in common if nobody wrote it between them."""
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        # Nobody can set that one.
        status.st_ctime_ns,
    )


def identity(site: str, files: tuple[str, ...]) -> Identity | None:
    """Give what changes with files, with their folder (a copy beside one) or with the site."""
    try:
        # The last is the one that is sent.
        return tuple(same(os.stat(path)) for path in (site, os.path.dirname(files[0]), *files))  # noqa: PTH116, PTH120
    except OSError:
        return None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of a request decides whether it can be answered from memory."""

    key: Key
    tags: bytes | None


class FromMemory:
    """Answer from memory what was answered before; let `app` answer the rest.

    Parameters
    ----------
    app
        What answers from files, headers and all.
    site
        The folder.
    names
        The hosts that are answered.
    """

    def __init__(self, app: ASGIApp, *, site: Path, names: frozenset[str]) -> None:
        self._app = app
        self._site = str(site)
        self._names = names
        self._memory = Memory()
        self._known: dict[bytes, bool] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = self._asked(scope) if scope["type"] == "http" else None
        if asked is None:
            await self._app(scope, receive, send)
        elif answer := self._memory.get(asked.key, self._site):
            await _send(answer, asked, scope["method"], send)
        else:
            await self._answer_and_keep(asked, scope, receive, send)

    def _asked(self, scope: Scope) -> Asked | None:
        """Read a request; None where it has to be looked at more closely."""
        if scope["method"] not in ("GET", "HEAD"):
            return None
        hosts, codings, tags = 0, b"", None
        for name, value in scope["headers"]:
            match name:
                case b"host":
                    hosts += 1
                    if not self._answered(value):
                        return None
                case b"accept-encoding":
                    codings += b"," + value if codings else value
                case b"if-none-match":
                    tags = value
                case b"range" | b"if-range" | b"if-match":
                    return None
        if hosts != 1:
            return None
        return Asked(key=(scope["path"], _acceptable(codings)), tags=tags)

    def _answered(self, host: bytes) -> bool:
        if (known := self._known.get(host)) is None:
            known = host_name(host.decode("latin-1")) in self._names
            if len(self._known) > len(self._names) * 16:
                self._known.clear()
            self._known[host] = known
        return known

    async def _answer_and_keep(
        self, asked: Asked, scope: Scope, receive: Receive, send: Send
    ) -> None:
        scope[SOURCE] = source = Source()
        headers: Headers = []
        body: list[bytes] = []
        about: Identity | None = None

        async def recorded(message: Message) -> None:
            nonlocal about
            if message["type"] == "http.response.start":
                if source.files and scope["method"] == "GET" and message["status"] == HTTPStatus.OK:
                    headers.extend(message["headers"])
                    about = self._about(source, headers)
            elif about:
                body.append(message.get("body", b""))
            await send(message)

        await self._app(scope, receive, recorded)
        if about and identity(self._site, source.files) == about:
            self._keep(asked.key, headers, b"".join(body), source.files, about)

    def _about(self, source: Source, headers: Headers) -> Identity | None:
        """Give the identity of what is being sent, if it is to be kept."""
        values = dict(headers)
        if b"etag" not in values or int(values[b"content-length"]) > LARGEST:
            return None
        about = identity(self._site, source.files)
        return about if about and about[-1] == source.sent else None

    def _keep(
        self, key: Key, headers: Headers, body: bytes, files: tuple[str, ...], about: Identity
    ) -> None:
        values = dict(headers)
        # A reader who went away has not got all of it.
        if len(body) == int(values[b"content-length"]):
            self._memory.put(
                key,
                Answer(
                    headers=headers,
                    headers_304=[pair for pair in headers if pair[0] not in ABOUT_CONTENT],
                    body=body,
                    etag=values[b"etag"],
                    files=files,
                    identity=about,
                ),
            )


@lru_cache(maxsize=256)
def _acceptable(header: bytes) -> tuple[Encoding, ...]:
    return acceptable(header.decode("latin-1"))


async def _send(answer: Answer, asked: Asked, method: str, send: Send) -> None:
    status, headers, body = HTTPStatus.OK, answer.headers, answer.body
    if asked.tags is not None and _has(asked.tags, answer.etag):
        status, headers, body = HTTPStatus.NOT_MODIFIED, answer.headers_304, b""
    elif method == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": status.value, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _has(tags: bytes, etag: bytes) -> bool:
    """Tell whether ``If-None-Match`` names a tag (RFC 9110, 13.1.2: compared weakly)."""
    if tags.strip() == b"*":
        return True
    return etag in _parts(tags)


def _parts(tags: bytes) -> Iterable[bytes]:
    return (tag.strip().removeprefix(b"W/") for tag in tags.split(b","))
