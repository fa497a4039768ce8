"""The one door to other programs.

No shell, ever: a command is a sequence of words. Every child is started in a
process group of its own, so that Ctrl-C and a time limit end the grandchildren
(compilers, Node) too.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from toolkit.errors import ToolMissing

GRACE: Final = 5.0
"""Seconds between asking a process group to end and ending it."""


class Watcher(Protocol):
    """Who is told of the programs that a thread runs."""

    def add(self, child: subprocess.Popen[str]) -> None:
        """Take note of a program that was started."""

    def discard(self, child: subprocess.Popen[str]) -> None:
        """Forget a program that has ended."""


of_thread: Final = threading.local()
"""Its ``watcher`` is told of every program that the thread starts (:mod:`toolkit.crew`)."""


_running: Final[set[subprocess.Popen[str]]] = set()


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a program left behind.

    Attributes
    ----------
    command
        The words it was started with.
    code
        Its exit code; negative is the number of the signal that ended it.
    output
        What it wrote (standard output and error in one, in the order written).
    """

    command: tuple[str, ...]
    code: int
    output: str

    def tail(self, lines: int = 25) -> str:
        """Give the last `lines` lines of the output."""
        return "\n".join(self.output.rstrip().splitlines()[-lines:])


def find_tool(name: str, *, do: str = "run this inside the spec14-toolkit image") -> Path:
    """Give the path of a program.

    Raises
    ------
    ToolMissing
        When it is not on ``PATH``.
    """
    if found := shutil.which(name):
        return Path(found)
    msg = f"the program {name!r} is not on this machine's PATH"
    raise ToolMissing(msg, do=do)


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    own_env: bool = False,
    on_line: Callable[[str], None] | None = None,
    timeout: float | None = None,
) -> Finished:
    """Run a program to its end and keep what it wrote.

    Parameters
    ----------
    command
        Words; the first is the program.
    cwd
        Folder to run in.
    env
        Variables laid over this process's own.
    own_env
        Whether `env` is all of its environment.
    on_line
        Called with each line as it is written (without the line end).
    timeout
        Seconds; after it the whole process group is ended.

    Raises
    ------
    ToolMissing
        When the program does not exist.
    subprocess.TimeoutExpired
        After `timeout`.
    """
    with started(command, cwd=cwd, env=env, stdout=subprocess.PIPE, own_env=own_env) as child:
        lines: list[str] = []
        with _limit(child, timeout) as overdue:
            for line in child.stdout or ():
                lines.append(line)
                if on_line is not None:
                    on_line(line.rstrip("\r\n"))
            code = child.wait()
        if overdue():
            raise subprocess.TimeoutExpired(_words(command), timeout or 0.0, "".join(lines))
    return Finished(command=_words(command), code=code, output="".join(lines))


def attach(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> int:
    """Run a program on this process's own terminal and give its exit code.

    After Ctrl-C it is waited for: it may have last words to say.
    """
    with started(command, cwd=cwd, env=env, stdout=None, own_group=False) as child:
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                # A terminal sends the signal to both; `docker stop` and a CI job to us alone.
                if not _terminal_signals_us():
                    child.send_signal(signal.SIGINT)


@contextlib.contextmanager
def started(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] | None = subprocess.DEVNULL,
    own_group: bool = True,
    own_env: bool = False,
    pass_fds: Sequence[int] = (),
) -> Iterator[subprocess.Popen[str]]:
    """Start a program; on the way out of the block its process group is ended.

    Parameters
    ----------
    command
        Words; the first is the program.
    cwd
        Folder to run in.
    env
        Variables laid over this process's own.
    stdout
        Where both its outputs go; this process's own for ``None``.
    own_group
        Whether it gets a process group of its own, and no standard input.
    own_env
        Whether `env` is all of its environment.
    pass_fds
        File descriptors that it inherits, under the same numbers.
    """
    words = _words(command)
    try:
        child = subprocess.Popen(
            words,
            cwd=cwd,
            env={**({} if own_env else os.environ), **(env or {})},
            stdin=subprocess.DEVNULL if own_group else None,
            stdout=stdout,
            stderr=subprocess.STDOUT if stdout is not None else None,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=own_group,
            pass_fds=pass_fds,
        )
    except (FileNotFoundError, PermissionError) as error:
        if cwd is not None and not cwd.is_dir():
            raise
        msg = f"the program {words[0]!r} cannot be started: {error.strerror}"
        raise ToolMissing(msg, do="run this inside the spec14-toolkit image") from error
    watcher: Watcher | None = getattr(of_thread, "watcher", None)
    try:
        if watcher is not None:
            watcher.add(child)
        yield child
    finally:
        if child.poll() is None:
            end(child, group=own_group)
        if watcher is not None:
            watcher.discard(child)
        if child.stdout is not None:
            child.stdout.close()


def end(child: subprocess.Popen[str], *, group: bool = True) -> None:
    """End a child (and its process group), first politely."""

    def send(number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if group:
                os.killpg(child.pid, number)
            else:
                child.send_signal(number)

    try:
        send(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(GRACE)
    finally:
        # After the grace, or at once at a second Ctrl-C; grandchildren may outlive the child.
        send(signal.SIGKILL)
        child.wait()


def _terminal_signals_us() -> bool:
    """Whether Ctrl-C on the controlling terminal reaches this process group."""
    try:
        with Path("/dev/tty").open("rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


@contextlib.contextmanager
def _limit(child: subprocess.Popen[str], timeout: float | None) -> Iterator[Callable[[], bool]]:
    passed = threading.Event()

    def ring() -> None:
        passed.set()
        end(child)

    timer = threading.Timer(timeout, ring) if timeout is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield passed.is_set
    finally:
        if timer is not None:
            timer.cancel()


def _words(command: Sequence[str | Path]) -> tuple[str, ...]:
    return tuple(str(word) for word in command)
