"""The header profiles and their table."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from toolkit.errors import SettingsError
from toolkit.serve.headers import PROFILES, ProfileHeaders, cache_control, header_profile

ISOLATION = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
}


async def _kept(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("kept", headers={"Cache-Control": "max-age=60"})


async def _broken(_request: Request) -> PlainTextResponse:
    msg = "broken on purpose"
    raise RuntimeError(msg)


def _client(profile: str) -> TestClient:
    app = Starlette(routes=[Route("/kept", _kept), Route("/broken", _broken)])
    return TestClient(
        ProfileHeaders(app, profile=header_profile(profile)), raise_server_exceptions=False
    )


@pytest.mark.parametrize(("path", "status"), [("/kept", 200), ("/none", 404), ("/broken", 500)])
def test_isolated_is_on_every_answer(path: str, status: int) -> None:
    answer = _client("isolated").get(path)
    assert answer.status_code == status
    assert ISOLATION.items() <= dict(answer.headers).items()
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/kept", "/none", "/broken"])
def test_pages_adds_no_isolation(path: str) -> None:
    answer = _client("pages").get(path)
    assert not ISOLATION.keys() & set(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_cache_unless_the_answer_says_otherwise() -> None:
    client = _client("pages")
    assert client.get("/kept").headers["cache-control"] == "max-age=60"
    assert client.get("/none").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("given", "near"), [("isolate", "isolated"), ("page", "pages")])
def test_unknown_profile_suggests_the_nearest(given: str, near: str) -> None:
    with pytest.raises(SettingsError) as caught:
        header_profile(given)
    assert given in caught.value.what
    assert near in caught.value.do


def test_unknown_profile_like_no_other_names_all() -> None:
    with pytest.raises(SettingsError) as caught:
        header_profile("zzzz")
    assert all(name in caught.value.do for name in PROFILES)


@pytest.mark.parametrize(
    "path",
    [
        "/lite/extensions/@jupyterlite/kernel/static/854.f13376e60180af10.js",
        "/project/en/stable/lite/extensions/x/static/remoteEntry.abcac41d5ca77040.js",
        "/lite/build/1450.f727657.js",
        "/lite/build/jlab_core.a86436d.js",
        "/spec14-shared/runtime-0123456789abcdef0123/pyodide.asm.wasm",
        "/docs/spec14-shared/wheel-0123456789abcdef0123/numpy-2.4.6.whl",
    ],
)
def test_what_names_its_content_is_immutable(path: str) -> None:
    assert cache_control(path) == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/index.html", "/lite/service-worker.js", "/lite/jupyter-lite.json", "/all.json"),
        "/lite/static/pyodide/pyodide.asm.wasm",
        "/lite/static/pyodide/numpy-2.4.6-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
        "/_images/math/0123456789abcdef0123456789abcdef01234567.png",
        "/_images/inheritance-0123456789abcdef0123456789abcdef01234567.png",
        "/data/measured.20240101.csv",
        "/build/main.js",
        "/1450.f727657.js",
        "/f13376e60180af10/index.html",
        "/x.F13376E60180AF10.js",
    ],
)
def test_everything_else_is_asked_for_again(path: str) -> None:
    assert cache_control(path) == "no-cache"
