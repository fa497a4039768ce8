"""What is kept from run to run: replaced in one step, known by the digest of its inputs."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


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
    """Give an object of JSON; an empty one when the file is missing, damaged or something else.

    A record of ours is stale then.
    """
    try:
        record = json.loads(path.read_text("utf-8"))
    except OSError, ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write a JSON record."""
    text = json.dumps(record, indent=2, sort_keys=True) + "\n"
    write_atomically(path, text.encode())


def remembered(path: Path, key: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give what was kept, or make it and keep it.

    Parameters
    ----------
    path
        Its file.
    key
        What it depends on (:func:`key_of`); kept beside it, under ``key``.
    make
        Called where nothing was kept for that.
    """
    record = read_record(path)
    if record.get("key") != key:
        record = {"key": key, **make()}
        path.parent.mkdir(parents=True, exist_ok=True)
        write_record(path, record)
    return record
