"""What ``spec14 serve --export`` writes, run by the real servers: same answers for every file."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from tests.image.conftest import BuiltDemo
from tests.image.containers import Containers, bind
from tests.image.hosting import (
    CADDY_COMMAND,
    CONF,
    HOSTS,
    NGINX_COMMAND,
    PORTS,
    PUBLISHED,
    caddyfile,
    nginx_conf,
    ports_of,
)
from tests.image.machine import here

CODINGS: Final = ("identity", "br", "zstd", "gzip", "gzip, deflate, br, zstd")
COMPARED: Final = (
    "Cache-Control",
    "Content-Encoding",
    "Content-Length",
    "Content-Type",
    "Cross-Origin-Embedder-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Vary",
    "X-Content-Type-Options",
)
COMMANDS: Final = {"nginx": NGINX_COMMAND, "caddy": CADDY_COMMAND}
WRITERS: Final = {"nginx": nginx_conf, "caddy": caddyfile}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What came back: the status, the headers that matter, the bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Hosted:
    """Our server and a real one before the same site.

    Attributes
    ----------
    ports
        On this machine, by the servers' names.
    base
        Path of the site's root.
    site
        Its folder.
    """

    ports: dict[str, int]
    base: str
    site: Path

    def ask(self, server: str, path: str, **headers: str) -> Sent:
        """Ask a server."""
        link = http.client.HTTPConnection("127.0.0.1", self.ports[server], timeout=20)
        try:
            link.request("GET", path, headers=headers)
            answer = link.getresponse()
            body = answer.read()
        finally:
            link.close()
        found = {name: answer.getheader(name, "") for name in COMPARED}
        return Sent(status=answer.status, headers=found, body=body)


@pytest.fixture(scope="module")
def precompressed(containers: Containers, demo: BuiltDemo) -> Path:
    """Give the demo's site with its compressed copies; build the image of the real servers."""
    built = here("docker", "compose", "build", "--quiet", "hosts", seconds=600)
    assert built.code == 0, built.output
    ran = containers.run(
        *("spec14", "precompress"), project=demo.project, user=str(demo.owner), seconds=400
    )
    assert ran.code == 0, ran.output
    return demo.project / ".spec14" / "site"


@contextmanager
def hosted(
    containers: Containers, demo: BuiltDemo, conf: Path, case: tuple[str, str, str]
) -> Iterator[Hosted]:
    """Start a real server with what we export, and ours beside it."""
    server, profile, base = case
    options = ("--profile", profile, "--base-path", base)
    exported = containers.run(
        *("spec14", "serve", "--export", server, "--site", "/site", *options),
        *("--host", "0.0.0.0", "--port", str(PORTS[server])),
        project=demo.project,
    )
    assert exported.code == 0, exported.output
    WRITERS[server](conf, exported.output)
    site = demo.project / ".spec14" / "site"
    with (
        containers.started(
            *COMMANDS[server],
            image=HOSTS,
            mounts=[bind(site, "/site", read_only=True), bind(conf, CONF, read_only=True)],
            user=str(demo.owner),
            environment={"HOME": "/tmp", "XDG_DATA_HOME": "/tmp", "XDG_CONFIG_HOME": "/tmp"},
            network_mode="bridge",
            ports=PUBLISHED,
        ) as real,
        containers.started(
            *("spec14", "--quiet", "serve", "--host", "0.0.0.0", "--port", str(PORTS["ours"])),
            *options,
            project=demo.project,
            user=str(demo.owner),
            network_mode=f"container:{real.id}",
        ),
    ):
        yield Hosted(ports=ports_of(real, server), base=base, site=site)


@pytest.fixture(
    scope="module",
    params=[
        ("nginx", "pages", "/"),
        ("nginx", "isolated", "/project/en/stable/"),
        ("caddy", "credentialless", "/"),
        ("caddy", "isolated", "/project/en/stable/"),
    ],
    ids=lambda given: "-".join(part.strip("/").replace("/", "_") or "root" for part in given),
)
def both(
    request: pytest.FixtureRequest,
    containers: Containers,
    demo: BuiltDemo,
    precompressed: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Hosted]]:
    """Give the name of a real server, and it and ours before the demo's site."""
    del precompressed
    server = request.param[0]
    conf = tmp_path_factory.mktemp(server)
    conf.parent.chmod(0o755)
    with hosted(containers, demo, conf, request.param) as running:
        yield server, running


def test_every_file_is_answered_alike(both: tuple[str, Hosted]) -> None:
    server, running = both
    files = sorted(file for file in running.site.rglob("*") if file.is_file())
    assert len(files) > 300
    different = []
    for file in files:
        path = running.base + quote(file.relative_to(running.site).as_posix())
        # One of the two profiles is asked for every coding: what is sent does not depend on it.
        for codings in CODINGS if running.base == "/" else CODINGS[-1:]:
            ours = running.ask("ours", path, **{"Accept-Encoding": codings})
            theirs = running.ask(server, path, **{"Accept-Encoding": codings})
            assert ours.status == 200
            if server == "caddy" and not ours.headers["Vary"]:
                # file_server says it of every file once it knows of copies: true of none less.
                theirs.headers["Vary"] = ""
            if ours != theirs:
                different.append((path, codings, ours.headers, theirs.status, theirs.headers))
    assert different == []


def test_folders_and_what_is_not_there(both: tuple[str, Hosted]) -> None:
    server, running = both
    for path in ("", "lite/", "lite/tree/"):
        ours, theirs = (running.ask(name, running.base + path) for name in ("ours", server))
        assert ours == theirs
        assert ours.status == 200
    for path in ("lite", "lite/tree"):
        for name in ("ours", server):
            assert running.ask(name, running.base + path).status in (301, 307, 308)
    for path in ("none", "none.html", "lite/none.js", "854.f13376e60180af10.js"):
        ours, theirs = (running.ask(name, running.base + path) for name in ("ours", server))
        assert (ours.status, theirs.status) == (404, 404)
        for header in ("Cache-Control", "Cross-Origin-Opener-Policy", "X-Content-Type-Options"):
            assert ours.headers[header] == theirs.headers[header], (path, header)


def test_below_the_base_only(both: tuple[str, Hosted]) -> None:
    server, running = both
    for name in ("ours", server):
        if running.base == "/":
            continue
        assert running.ask(name, "/").status in (301, 307, 308)
        assert running.ask(name, running.base.rstrip("/")).status in (301, 307, 308)
        assert running.ask(name, "/index.html").status == 404
        assert running.ask(name, "/api.html").status == 404


def test_no_path_leads_out(both: tuple[str, Hosted]) -> None:
    server, running = both
    for name in ("ours", server):
        for path in ("../../../conf/site.conf", "%2e%2e/%2e%2e/etc/passwd", "..%2f..%2fetc/passwd"):
            answer = running.ask(name, running.base + path)
            assert answer.status in (400, 404)
            assert b"root:" not in answer.body
