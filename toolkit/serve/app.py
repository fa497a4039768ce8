"""The ASGI application: the site's files, the health check, and what stands before them."""

from pathlib import Path
from typing import Final

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from toolkit.serve.files import SiteFiles
from toolkit.serve.headers import HeaderProfile, ProfileHeaders
from toolkit.serve.hosts import HostCheck

HEALTH: Final = "/healthz"


def site_app(site: Path, *, profile: HeaderProfile, names: frozenset[str]) -> ASGIApp:
    """Give the application that serves `site`.

    Parameters
    ----------
    site
        The folder of the built site; looked up at every request.
    profile
        The headers laid over every answer.
    names
        The hosts that are answered, from :func:`toolkit.serve.hosts.allowed_names`.
    """
    files = SiteFiles(site)

    async def health(_request: Request) -> JSONResponse:
        there = await anyio.Path(site).is_dir()
        answer = {"status": "ok" if there else "no site", "site": there}
        return JSONResponse(answer, 200 if there else 503)

    app = Starlette(
        routes=[Route(HEALTH, health, methods=["GET"]), Mount("/", files)],
        middleware=[Middleware(HostCheck, names=names)],
        exception_handlers={404: files.not_found},
    )
    # A path with a line end matches no route, and would be redirected to an absolute URL.
    app.router.redirect_slashes = False
    return ProfileHeaders(app, profile=profile)
