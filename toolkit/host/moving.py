"""``nox -s update-pins``: a proposal from the container, laid over the working tree and proved.

The image of the new set is built (which ends with the smoke test and ``spec14 info``), then the
corpus is run with it. Whatever fails or interrupts that, every file and the image's name are put
back: a set of pins is moved as a whole or not at all.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from toolkit.errors import ImageBuildFailed, MoveRefused, ProjectBusy, not_writable
from toolkit.host.backup import Backup, replace
from toolkit.host.container import IMAGE, Job, build_image, host_job, run_job, signals_end_us
from toolkit.host.engine import Engine, find_engine
from toolkit.process import run

FOLDER: Final = Path(".spec14") / "upkeep"
CHANGELOG: Final = "CHANGELOG.md"
DEBIAN_LOCK: Final = "images/debian.lock"
CORPUS_PAGE: Final = "docs/corpus.md"
LATER: Final = (DEBIAN_LOCK, CORPUS_PAGE)
"""What the proof writes besides the files of the proposal."""
BEFORE: Final = f"{IMAGE}:before-move"
UPKEEP: Final = ("python", "-m", "toolkit.upkeep")
OTHER: Final = "every file is as it was; hold a package back in images/requirements, or --kernel"


def update_pins(root: Path, words: Sequence[str]) -> int:
    """Move the whole set of pins, or show what would move.

    Parameters
    ----------
    root
        The folder of ``compose.yaml``.
    words
        What stands after ``--``: ``--plan``, ``--check`` and so on.

    Returns
    -------
    int
        The exit code of what ran in the container; 0 after a move.

    Raises
    ------
    MoveRefused
        When the new set does not pass its proof; every file is as it was.
    ProjectBusy
        When another move runs here.
    EngineNotRunning, EngineDenied, ToolMissing, ImageBuildFailed
        As for every session in a container.
    """
    engine = find_engine()
    folder = _own_folder(root)
    with _alone(folder):
        backup = Backup(root=root, folder=folder / "before")
        if backup.is_there:
            say("a move that was interrupted is undone first")
            _told(backup.restore())
            _name_back(engine)
        asking = _job(root, "upkeep", (*UPKEEP, *words), image="spec14-upkeep")
        build_image(engine, asking)
        if code := run_job(asking):
            return code
        proposal = read_proposal(folder / "proposal")
        if proposal is None:
            return 0
        _prove(Move(engine=engine, root=root, proposal=proposal, backup=backup))
    return 0


@dataclass(frozen=True, kw_only=True)
class Move:
    """A move on its way.

    Attributes
    ----------
    engine
        The container engine.
    root
        The working tree.
    proposal
        New contents by path.
    backup
        What was there before.
    """

    engine: Engine
    root: Path
    proposal: dict[str, bytes]
    backup: Backup


def read_proposal(folder: Path) -> dict[str, bytes] | None:
    """Give the files of a proposal; ``None`` where there is none.

    Raises
    ------
    MoveRefused
        When it is damaged, or names a file out of the working tree.
    """
    record = folder / "move.json"
    if not record.is_file():
        return None
    try:
        names: list[str] = json.loads(record.read_text("utf-8"))["files"]
        for name in names:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise ValueError(name)  # noqa: TRY301 - the same words for every reason
        return {name: (folder / "files" / name).read_bytes() for name in names}
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"the proposal in {folder} is damaged: {error}"
        raise MoveRefused(msg, do="run nox -s update-pins again") from error


def _prove(move: Move) -> None:
    with signals_end_us():
        move.backup.take({**dict.fromkeys(LATER), **move.proposal})
        try:
            _keep_name(move.engine)
            for name, content in move.proposal.items():
                if name != CHANGELOG:
                    _put(move, name, content)
            _build(move)
            _whole(move)
            _corpus(move)
            _put(move, CHANGELOG, move.proposal[CHANGELOG])
        except BaseException:
            _undo(move)
            raise
        move.backup.forget()
    run([move.engine.docker, "rmi", BEFORE])
    say("moved; look at the difference (git diff), run nox -s tests and nox -s image-test, commit")


def _put(move: Move, name: str, content: bytes) -> None:
    try:
        replace(move.root / name, content)
    except OSError as error:
        msg = f"{name} cannot be written: {error.strerror}"
        raise MoveRefused(msg, do="make room, or give yourself the right to write it") from error


def _build(move: Move) -> None:
    say("building the image of the new set; it ends with the smoke test")
    job = _job(move.root, "toolkit", ())
    try:
        build_image(move.engine, job)
    except ImageBuildFailed as error:
        msg = f"the new set was refused: {error.what}"
        raise MoveRefused(msg, do=f"see the build's output above; {OTHER}") from error
    words = ["run", "--rm", "--network", "none", IMAGE, "cat", f"/opt/spec14/{DEBIAN_LOCK}"]
    done = run([move.engine.docker, *words])
    if done.code != 0 or not done.output.strip():
        msg = "the new image does not tell its Debian packages"
        raise MoveRefused(msg, do=OTHER, detail=done.tail())
    _put(move, DEBIAN_LOCK, done.output.encode())


def _whole(move: Move) -> None:
    """See that the files agree with the Debian packages that the image really got."""
    if code := run_job(_job(move.root, "tests", (*UPKEEP, "--whole"))):
        msg = f"the new set was refused: its files do not agree (exit code {code})"
        raise MoveRefused(msg, do="run nox -s update-pins again: Debian may have moved meanwhile")


def _corpus(move: Move) -> None:
    say(
        "running the corpus with the new set: about an hour; what is known already is not run again"
    )
    job = host_job(root=move.root, session="corpus", words=(), project=move.root, service="tests")
    if code := run_job(job):
        msg = f"the new set was refused: the corpus does not end as it should (exit code {code})"
        raise MoveRefused(msg, do=f"see its last lines and .spec14/corpus; {OTHER}")


def _undo(move: Move) -> None:
    """Put files and image back; no signal comes in between."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        _told(move.backup.restore())
        _name_back(move.engine)
        say(f"every file is as it was; the set that was refused lies in {FOLDER}/proposal")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told(kept: Sequence[str]) -> None:
    for name in kept:
        say(f"{name}: changed by somebody else meanwhile, kept here")


def _keep_name(engine: Engine) -> None:
    # Without an image there is no name to be kept.
    run([engine.docker, "tag", IMAGE, BEFORE])


def _name_back(engine: Engine) -> None:
    if run([engine.docker, "image", "inspect", "--format", "{{.Id}}", BEFORE]).code == 0:
        run([engine.docker, "tag", BEFORE, IMAGE])
        run([engine.docker, "rmi", BEFORE])


def _job(root: Path, service: str, words: tuple[str, ...], image: str = IMAGE) -> Job:
    return Job(root=root, service=service, words=words, project=root, image=image)


def _own_folder(root: Path) -> Path:
    """Give the folder of proposals and copies; the container's user is the checkout's owner.

    Raises
    ------
    NotWritable
        When the checkout belongs to somebody else.
    """
    folder = root / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError as error:
        raise not_writable(root, os.getuid(), os.getgid()) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise not_writable(folder, os.getuid(), os.getgid())
    if os.geteuid() == 0:
        owner = root.stat()
        for path in (folder.parent, folder):
            os.chown(path, owner.st_uid, owner.st_gid)
    return folder


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    # For reading: another user's lock can be had, too.
    with os.fdopen(os.open(folder / "lock", os.O_CREAT | os.O_RDONLY, 0o644)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            msg = "another nox -s update-pins runs in this checkout"
            raise ProjectBusy(msg, do="wait for it to end") from error
        yield


def say(line: str) -> None:
    """Tell the user what is going on."""
    sys.stderr.write(f"update-pins: {line}\n")
    sys.stderr.flush()
