"""The README's lines for a project, typed as they stand there."""

import contextlib
import http.client
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.image.conftest import Compose
from tests.image.containers import Owner
from tests.image.machine import IGNORED, ROOT, free_port, here

Copy = Callable[..., Path]
README: Final = ROOT / "README.md"
SECONDS: Final = 400
"""How long it may take until the site is served; what comes after shows that it was not."""

ON_A_PROJECT: Final = (
    "nox -s wasm-build",
    "nox -s wasm-test",
    "nox -s docs",
    "docker compose run --rm toolkit spec14 wheel",
    "docker compose run --rm toolkit spec14 test",
    "docker compose run --rm toolkit spec14 docs",
    "docker compose run --rm toolkit spec14 verify",
    "docker compose run --rm toolkit spec14 check",
    "docker compose run --rm toolkit spec14 info",
)
THAT_SERVE: Final = (
    "PROJECT=../my-package docker compose up",
    "PROJECT=../my-package nox -s preview",
    "nox -s serve",
)


@pytest.fixture(scope="module")
def my_package(copy_of: Copy) -> Path:
    return copy_of("pure")


@pytest.mark.parametrize("line", ON_A_PROJECT)
def test_it_works(compose: Compose, my_package: Path, line: str) -> None:
    assert line in README.read_text("utf-8")
    ran = here("sh", "-c", line, env=compose.environment(PROJECT=str(my_package)), seconds=600)
    assert ran.code == 0, ran.output


@pytest.mark.parametrize("line", THAT_SERVE)
def test_it_serves_until_ctrl_c(compose: Compose, my_package: Path, line: str) -> None:
    assert line in README.read_text("utf-8")
    port = free_port()
    typed = line.replace("../my-package", os.path.relpath(my_package, ROOT))
    env = compose.environment(PORT=str(port), PROJECT=str(my_package))
    code, output = typed_until_ctrl_c(typed, env, port)
    assert f"http://127.0.0.1:{port}/" in output
    # 2 is what `docker compose up` (2.26) makes of Ctrl-C.
    assert code in ({2, 130} if "compose" in line else {130}), output


def typed_until_ctrl_c(line: str, env: dict[str, str], port: int) -> tuple[int, str]:
    """Type a line, wait until the site is served, press Ctrl-C; give exit code and output."""
    clean = {name: value for name, value in os.environ.items() if name not in IGNORED}
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            # Without a shell around it.
            ["env", *line.split()],
            cwd=ROOT,
            env={**clean, **env},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as child,
    ):
        try:
            end = time.monotonic() + SECONDS
            while child.poll() is None and not served(port) and time.monotonic() < end:
                time.sleep(0.5)
            # A terminal tells them all: of two, docker and its plugin, each may rely on that.
            os.killpg(child.pid, signal.SIGINT)
            child.wait(timeout=60)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
        said.seek(0)
        return child.returncode, said.read()


def served(port: int) -> bool:
    """Say whether a page is served there now."""
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(server), contextlib.suppress(OSError, http.client.HTTPException):
        server.request("GET", "/")
        return server.getresponse().status == http.client.OK
    return False


def test_the_line_for_ci(copy_of: Copy) -> None:
    """As the image's own user: the line names none."""
    line = 'docker run --rm -v "$PWD:/project" spec14-toolkit nox -s wasm-test'
    assert line in README.read_text("utf-8")
    project = copy_of("pure", owned_by=Owner(uid=1000, gid=1000))
    ran = here("sh", "-c", line, cwd=project)
    assert ran.code == 0, ran.output
    assert " passed" in ran.output
