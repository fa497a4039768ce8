"""nox on the user's machine: sessions that run once more in the image, and what goes wrong."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from tests.image.conftest import Compose
from tests.image.containers import Owner
from tests.image.machine import begin, free_port, nox, nox_words

Copy = Callable[..., Path]
NOBODY = Owner(uid=65534, gid=65534)


def test_the_engine_is_not_running(work: Path) -> None:
    dead = work / "dead.sock"
    ran = nox("-s", "wasm-build", env={"DOCKER_HOST": f"unix://{dead}"})
    ran.refused(11, str(dead))


def test_there_is_no_engine(work: Path) -> None:
    program = shutil.which("nox")
    if program is None:
        pytest.skip("nox is not on PATH")
    path = work / "path"
    path.mkdir()
    (path / "nox").symlink_to(program)
    ran = nox("-s", "wasm-build", env={"PATH": str(path)})
    ran.refused(11, "images/bootstrap")


@pytest.fixture
def closed_socket() -> Iterator[Path]:
    """A socket that somebody listens on, and nobody but root may open."""
    with tempfile.TemporaryDirectory(prefix="spec14-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "engine.sock"))
            listener.listen()
            (folder / "engine.sock").chmod(0)
            yield folder / "engine.sock"


def test_no_rights_to_the_engine(closed_socket: Path) -> None:
    user = NOBODY if os.getuid() == 0 else None
    env = {"DOCKER_HOST": f"unix://{closed_socket}", "HOME": "/nonexistent"}
    if nox("--list", user=user, env=env).code != 0:
        pytest.skip(f"uid {NOBODY.uid} cannot read nox or this checkout")
    ran = nox("-s", "wasm-build", env=env, user=user)
    ran.refused(12, "docker")


@pytest.mark.parametrize("session", ["serve", "preview"])
def test_the_port_is_taken(session: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        nox("-s", session, env={"PORT": str(port)}).refused(13, str(port))
        nox("-s", session, "--", "--port", str(port)).refused(13, str(port))


def test_the_project_does_not_exist(work: Path) -> None:
    misspelt = work / "mispelt"
    nox("-s", "wasm-build", env={"PROJECT": str(misspelt)}).refused(20, str(misspelt))
    assert not misspelt.exists()


def test_the_project_is_a_file(work: Path) -> None:
    file = work / "file"
    file.touch()
    nox("-s", "wasm-build", env={"PROJECT": str(file)}).refused(21, str(file))


def test_the_project_has_no_pyproject(work: Path) -> None:
    nox("-s", "wasm-build", env={"PROJECT": str(work)}).refused(22, "pyproject.toml")


def test_a_session_on_the_host_is_the_session_in_the_image(
    compose: Compose, copy_of: Copy, client: docker.DockerClient
) -> None:
    """A relative PROJECT, from the folder beside it; the exit code is pytest's."""
    project = copy_of("pure")
    env = compose.environment(PROJECT=f"./{project.name}")
    before = {container.id for container in client.containers.list(all=True)}
    ran = nox("-s", "wasm-test", cwd=project.parent, env=env)
    assert ran.code == 0, ran.output
    assert " passed" in ran.output
    owner = {path.lstat().st_uid for path in (project / ".spec14").rglob("*")}
    assert owner == {compose.owner.uid}
    failed = nox("-s", "wasm-test", "--", "-k", "no_such_test", cwd=project.parent, env=env)
    assert failed.code == 5, failed.output
    ours = [
        container
        for container in client.containers.list(all=True)
        if container.id not in before and container.name.startswith("spec14-")
    ]
    assert [c for c in ours if c.labels.get("com.docker.compose.project") == compose.name] == []


def test_serving_from_the_host(compose: Compose, copy_of: Copy) -> None:
    """The port is published for as long as the session lasts; Ctrl-C ends it with 130."""
    project = copy_of("pure")
    port = free_port()
    env = compose.environment(PROJECT=str(project))
    docs = nox("-s", "docs", env=env)
    assert docs.code == 0, docs.output
    session = begin(*nox_words("-s", "serve", "--", "--port", str(port)), env=env)
    try:
        assert status(port, 60) == 200
        session.send_signal(signal.SIGINT)
        output, _ = session.communicate(timeout=40)
    finally:
        session.kill()
        session.wait()
    assert session.returncode == 130, output
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=3).close()


def status(port: int, seconds: float) -> int:
    """Give the status of the front page, once there is one; 0 if there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        server = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        # The engine's proxy takes connections before the server does.
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.request("GET", "/")
            found: int = server.getresponse().status
            server.close()
            return found
        server.close()
        time.sleep(0.3)
    return 0
