"""The ASGI application: the site's files, the health check, and what stands before them."""

from pathlib import Path
from typing import Final

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from toolkit.serve.files import SiteFiles
from toolkit.serve.headers import HeaderProfile, ProfileHeaders
from toolkit.serve.hosts import HostCheck
from toolkit.serve.live import Live, WithScript
from toolkit.serve.live import routes as live_routes
from toolkit.serve.memory import FromMemory

HEALTH: Final = "/healthz"


def site_app(
    site: Path,
    *,
    profile: HeaderProfile,
    names: frozenset[str],
    base: str = "/",
    live: Live | None = None,
) -> ASGIApp:
    """Give the application that serves `site`.

    Parameters
    ----------
    site
        The folder of the built site; looked up at every request.
    profile
        The headers laid over every answer.
    names
        The hosts that are answered, from :func:`toolkit.serve.hosts.allowed_names`.
    base
        From :func:`toolkit.serve.address.base_path`: where the site lies on its host.
    live
        What the builds do, if open pages are to follow them.
    """
    files = SiteFiles(site, base=base)

    async def health(_request: Request) -> JSONResponse:
        there = await anyio.Path(site).is_dir()
        answer = {"status": "ok" if there else "no site", "site": there}
        return JSONResponse(answer, 200 if there else 503)

    async def to_base(_request: Request) -> RedirectResponse:
        return RedirectResponse(base)

    routes: list[BaseRoute] = [Route(HEALTH, health, methods=["GET"])]
    if base != "/":
        routes += [Route(path, to_base, methods=["GET"]) for path in ("/", base.rstrip("/"))]
    if live is not None:
        routes += live_routes(live)
    routes.append(Mount(base.rstrip("/"), files if live is None else WithScript(files)))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(HostCheck, names=names)],
        exception_handlers={404: files.not_found},
    )
    # A path with a line end matches no route, and would be redirected to an absolute URL.
    app.router.redirect_slashes = False
    return FromMemory(ProfileHeaders(app, profile=profile), site=site, names=names)
