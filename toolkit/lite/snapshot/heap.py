"""The memory of a started kernel: made once for a runtime and the kernel's wheels, and kept.

``node/make.mjs`` starts Python in Node with the kernel's packages, imports what the kernel imports
and writes the interpreter's memory down. That process has an empty environment, a folder of its own
and no network; its clock, its chance and the seed of its hashes are always the same, and so are
the bytes that come of it.
"""

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.cache import key_of
from toolkit.errors import LiteFailed
from toolkit.lite.snapshot.files import compiled, packed, unpacked, write_below
from toolkit.process import find_tool, run
from toolkit.runtime.distribution import RUNTIME_FILES, Runtime
from toolkit.runtime.interpreter import HERE as RUNTIME_ROOM
from toolkit.runtime.interpreter import NODE_FLAGS
from toolkit.runtime.lock import make_lock

HERE: Final = Path(__file__).parent
INSIDE: Final = HERE.parent / "inside"
RESTORED: Final = RUNTIME_ROOM / "inside" / "spec14_restored.py"

PLACE: Final = "/lib/spec14-site"
"""Our own modules' folder in the interpreter (``spec14-prepare.mjs``)."""

DRIVE: Final = "/drive"
"""Where the kernel's worker mounts the reader's files, and works (worker.ts, 0.8.6)."""

IMPORTS: Final = (
    *("IPython", "IPython.core.interactiveshell", "jedi", "micropip"),
    *("piplite", "piplite.piplite", "piplite.cli", "comm", "ipykernel", "pyodide_kernel"),
    # What a first cell, a first traceback and a first completion would import.
    *("stack_data", "pygments.lexers.python", "pygments.formatters.terminal256"),
    *("IPython.core.ultratb", "jedi.api.interpreter", "traceback", "linecache", "urllib.request"),
)
"""What is in memory, in the order in which it is imported; none has a compiled part."""

ENVIRONMENT: Final = {"PYTHONHASHSEED": "14"}
"""A seed of our own, not 0: hashes stay randomised as far as Python's flags say."""

TIME: Final = 1_577_836_800
"""Time of all files, in seconds since 1970."""

LIMIT: Final = 300.0
"""Seconds."""


@dataclass(frozen=True, kw_only=True)
class Heap:
    """The memory of a started kernel, and the files it belongs to.

    Attributes
    ----------
    start
        What stands before the heap in a snapshot.
    content
        The heap.
    files
        The kernel's files, packed.
    modules
        Names of the modules in memory.
    brought
        Pieces, place and bytes, that every start brings by itself: they are empty here.
    """

    start: bytes
    content: bytes
    files: bytes
    modules: tuple[str, ...]
    brought: tuple[tuple[int, int], ...]


class HeapFailed(Exception):
    """Why there is no snapshot."""


def heap_key(runtime: Runtime, wheels: Sequence[Path]) -> str:
    """Give what a heap, and what was found out about it, is known by: all that goes into it."""
    node = find_tool("node").resolve().stat()
    ours = (HERE, INSIDE, HERE.parent / "start", RUNTIME_ROOM / "heap")
    scripts = [path for room in ours for path in room.rglob("*") if path.suffix in {".mjs", ".py"}]
    return key_of(
        [file_sha256(runtime.folder / name) for name in RUNTIME_FILES],
        sorted([script.name, file_sha256(script)] for script in (*scripts, RESTORED)),
        sorted(file_sha256(wheel) for wheel in wheels),
        [node.st_size, node.st_mtime_ns],
        importlib.util.MAGIC_NUMBER.hex(),
    )


def make_heap(runtime: Runtime, wheels: Sequence[Path]) -> Heap:
    """Start a kernel in Node and give its memory.

    Parameters
    ----------
    runtime
        The runtime of the site.
    wheels
        The kernel's own.

    Raises
    ------
    HeapFailed
        With the reason: the site then does without.
    """
    ordered = sorted(wheels, key=lambda wheel: wheel.name)
    files = {
        path: content for wheel in ordered for path, content in unpacked(wheel, runtime).items()
    }
    with tempfile.TemporaryDirectory(prefix="spec14-heap-") as name:
        work = Path(name)
        packages, ours = work / "packages", work / "ours"
        write_below(packages, [*files.items(), *compiled(files, runtime).items()])
        ours.mkdir()
        for module in (*sorted(INSIDE.glob("*.py")), RESTORED):
            shutil.copyfile(module, ours / module.name)
        settings = _settings(runtime, ordered, work)
        (work / "settings.json").write_text(json.dumps(settings), "utf-8")
        read = (work, runtime.folder.resolve(), HERE / "node", RUNTIME_ROOM / "heap")
        words: list[str | Path] = [find_tool("node"), *NODE_FLAGS, "--permission"]
        words += [f"--allow-fs-read={folder}" for folder in read]
        words += [f"--allow-fs-write={work}", HERE / "node" / "make.mjs", work / "settings.json"]
        done = run(words, cwd=work, env={}, own_env=True, timeout=LIMIT)
        if done.code != 0:
            raise HeapFailed(f"it could not be made: {done.tail(12)[-900:]}")
        told = json.loads(done.tail(1))
        return Heap(
            start=(work / "start").read_bytes(),
            content=(work / "heap").read_bytes(),
            files=packed(files),
            modules=tuple(told["modules"]),
            brought=tuple((place, size) for place, size in told["brought"]),
        )


def _settings(runtime: Runtime, wheels: Sequence[Path], work: Path) -> dict[str, Any]:
    try:
        lock = make_lock(runtime, wheels).to_dict()
    except LiteFailed as error:
        raise HeapFailed(str(error)) from error
    return {
        "runtime": str(runtime.folder.resolve()),
        "folders": {"/": str(work / "packages"), PLACE: str(work / "ours")},
        "lock": {**lock, "packages": {}},
        "drive": DRIVE,
        "path": [PLACE],
        "imports": IMPORTS,
        "env": ENVIRONMENT,
        "magic": importlib.util.MAGIC_NUMBER.hex(),
        "time": TIME,
        "start": str(work / "start"),
        "heap": str(work / "heap"),
    }
