"""Find the container engine, and say precisely what is wrong with it."""

import contextlib
import getpass
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import EngineDenied, EngineNotRunning, ToolMissing
from toolkit.process import run

PATIENCE: Final = 30.0
"""Seconds after which an engine that does not answer is taken for dead."""

BOOTSTRAP: Final = "run images/bootstrap"


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine that answers.

    Attributes
    ----------
    docker
        The command line client.
    version
        The version of the engine (not of the client).
    compose
        The version of Compose.
    """

    docker: Path
    version: str
    compose: str


def find_engine() -> Engine:
    """Give the engine of this machine.

    Raises
    ------
    EngineNotRunning
        When there is none, or it does not answer.
    EngineDenied
        When it does not let this user in.
    ToolMissing
        When it has no Compose v2.
    """
    found = shutil.which("docker")
    if found is None:
        msg = "there is no container engine on this machine (no program docker on PATH)"
        raise EngineNotRunning(msg, do=BOOTSTRAP)
    docker = Path(found)
    version = _engine_version(docker)
    code, compose = _ask(docker, "compose", "version", "--short")
    if code != 0 or compose.startswith(("1.", "v1.")):
        msg = "the container engine has no Compose v2"
        raise ToolMissing(msg, do=BOOTSTRAP)
    return Engine(docker=docker, version=version, compose=compose)


def _engine_version(docker: Path) -> str:
    code, answer = _ask(docker, "version", "--format", "{{.Server.Version}}")
    if code == 0:
        return answer
    if "permission denied" in answer.lower():
        user = _user()
        msg = f"the container engine does not let {user} in"
        raise EngineDenied(
            msg,
            do=f"sudo usermod -aG docker {user}, log in again (that group can become root)",
            detail=answer,
        )
    place = os.environ.get("DOCKER_HOST")
    msg = "the container engine does not answer" + (f" at DOCKER_HOST={place}" if place else "")
    do = "start it, or unset DOCKER_HOST" if place else f"start it, or {BOOTSTRAP}"
    raise EngineNotRunning(msg, do=do, detail=answer)


def _user() -> str:
    # A uid need not have a passwd entry. KeyError before Python 3.13.
    with contextlib.suppress(KeyError, OSError):
        return getpass.getuser()
    return f"uid {os.getuid()}"


def _ask(docker: Path, *words: str) -> tuple[int, str]:
    try:
        finished = run([docker, *words], timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {PATIENCE:.0f} s"
    return finished.code, finished.output.strip()
