"""What is kept from run to run: locked, replaced in one step, known by the digest of its inputs."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from toolkit.errors import ProjectBusy
from toolkit.project import Project, prepare_output


@contextlib.contextmanager
def working_on(project: Project) -> Iterator[None]:
    """Hold the project for one run; ``.spec14`` is made if it is not there.

    Raises
    ------
    ProjectBusy
        When another run holds it.
    NotWritable
        When ``.spec14`` cannot be written.
    """
    prepare_output(project)
    lock = FileLock(project.cache / "lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        msg = f"another run works on {project.folder}"
        raise ProjectBusy(msg, do="wait for it to end, then run the same command again") from error
    try:
        yield
    finally:
        lock.release()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that at any moment it is the old one or the new one, whole."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def key_of(*parts: object) -> str:
    """Give one SHA-256 over values that JSON can write: what something is known by."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def read_record(path: Path) -> Mapping[str, Any]:
    """Give a JSON record; an empty one when it is missing or damaged (then it is stale)."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except OSError, ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON record."""
    text = json.dumps(record, indent=2, sort_keys=True) + "\n"
    write_atomically(path, text.encode())
