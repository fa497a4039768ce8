"""A file of the site that is open for one answer, and how it is sent.

Its size, tag and content are of one file, whatever becomes of its name meanwhile.
"""

import hashlib
import os
from dataclasses import dataclass
from functools import partial
from io import FileIO
from typing import Final

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from toolkit.serve.media import media_type
from toolkit.serve.memory import same


@dataclass(frozen=True, kw_only=True)
class OpenedFile:
    """A file of the site, open for one answer.

    Attributes
    ----------
    file
        To be closed by who gets it.
    name
        Its name, for the media type.
    status
        Of the open file.
    etag
        Strong, in quotes.
    files
        The paths of the file asked for and, if it is another, of this one.
    encoding
        The content coding of what it holds.
    varies
        Whether another client could get another copy.
    """

    file: FileIO
    name: str
    status: os.stat_result
    etag: str
    files: tuple[str, ...]
    encoding: str | None = None
    varies: bool = False


class ETags:
    """Strong entity tags (RFC 9110, 8.8.3) from contents.

    Dates will not do: reproducible builds give every file the same one, and a rebuilt site
    should not make the browser fetch an unchanged runtime again.
    """

    limit: Final = 20_000
    """Entries kept; about 5 MB."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ...], str] = {}

    def of(self, file: FileIO, status: os.stat_result) -> str:
        """Give the tag of an open file, which is left at its beginning."""
        key = same(status)
        if (tag := self._known.get(key)) is None:
            digest = hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=16))
            file.seek(0)
            if len(self._known) >= self.limit:
                self._known.clear()
            tag = self._known[key] = f'"{digest.hexdigest()}"'
        return tag


class OpenedFileResponse(FileResponse):
    """Send a file that is already open, so that its size, tag and content are of one file."""

    def __init__(self, opened: OpenedFile, *, status_code: int = 200) -> None:
        super().__init__(
            # Starlette opens by path; this path is the open file, also after it was unlinked.
            f"/dev/fd/{opened.file.fileno()}",
            status_code=status_code,
            headers=_headers(opened),
            media_type=media_type(opened.name),
            stat_result=opened.status,
        )
        self._file = opened.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and close the file."""
        with self._file:
            await super().__call__(scope, receive, send)


def _headers(opened: OpenedFile) -> dict[str, str]:
    headers = {"etag": opened.etag}
    if opened.varies:
        headers["vary"] = "Accept-Encoding"
    if opened.encoding is not None:
        headers["content-encoding"] = opened.encoding
    return headers
