"""Compose up and down, under a random project name and on a free port."""

import http.client
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from tests.image.conftest import BuiltDemo, Compose
from tests.image.containers import healthy
from tests.image.machine import free_port


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The service, up."""

    container: Container
    port: int

    def get(self, path: str, host: str | None = None) -> tuple[int, dict[str, str], bytes]:
        """Ask for a page; `host` stands in the Host header."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            server.request("GET", path, headers={"Host": host} if host else {})
            answer = server.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        finally:
            server.close()


@pytest.fixture(scope="module")
def preview(client: docker.DockerClient, compose: Compose, demo: BuiltDemo) -> Preview:
    port = free_port()
    up = compose("up", "--detach", "--no-build", PROJECT=str(demo.project), PORT=str(port))
    assert up.code == 0, up.output
    (container,) = of_project(client, compose)
    health = healthy(container, 240)
    assert health == "healthy", container.logs().decode("utf-8", "replace")
    return Preview(container=container, port=port)


def of_project(client: docker.DockerClient, compose: Compose) -> list[Container]:
    label = f"com.docker.compose.project={compose.name}"
    found: list[Container] = client.containers.list(all=True, filters={"label": label})
    return found


def test_up_starts_the_preview_alone(
    client: docker.DockerClient, compose: Compose, preview: Preview
) -> None:
    services = [c.labels["com.docker.compose.service"] for c in of_project(client, compose)]
    assert services == ["preview"]


def test_it_says_the_address_to_type(preview: Preview) -> None:
    assert f"http://127.0.0.1:{preview.port}/".encode() in preview.container.logs()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/api.html", "text/html"),
        ("/lite/index.html", "text/html"),
    ],
)
def test_pages_are_served(preview: Preview, path: str, kind: str) -> None:
    status, headers, body = preview.get(path)
    assert status == 200
    assert headers["content-type"].startswith(kind)
    assert headers["x-content-type-options"] == "nosniff"
    assert body


def test_the_page_offers_to_try_it(preview: Preview) -> None:
    assert b"try_examples_button" in preview.get("/api.html")[2]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.nip.io"])
def test_another_host_header_is_421(preview: Preview, host: str) -> None:
    assert preview.get("/", host)[0] == 421


def test_it_is_published_on_the_loopback_interface_only(
    client: docker.DockerClient, preview: Preview
) -> None:
    ports: dict[str, Any] = preview.container.attrs["NetworkSettings"]["Ports"]
    published = [binding for bindings in ports.values() for binding in bindings or []]
    assert published == [{"HostIp": "127.0.0.1", "HostPort": str(preview.port)}]
    config = client.networks.get("bridge").attrs["IPAM"]["Config"][0]
    if gateway := config.get("Gateway"):
        with pytest.raises(OSError, match=r"refused|timed out"):
            socket.create_connection((gateway, preview.port), timeout=3).close()


def test_it_runs_as_the_owner_of_the_project_without_rights(
    preview: Preview, demo: BuiltDemo
) -> None:
    attributes = preview.container.attrs
    assert attributes["Config"]["User"] == str(demo.owner)
    assert attributes["HostConfig"]["CapDrop"] == ["ALL"]
    assert not [mount for mount in attributes["Mounts"] if "docker.sock" in mount["Source"]]


def test_what_compose_wrote_belongs_to_that_owner(preview: Preview, demo: BuiltDemo) -> None:
    owners = {path.lstat().st_uid for path in demo.project.rglob("*")}
    assert owners == {demo.owner.uid}


def test_any_command_with_the_project_mounted(compose: Compose, demo: BuiltDemo) -> None:
    ran = compose("run", "--rm", "toolkit", "spec14", "info", PROJECT=str(demo.project))
    assert ran.code == 0, ran.output
    listed = compose("run", "--rm", "toolkit", "ls", PROJECT=str(demo.project))
    assert "pyproject.toml" in listed.output
    failed = compose("run", "--rm", "toolkit", "sh", "-c", "exit 7", PROJECT=str(demo.project))
    assert failed.code == 7


def test_a_misspelt_project_is_an_error_and_no_folder(compose: Compose, work: Path) -> None:
    misspelt = work / "no-such-project"
    ran = compose("run", "--rm", "toolkit", "spec14", "info", PROJECT=str(misspelt))
    assert ran.code != 0
    assert str(misspelt) in ran.output
    assert not misspelt.exists()


def test_down_ends_it_in_good_order_and_leaves_nothing(
    client: docker.DockerClient, compose: Compose, preview: Preview
) -> None:
    stopped = compose("stop", PROJECT="/")
    assert stopped.code == 0, stopped.output
    preview.container.reload()
    # Not 137: it ended by itself, within its ten seconds.
    assert preview.container.attrs["State"]["ExitCode"] == 130
    down = compose.down()
    assert down.code == 0, down.output
    assert of_project(client, compose) == []
    label = f"com.docker.compose.project={compose.name}"
    assert client.networks.list(filters={"label": label}) == []
