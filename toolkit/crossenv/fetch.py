"""One download, checked: size, time and SHA-256, and a name only for what is whole.

pyodide-build 0.39.2 and emsdk 5.0.3 take what comes, whole or not
(``pyodide_build.common.download_and_unpack_archive``, ``emsdk.py`` ``download_with_urllib``).
"""

import hashlib
import http.client
import ipaddress
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, override
from urllib.parse import urlsplit, urlunsplit

from toolkit.errors import UpstreamFailed

CHUNK: Final = 1 << 16
REACH: Final = "see that this machine reaches it, or name a mirror (docs/toolchain.md, 'Mirrors')"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a download may take.

    Attributes
    ----------
    silence
        Seconds without a byte: to connect, to answer, to go on.
    total
        Seconds for the whole of it.
    """

    silence: float = 60.0
    total: float = 3600.0


def require_safe(url: str, *, plain_http: bool = False) -> str:
    """Give a URL that may be fetched: https, or http of this very machine.

    Parameters
    ----------
    url
        The URL.
    plain_http
        Whether http of any machine will do: where the checksum is known beforehand.

    Raises
    ------
    UpstreamFailed
        For any other.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and (plain_http or is_loopback(url)):
        return url
    raise UpstreamFailed(f"{shown(url)} is not https", do="name an https address")


def is_loopback(url: str) -> bool:
    """Say whether a URL's host is this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def shown(url: str) -> str:
    """Give a URL as it may be printed: without the credentials a mirror may ask for."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None,
    size: int,
    limits: Limits,
    plain_http: bool = False,
) -> str:
    """Download a file and give its SHA-256.

    Parameters
    ----------
    url
        https, or http of this machine.
    target
        File to write; it is there only when everything was right.
    sha256
        What it must have, in hexadecimal; ``None`` where nobody has published one.
    size
        Bytes it may have at most.
    limits
        How long it may take.
    plain_http
        See :func:`require_safe`.

    Raises
    ------
    UpstreamFailed
        When it cannot be had, is too large, too slow, cut short, or another file.
    """
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with partial.open("wb") as file:
            actual = _copy(url, file, size, limits, plain_http)
        if sha256 is not None and actual != sha256:
            msg = f"{shown(url)} has SHA-256 {actual}, not {sha256}"
            raise UpstreamFailed(msg, do="do not use it; if it stays so, tell its publisher")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return actual


def _copy(url: str, file: IO[bytes], size: int, limits: Limits, plain_http: bool) -> str:  # noqa: FBT001
    digest = hashlib.sha256()
    got = 0
    for chunk in _chunks(url, size, limits, plain_http=plain_http):
        got += len(chunk)
        if got > size:
            raise _too_large(url, size)
        digest.update(chunk)
        file.write(chunk)
    return digest.hexdigest()


def _too_large(url: str, size: int) -> UpstreamFailed:
    return UpstreamFailed(f"{shown(url)} has more than {size} bytes", do="see what it really is")


class SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follow redirections to where we would go ourselves.

    Parameters
    ----------
    plain_http
        See :func:`require_safe`.
    """

    def __init__(self, *, plain_http: bool = False) -> None:
        self.plain_http = plain_http

    @override
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            require_safe(newurl, plain_http=self.plain_http)
        except UpstreamFailed:
            fp.close()  # nobody else has the answer that leads there
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def opener_for(url: str, redirects: SafeRedirects) -> urllib.request.OpenerDirector:
    """Give what opens a URL: through the machine's proxy, unless it is this very machine's."""
    handlers: list[urllib.request.BaseHandler] = [redirects]
    if is_loopback(url):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _chunks(url: str, size: int, limits: Limits, *, plain_http: bool) -> Iterator[bytes]:
    """Give the bytes of a URL as they come; what goes wrong on the way is our error."""
    require_safe(url, plain_http=plain_http)
    opener = opener_for(url, SafeRedirects(plain_http=plain_http))
    deadline = time.monotonic() + limits.total
    got = 0
    try:
        with opener.open(url, timeout=limits.silence) as answer:
            length = answer.headers.get("Content-Length")
            if length is not None and int(length) > size:
                raise _too_large(url, size)  # nothing of it is waited for
            # read1: after each piece that comes the clock is looked at.
            while chunk := answer.read1(CHUNK):
                got += len(chunk)
                yield chunk
                if time.monotonic() > deadline:
                    raise TimeoutError(f"not there after {limits.total:g} seconds")
    except urllib.error.HTTPError as error:
        error.close()
        msg = f"{shown(url)} answers {error.code} {error.reason}"
        raise UpstreamFailed(msg, do=REACH) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, TimeoutError):
            reason = f"{reason} (silent for {limits.silence:g} seconds, or too slow)"
        raise UpstreamFailed(f"{shown(url)} cannot be had: {reason}", do=REACH) from error
    if length is not None and got != int(length):
        msg = f"{shown(url)} was cut short: {got} of {length} bytes"
        raise UpstreamFailed(msg, do="run the build again; nothing of it was kept")
