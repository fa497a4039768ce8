"""A site beside a file that must not be sent, and clients of it."""

from pathlib import Path

from starlette.testclient import TestClient

from toolkit.serve.app import site_app
from toolkit.serve.headers import header_profile
from toolkit.serve.hosts import LOOPBACK

SECRET = "outside the site"


def client_of(site: Path, profile: str = "pages") -> TestClient:
    """Give a client of the application that serves `site`, which follows no redirect."""
    app = site_app(site, profile=header_profile(profile), names=LOOPBACK)
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


def make_site(site: Path, mark: str = "first") -> Path:
    """Write a small site whose files carry `mark`."""
    (site / "docs").mkdir(parents=True)
    (site / "empty").mkdir()
    (site / "index.html").write_text(f"<p>{mark}</p>")
    (site / "docs" / "index.html").write_text(f"<p>docs {mark}</p>")
    (site / "docs" / "a b.json").write_text(f'{{"mark": "{mark}"}}')
    (site / "service-worker.js").write_text(f"// {mark}")
    (site / "core.wasm").write_bytes(b"\0asm" + bytes(200_000))
    (site / "nothing.txt").write_bytes(b"")
    return site


def guarded_site(tmp_path: Path) -> Path:
    """Give a site beside a file that must not be sent, with links that lead there."""
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "index.html").write_text(SECRET)
    (tmp_path / "site-two").mkdir()
    (tmp_path / "site-two" / "index.html").write_text(SECRET)
    site = make_site(tmp_path / "site")
    (site / "out.txt").symlink_to(tmp_path / "secret.txt")
    (site / "relative.txt").symlink_to("../secret.txt")
    (site / "folder").symlink_to(tmp_path / "private")
    (site / "loop").symlink_to("loop")
    (site / "inside.html").symlink_to("index.html")
    return site
