"""The response headers of each kind of host: one table, chosen by name.

A reader's browser runs other code in an isolated page than in a plain one, so a preview has
to send what the site's real host will send, and nothing more. The server here and the files
for real ones (:mod:`toolkit.serve.nginx`, :mod:`toolkit.serve.caddy`) are made from this table
and from the one of media types.
"""

import difflib
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolkit.errors import SettingsError


@dataclass(frozen=True, kw_only=True)
class HeaderProfile:
    """What one kind of host adds to its answers.

    Attributes
    ----------
    name
        What the user calls it.
    summary
        One line for the help text.
    headers
        Names and values, in the order sent.
    """

    name: str
    summary: str
    headers: tuple[tuple[str, str], ...] = ()


ALWAYS: Final = (("X-Content-Type-Options", "nosniff"),)
"""Sent with every answer, under every profile."""

DEFAULT: Final = "pages"

# https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies,
# https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header
PROFILES: Final = {
    profile.name: profile
    for profile in (
        HeaderProfile(
            name=DEFAULT,
            summary="no isolation headers, as GitHub Pages and most documentation hosts",
        ),
        HeaderProfile(
            name="isolated",
            summary="cross-origin isolation: SharedArrayBuffer works, foreign images do not",
            headers=(
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Embedder-Policy", "require-corp"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            ),
        ),
        HeaderProfile(
            name="credentialless",
            summary="cross-origin isolation with foreign images, loaded without cookies",
            headers=(
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Embedder-Policy", "credentialless"),
            ),
        ),
        HeaderProfile(
            name="index",
            summary="pages of other sites may read it (CORS): for what `spec14 index` writes",
            headers=(("Access-Control-Allow-Origin", "*"),),
        ),
    )
}

REVALIDATE: Final = "no-cache"
"""``Cache-Control`` of what keeps its name when it changes: asked for again, answered with 304."""

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""``Cache-Control`` of what gets another name when it changes (RFC 8246; a year in seconds)."""

HASHED: Final = (
    # rspack's and webpack's [contenthash]: "854.f13376e60180af10.js"
    r"\.[0-9a-f]{16,64}\.[0-9a-z]+$",
    # JupyterLite's own: "build/1450.f727657.js"
    r"/build/[^/]+\.[0-9a-f]{7}\.js$",
    # toolkit.lite.sharing
    r"/spec14-shared/[a-z]+-[0-9a-f]{20}/",
)
"""Paths that name their content; a pattern means the same to Python, PCRE and RE2."""

_HASHED: Final = re.compile("|".join(HASHED))
_FOUND: Final = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)


def cache_control(path: str) -> str:
    """Give the ``Cache-Control`` of the file with a URL's path, which begins with a slash."""
    return IMMUTABLE if _HASHED.search(path) else REVALIDATE


def header_profile(name: str) -> HeaderProfile:
    """Give the profile called `name`.

    Raises
    ------
    SettingsError
        When there is none; the nearest name is suggested.
    """
    if profile := PROFILES.get(name):
        return profile
    near = difflib.get_close_matches(name, PROFILES, n=1, cutoff=0.5)
    msg = f"there is no header profile {name!r}"
    if near:
        raise SettingsError(msg, do=f"did you mean {near[0]!r}?")
    raise SettingsError(msg, do=f"use one of: {', '.join(PROFILES)}")


class ProfileHeaders:
    """Lay a profile's headers over every answer of an ASGI application.

    It stands outermost, so that refusals, redirects and errors carry them too.

    Parameters
    ----------
    app
        What answers.
    profile
        What is added.
    """

    def __init__(self, app: ASGIApp, *, profile: HeaderProfile) -> None:
        self._app = app
        self._headers = (*ALWAYS, *profile.headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (https://asgi.readthedocs.io, HTTP connection scope)."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers:
                    headers[name] = value
                found = message["status"] in _FOUND
                kept = cache_control(scope["path"]) if found else REVALIDATE
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self._app(scope, receive, send_with_headers)
