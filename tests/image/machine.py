"""Commands on this machine, as a user would type them."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.image.containers import Owner, Ran

ROOT: Final = Path(__file__).resolve().parents[2]

# What a person's shell may hold and must not decide a test.
IGNORED: Final = ("PROJECT", "PORT", "NOXSESSION", "SPEC14_UID", "SPEC14_GID", "SPEC14_IMAGE")


def here(
    *words: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    seconds: float = 180,
    user: Owner | None = None,
) -> Ran:
    """Run a command; after `seconds` all of its processes are ended and the test fails.

    Parameters
    ----------
    words
        The command.
    env
        Variables laid over this process's own.
    cwd
        Where.
    seconds
        The limit.
    user
        Another user than this one (only root can).
    """
    child = begin(*words, env=env, cwd=cwd, user=user)
    try:
        output, _ = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGTERM)
        try:
            output, _ = child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output, _ = child.communicate()
        pytest.fail(f"still running after {seconds} s: {words}\n{output}")
    return Ran(code=child.returncode, output=output)


def begin(
    *words: str | Path,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    user: Owner | None = None,
) -> subprocess.Popen[str]:
    """Start a command, in a session of its own."""
    clean = {name: value for name, value in os.environ.items() if name not in IGNORED}
    return subprocess.Popen(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


def nox_words(*words: str) -> list[str | Path]:
    """Give the words that run nox, the program that runs these tests, with our noxfile."""
    program = shutil.which("nox")
    if program is None:
        pytest.skip("nox is not on PATH")
    return [program, "-f", ROOT / "noxfile.py", *words]


def nox(
    *words: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    seconds: float = 180,
    user: Owner | None = None,
) -> Ran:
    """Run nox to its end."""
    return here(*nox_words(*words), env=env, cwd=cwd, seconds=seconds, user=user)


def free_port() -> int:
    """Give a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
