"""Memory snapshots: interpreters that start with pytest already imported.

A snapshot is the memory of a started interpreter (Pyodide's undocumented ``_makeSnapshot``). It is
made once for an environment, compared with a plain start, and kept by a key of all that went into
it. Where it cannot be made, or differs, a plain start is what there is, and the reason is told.
"""

import json
import os
import selectors
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.process import find_tool, run
from toolkit.runtime.distribution import RUNTIME_FILES
from toolkit.runtime.interpreter import HERE, NODE_FLAGS, Interpreter, Message, Start, settings

IMPORTS: Final = (
    "spec14_start",
    "pytest",
    "unittest.mock",
    "xml.etree.ElementTree",
    "pygments.formatters.terminal",
    "pygments.lexers.python",
)
"""What is imported before the snapshot is made: nothing with a compiled part, which a snapshot
does not hold. Modules that are not there are left out."""

LOOKED_AT: Final = ("PYTHON", "LANG", "LC_")
"""What the variables begin with that Python looks at when it starts (it sets the locale)."""

LIMIT: Final = 180.0
"""Seconds until an interpreter that tells facts, or makes a snapshot, is given up."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What there is to start from.

    Attributes
    ----------
    file
        The snapshot; ``None`` for a plain start.
    reason
        Why there is none; empty when there is.
    fresh
        Whether this run made it.
    """

    file: Path | None
    reason: str = ""
    fresh: bool = False


type Facts = Mapping[str, Mapping[str, Any]]


class _Unusable(Exception):
    """Why there is no snapshot."""


def snapshot_for(start: Start, folder: Path, *, imports: tuple[str, ...] = ()) -> Snapshot:
    """Give the memory snapshot for a kind of start; make it where it is missing.

    Parameters
    ----------
    start
        The start: runtime, environment, folders inside, and the variables whose names begin
        with ``PYTHON`` go into a snapshot. Folder, module and arguments do not.
    folder
        Where it is kept. One file is: that of another key is deleted.
    imports
        Further modules to import.

    Returns
    -------
    Snapshot
        One that behaved like a plain start when it was made, or none and the reason.

    Raises
    ------
    ToolMissing
        When there is no Node.
    """
    names = (*IMPORTS, *imports)
    key = _key(start, names)
    file = folder / f"{key[:20]}.snapshot"
    record = folder / "snapshot.json"
    kept = read_record(record)
    if kept.get("key") == key and (kept.get("reason") or file.is_file()):
        reason = str(kept.get("reason", ""))
        return Snapshot(file=None if reason else file, reason=reason)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.snapshot"):
        old.unlink()
    record.unlink(missing_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}")
    try:
        _make_and_compare(start, temporary, names)
    except _Unusable as unusable:
        write_record(record, {"key": key, "reason": str(unusable)})
        return Snapshot(file=None, reason=str(unusable), fresh=True)
    except subprocess.TimeoutExpired:
        # It may be the machine that was busy: the next run tries again.
        return Snapshot(file=None, reason=f"it took longer than {LIMIT:.0f} s", fresh=True)
    else:
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    write_record(record, {"key": key})
    return Snapshot(file=file, fresh=True)


def _make_and_compare(start: Start, file: Path, imports: tuple[str, ...]) -> None:
    # Two processes at a time, for two cores.
    with _telling(start) as plain:
        _make(start, file, imports)
        wanted = _facts(plain)
    restored = replace(start, snapshot=file)
    with _telling(restored) as one, _telling(restored) as other:
        found = (_facts(one, snapshot=True), _facts(other, snapshot=True))
    if reason := difference(wanted, *found):
        raise _Unusable(reason)


def difference(plain: Facts, *restored: Facts) -> str:
    """Say in what interpreters differ that should not, or do not that should; empty if none.

    Parameters
    ----------
    plain
        Facts of an interpreter after a plain start (``spec14_facts.py``).
    restored
        Those of interpreters from a snapshot.
    """
    for facts in restored:
        for name, value in plain["same"].items():
            if (found := facts["same"].get(name)) != value:
                return f"{name} is {str(found)[:200]}, after a plain start {str(value)[:200]}"
    for name in plain["own"]:
        values = [facts["own"].get(name) for facts in (plain, *restored)]
        if len(set(values)) < len(values):
            return f"{name} is the same in two interpreters"
    return ""


def _make(start: Start, file: Path, imports: tuple[str, ...]) -> None:
    wanted = {**settings(start), "cwd": "/", "env": _variables(start)}
    words: list[str | Path] = [find_tool("node"), *NODE_FLAGS, HERE / "node" / "snapshot.mjs"]
    done = run(
        [*words, json.dumps({**wanted, "imports": imports, "file": str(file)})],
        env={},
        own_env=True,
        timeout=LIMIT,
    )
    if done.code != 0:
        msg = f"it could not be made: {done.tail(1)}"
        raise _Unusable(msg)


def _variables(start: Start) -> dict[str, str]:
    """Give the variables that Python looks at before a snapshot is made, not after."""
    every = settings(start)["env"]
    return {name: value for name, value in every.items() if name.startswith(LOOKED_AT)}


def _telling(start: Start) -> Interpreter:
    return Interpreter(replace(start, module="spec14_facts", args=()))


def _facts(interpreter: Interpreter, *, snapshot: bool = False) -> Facts:
    for message in _messages(interpreter):
        match message:
            case {"type": "ready", "snapshot": bool(restored), "reason": str(reason)}:
                if restored != snapshot:
                    raise _Unusable(reason)
            case {"type": "facts"}:
                return message
            case {"type": "trap" | "error"}:
                break
    msg = f"the interpreter that it was tried in ended: {interpreter.tail()[-500:]}"
    raise _Unusable(msg)


def _messages(interpreter: Interpreter) -> Iterator[Message]:
    end = time.monotonic() + LIMIT
    with selectors.DefaultSelector() as selector:
        while sources := interpreter.sources:
            for source in set(selector.get_map()) - set(sources):
                selector.unregister(source)
            for source in set(sources) - set(selector.get_map()):
                selector.register(source, selectors.EVENT_READ)
            if not selector.select(max(0.0, end - time.monotonic())):
                raise subprocess.TimeoutExpired("node", LIMIT)
            yield from interpreter.read()


def _key(start: Start, imports: tuple[str, ...]) -> str:
    node = find_tool("node").resolve().stat()
    folders = [
        HERE / "launcher",
        HERE / "heap",
        HERE / "node",
        HERE / "inside",
        *start.inside.values(),
    ]
    return key_of(
        [file_sha256(start.runtime / name) for name in RUNTIME_FILES],
        [node.st_size, node.st_mtime_ns],
        # The record of how it was filled; without one, what is installed.
        str(start.python),
        _environment(start.python.parents[1]),
        [[str(place), *_hashes(folder)] for place, folder in enumerate(folders)],
        sorted(_variables(start).items()),
        imports,
    )


def _environment(folder: Path) -> object:
    record = read_record(folder / "spec14.json")
    if "key" in record:
        return record["key"]
    return sorted(file_sha256(path) for path in folder.glob("lib/*/site-packages/*/RECORD"))


def _hashes(folder: Path) -> list[str]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".mjs"})
    return [f"{path.relative_to(folder)} {file_sha256(path)}" for path in files]
