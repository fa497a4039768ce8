"""The site's files: what Starlette's ``StaticFiles`` does, for a folder that is swapped.

The documentation stage publishes a site by renaming a whole folder while this server runs.
So nothing is held between requests but the hashes of contents; a request opens its file once
and sends that very file, old or new; and where the folder is gone for a moment, it waits.
"""

import errno
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from io import FileIO
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

import anyio
import anyio.to_thread
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from toolkit.serve.encodings import ENCODINGS, Encoding, acceptable
from toolkit.serve.memory import SOURCE, Source, same
from toolkit.serve.opened import ETags, OpenedFile, OpenedFileResponse

PATIENCE: Final = 1.0
"""Seconds that a request waits for a site that is being swapped."""

PAUSE: Final = 0.02
"""Seconds between two looks."""

NOT_FOUND_PAGE: Final = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Not found</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 36rem;
padding: 0 1rem; color-scheme: light dark }}</style>
<h1>Not found</h1>
<p>This site has no such page. <a href="{base}">Go to its first page.</a></p>
</html>
"""


class SiteUnsettledError(Exception):
    """The site's folder is missing, cannot be read, or was swapped during the look."""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder with an ``index.html``, asked for without the slash at the end."""


class SiteFiles(StaticFiles):
    """The ASGI application that sends a site's files.

    Parameters
    ----------
    site
        The folder; it may be missing, and come and go.
    base
        Path of the site's root in its URLs, with a slash at both ends.
    """

    def __init__(self, site: Path, *, base: str = "/") -> None:
        super().__init__(directory=site, check_dir=False)
        self.site = site
        self.base = base
        self._etags = ETags()

    async def check_config(self) -> None:
        """Leave the folder alone: each request looks for itself."""

    def get_path(self, scope: Scope) -> str:
        """Give the path below the site that a request names.

        Raises
        ------
        starlette.exceptions.HTTPException
            404 where no link of a site leads: NUL, backslash, ``..``.
        """
        path: str = scope["path"]
        if "\0" in path or "\\" in path or ".." in path.split("/"):
            raise HTTPException(404)
        return super().get_path(scope)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer a request for `path`, from :meth:`get_path`.

        Raises
        ------
        starlette.exceptions.HTTPException
            403, 404, 405, and 503 while there is no site.
        """
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        slash = scope["path"].endswith("/")
        taken = acceptable(Headers(scope=scope).get("accept-encoding"))
        match await self._found(path, slash=slash, taken=taken):
            case OpenedFile() as opened:
                return self._send(opened, scope)
            case Folder():
                # Relative: neither "//host/" nor a foreign Host can lead out of this server.
                query = scope["query_string"].decode("latin-1")
                name = quote(scope["path"].rpartition("/")[2])
                return RedirectResponse(f"./{name}/" + (f"?{query}" if query else ""))
            case None:
                raise HTTPException(404)

    async def not_found(self, _request: Request, _error: Exception) -> Response:
        """Answer 404 with the site's own page, or a small one."""
        try:
            found = await self._found("404.html", slash=False)
        except HTTPException:
            found = None
        if isinstance(found, OpenedFile):
            return OpenedFileResponse(found, status_code=404)
        return HTMLResponse(NOT_FOUND_PAGE.format(base=escape(self.base)), 404)

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Say whether the client has this very content (a date would prove nothing)."""
        return "if-none-match" in request_headers and super().is_not_modified(
            response_headers, request_headers
        )

    def _send(self, opened: OpenedFile, scope: Scope) -> Response:
        response = OpenedFileResponse(opened)
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            opened.file.close()
            return NotModifiedResponse(response.headers)
        if isinstance(source := scope.get(SOURCE), Source):
            source.files, source.sent = opened.files, same(opened.status)
        return response

    async def _found(
        self, path: str, *, slash: bool, taken: Sequence[Encoding] = ()
    ) -> OpenedFile | Folder | None:
        look = partial(self._look, path, slash=slash, taken=taken)
        end = monotonic() + PATIENCE
        while True:
            try:
                return await anyio.to_thread.run_sync(look)
            except SiteUnsettledError as error:
                if monotonic() > end:
                    raise HTTPException(
                        503,
                        "There is no site here at the moment: run spec14 docs, then reload.\n",
                        headers={"Retry-After": "1"},
                    ) from error
            await anyio.sleep(PAUSE)

    def _look(
        self, path: str, *, slash: bool, taken: Sequence[Encoding]
    ) -> OpenedFile | Folder | None:
        before = self._generation()
        found = self._look_once(path, slash=slash, taken=taken)
        try:
            after = self._generation()
        except SiteUnsettledError:
            after = None
        # A file that was opened is good, whichever site it is from. That there is none may be
        # true of neither: the look may have fallen between two renames.
        if before != after and not isinstance(found, OpenedFile):
            raise SiteUnsettledError
        return found

    def _look_once(
        self, path: str, *, slash: bool, taken: Sequence[Encoding]
    ) -> OpenedFile | Folder | None:
        try:
            match self._resolved(path, slash=slash):
                case str() as full:
                    return self._best(full, taken)
                case other:
                    return other
        except FileNotFoundError, NotADirectoryError, ValueError:
            return None
        except PermissionError as error:
            raise HTTPException(403) from error
        except OSError as error:
            # Too long a name, a loop of links, a link or socket put where the file was.
            if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO):
                return None
            raise

    def _resolved(self, path: str, *, slash: bool) -> str | Folder | None:
        full, status = self.lookup_path(path)
        folder = status is not None and stat.S_ISDIR(status.st_mode)
        if folder:
            full, status = self.lookup_path(os.path.join(path, "index.html"))  # noqa: PTH118
        if status is None or not stat.S_ISREG(status.st_mode) or (slash and not folder):
            return None
        return Folder() if folder and not slash else full

    def _best(self, full: str, taken: Sequence[Encoding]) -> OpenedFile | None:
        plain = self._open(full)
        if plain is None or not (there := _copies(full, plain.status)):
            return plain
        for encoding in (one for one in taken if one in there):
            if copy := self._open(full + encoding.suffix):
                plain.file.close()
                files = (full, *copy.files)
                return replace(copy, name=full, files=files, encoding=encoding.name, varies=True)
        return replace(plain, varies=True)

    def _open(self, full: str) -> OpenedFile | None:
        # The path has no link any more; one that appears now is not followed, and a pipe
        # that appears now does not block.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = FileIO(os.open(full, flags), "rb")
        try:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                file.close()
                return None
            etag = self._etags.of(file, status)
        except BaseException:
            file.close()
            raise
        return OpenedFile(file=file, name=full, files=(full,), status=status, etag=etag)

    def _generation(self) -> tuple[int, ...]:
        try:
            status = self.site.stat()
        except OSError as error:
            raise SiteUnsettledError from error
        # A rename sets the time of what it renames: a site that went and came back is seen.
        return status.st_dev, status.st_ino, status.st_ctime_ns


def _copies(full: str, status: os.stat_result) -> frozenset[Encoding]:
    """Give the codings in which a file lies beside itself, and not as it was once."""
    found = set()
    for encoding in ENCODINGS:
        try:
            copy = os.stat(full + encoding.suffix, follow_symlinks=False)  # noqa: PTH116
        except OSError:
            continue
        if stat.S_ISREG(copy.st_mode) and int(copy.st_mtime) >= int(status.st_mtime):
            found.add(encoding)
    return frozenset(found)
