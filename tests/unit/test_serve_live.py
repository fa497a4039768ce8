"""The script in pages, and what it is told."""

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from toolkit.serve.app import site_app
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import LOOPBACK
from toolkit.serve.live import TAG, Live, State

PAGE = "<html><body><p>hello</p></body></html>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Give a site of documentation with a JupyterLite site in it."""
    for name in ("index.html", "docs/index.html", "lite/tree/index.html"):
        file = tmp_path / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PAGE)
    (tmp_path / "site" / "fragment.html").write_text("<p>no body")
    (tmp_path / "site" / "app.js").write_text("1")
    return tmp_path / "site"


@pytest.fixture
def client(site: Path) -> TestClient:
    """Give a client of the site while a watch runs."""
    app = site_app(site, profile=header_profile("pages"), names=LOOPBACK, live=Live())
    return TestClient(app, base_url="http://127.0.0.1:8000")


@pytest.mark.parametrize("path", ["/", "/index.html", "/docs", "/docs/", "/fragment.html"])
def test_pages_get_the_script(client: TestClient, path: str) -> None:
    for _again in range(2):
        answer = client.get(path, headers={"Accept-Encoding": "br"})
        assert answer.content.count(TAG) == 1
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    page = PAGE.encode()
    expected = page.replace(b"</body>", TAG + b"</body>")
    assert answer.content == (expected if path != "/fragment.html" else b"<p>no body" + TAG)


@pytest.mark.parametrize("path", ["/lite/tree/", "/lite/tree/index.html", "/app.js", "/none.html"])
def test_nothing_else_does(client: TestClient, path: str) -> None:
    assert TAG not in client.get(path).content


def test_a_page_kept_from_before_is_not_confirmed(client: TestClient, site: Path) -> None:
    plain = TestClient(
        site_app(site, profile=header_profile("pages"), names=LOOPBACK),
        base_url="http://127.0.0.1:8000",
    )
    tag = plain.get("/").headers["etag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_without_a_watch_there_is_no_script(site: Path) -> None:
    app = site_app(site, profile=header_profile("pages"), names=LOOPBACK)
    client = TestClient(app, base_url="http://127.0.0.1:8000")
    assert TAG not in client.get("/").content
    assert client.get("/spec14-live/live.mjs").status_code == 404


def test_the_script_is_a_module(client: TestClient) -> None:
    answer = client.get("/spec14-live/live.mjs")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "EventSource" in answer.text


async def gathered(live: Live, number: int) -> list[State | None]:
    """Give the next states."""
    found: list[State | None] = []
    async for state in live.states():
        found.append(state)
        if len(found) == number:
            break
    return found


def test_every_change_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.serve.live.POLL", 0.001)
    live = Live()
    first = live.state

    async def follow() -> list[State | None]:
        following = asyncio.create_task(gathered(live, 4))
        for change in (live.building, lambda: live.failed("no"), live.built):
            await asyncio.sleep(0.05)
            change()
        return await following

    before, building, failed, after = asyncio.run(follow())
    assert before == first
    assert building == State(site=first.site, building=True)
    assert failed == State(site=first.site, error="no")
    assert after
    assert (after.building, after.error) == (False, "")
    assert after.site != first.site


def test_silence_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.serve.live.POLL", 0.001)
    monkeypatch.setattr("toolkit.serve.live.PULSE", 0.005)
    first, silence = asyncio.run(gathered(Live(), 2))
    assert first
    assert silence is None
