"""Run a command in the image, with the project mounted.

A container is given a name, because ``docker compose run`` leaves it running when it is
interrupted without a terminal (seen with Compose 2.26: exit code 130, container still up).
Whatever ends the run, a container of that name is stopped and removed.
"""

import contextlib
import os
import secrets
import signal
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from toolkit.errors import ImageBuildFailed
from toolkit.host.engine import Engine, find_engine
from toolkit.host.ports import Published, require_free
from toolkit.process import attach, run

IMAGE: Final = "spec14-toolkit"

STOP_SECONDS: Final = 10
"""How long a container may take to end after being asked."""


def inside_image(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the toolchain is on this machine: the image sets ``SPEC14_IMAGE``."""
    return bool(environment.get("SPEC14_IMAGE"))


@dataclass(frozen=True, kw_only=True)
class Job:
    """One command to be run in a container.

    Attributes
    ----------
    root
        The folder of ``compose.yaml``.
    service
        ``toolkit`` or ``tests``.
    words
        The command.
    project
        The project's folder, absolute.
    published
        Where the server is to be reached, for commands that serve.
    image
        The service's.
    name
        The container's.
    """

    root: Path
    service: str
    words: tuple[str, ...]
    project: Path
    published: Published | None = None
    image: str = IMAGE
    name: str = field(default_factory=lambda: f"spec14-{secrets.token_hex(4)}")

    @property
    def compose(self) -> tuple[str, ...]:
        """The words that every call of Compose begins with."""
        file = self.root / "compose.yaml"
        return ("compose", "-f", str(file), "--project-directory", str(self.root))

    def command(self, *, terminal: bool) -> tuple[str, ...]:
        """Give the words for ``docker``.

        Parameters
        ----------
        terminal
            Whether input and output are a terminal; if not, the engine must not ask for one.
        """
        options: list[str] = ["--rm", "--name", self.name]
        if not terminal:
            options.append("--no-TTY")
        if self.published is not None:
            options += ["--publish", self.published.publish]
            options += ["--env", f"SPEC14_PUBLIC_PORT={self.published.port}"]
        return (*self.compose, "run", *options, self.service, *self.words)

    def environment(self) -> dict[str, str]:
        """Give the variables that ``compose.yaml`` reads."""
        return {"PROJECT": str(self.project)}


def run_job(job: Job) -> int:
    """Run a command in a container and give its exit code.

    The image is built first where it is missing. After Ctrl-C (or a termination signal)
    the container is stopped and removed.

    Raises
    ------
    EngineNotRunning, EngineDenied, ToolMissing
        When there is no usable engine.
    PortTaken
        When the job serves and the port is not free.
    ImageBuildFailed
        When the image is missing and cannot be built.
    """
    engine = find_engine()
    if job.published is not None:
        require_free(job.published.host, job.published.port)
    _require_image(engine, job)
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    clean = False
    try:
        with signals_end_us():
            command = [str(engine.docker), *job.command(terminal=terminal)]
            code = attach(command, env=job.environment())
        # A run that was ended from outside may have left its container behind.
        clean = code == 0
    finally:
        if not clean:
            _remove(engine, job.name)
    return code


def _require_image(engine: Engine, job: Job) -> None:
    if run([engine.docker, "image", "inspect", "--format", "{{.Id}}", job.image]).code == 0:
        return
    sys.stderr.write(f"the image {job.image} is not here yet: building it, once\n")
    build_image(engine, job)


def build_image(engine: Engine, job: Job) -> None:
    """Build the image of a job's service, as its files are now.

    Raises
    ------
    ImageBuildFailed
        When it cannot be built.
    """
    command = [str(engine.docker), *job.compose, "--profile", "*", "build", job.service]
    if code := attach(command, env=job.environment()):
        msg = f"the image {job.image} could not be built (exit code {code})"
        raise ImageBuildFailed(
            msg,
            do="see the build's output above; run images/bootstrap if the base image is missing",
        )


def _remove(engine: Engine, name: str) -> None:
    """Stop and remove a container, if it is there; quietly if not."""
    # A second Ctrl-C: not politely any more.
    with contextlib.suppress(KeyboardInterrupt):
        run([engine.docker, "stop", "--time", str(STOP_SECONDS), name])
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        run([engine.docker, "rm", "--force", "--volumes", name])
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def signals_end_us() -> Iterator[None]:
    """Let a signal unwind the stack, so that the container is removed.

    Ctrl-C on a terminal goes into the container as a character (the terminal is in raw
    mode then); as a signal it comes where there is none, and nothing in there has seen it.
    """

    def leave(number: int, _frame: types.FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def host_job(
    *,
    root: Path,
    session: str,
    words: Sequence[str],
    project: Path,
    service: str = "toolkit",
    published: Published | None = None,
) -> Job:
    """Give the job that runs one of our nox sessions in the image.

    Parameters
    ----------
    root
        The folder of ``compose.yaml``.
    session
        The session's name.
    words
        What stands after ``--``.
    project
        The project's folder.
    service
        The service of ``compose.yaml``.
    published
        Where the server is to be reached, for sessions that serve.
    """
    rest = tuple(words)
    if published is not None:
        # The container's loopback interface is not this machine's.
        rest = ("--host", "0.0.0.0", *published.rest)  # noqa: S104
    return Job(
        root=root,
        service=service,
        words=("nox", "-s", session, *(("--", *rest) if rest else ())),
        project=project,
        published=published,
    )
