"""Containers for tests: bounded in time, and removed by their id whatever happens."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests
from docker import DockerClient
from docker.models.containers import Container
from docker.types import Mount

IMAGE: Final = "spec14-toolkit"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    output: str

    def refused(self, code: int, *words: str) -> None:
        """Check that it is one of our errors: two lines, its own code, nothing of Python's."""
        assert self.code == code, self.output
        lines = self.output.rstrip().splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1, self.output
        assert any(line.startswith("  next: ") for line in lines), self.output
        assert "Traceback" not in self.output
        for word in words:
            assert word in self.output


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The user whose projects are worked on."""

    uid: int
    gid: int

    def __str__(self) -> str:
        return f"{self.uid}:{self.gid}"


def bind(folder: Path, target: str = "/project", *, read_only: bool = False) -> Mount:
    """Show a folder of this machine to a container."""
    return Mount(target=target, source=str(folder), type="bind", read_only=read_only)


@dataclass(frozen=True, kw_only=True)
class Containers:
    """Runs commands in the image: without a network unless told otherwise."""

    client: DockerClient

    def run(self, *words: str, seconds: float = 180, **options: Any) -> Ran:
        """Run a command to its end."""
        with self.started(*words, **options) as container:
            return self.ended(container, seconds)

    @contextlib.contextmanager
    def started(
        self, *words: str, project: Path | None = None, image: str = IMAGE, **options: Any
    ) -> Iterator[Container]:
        """Give a container that runs; it is removed on the way out of the block."""
        mounts = [bind(project)] if project else []
        given: Mapping[str, Any] = {
            "network_mode": "none",
            "init": True,
            "mounts": mounts + options.pop("mounts", []),
            **options,
        }
        container = self.client.containers.create(image, list(words) or None, **given)
        try:
            container.start()
            yield container
        finally:
            container.remove(force=True, v=True)

    def ended(self, container: Container, seconds: float) -> Ran:
        """Wait for the end of a container."""
        began = time.monotonic()
        try:
            code = container.wait(timeout=seconds)["StatusCode"]
        except (requests.ReadTimeout, requests.ConnectionError) as error:
            said = container.logs(tail=40).decode("utf-8", "replace")
            waited = time.monotonic() - began
            raise AssertionError(f"still running after {waited:.0f} s:\n{said}") from error
        return Ran(code=code, output=container.logs().decode("utf-8", "replace"))


def healthy(container: Container, seconds: float) -> str:
    """Give the health of a container once it is known; or what it is when time is up."""
    end = time.monotonic() + seconds
    while True:
        container.reload()
        state = container.attrs["State"]
        health: str = state.get("Health", {}).get("Status", "no health check")
        if health in {"healthy", "unhealthy"} or not state["Running"]:
            return health if state["Running"] else f"ended with code {state['ExitCode']}"
        if time.monotonic() > end:
            return health
        time.sleep(0.5)
