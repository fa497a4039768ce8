"""Snapshots of kernels, and packages' files, that are made once and kept by what they are made of.

The image brings that of its own kernel (``IMAGE``); another one, because the project brings a
package of the kernel's in another version for instance, is made when a site is built, and lies in
the cache.
"""

import base64
import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from filelock import FileLock

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_record
from toolkit.disk import full_disk_is_an_error
from toolkit.lite.snapshot.files import compiled, packed, unpacked
from toolkit.lite.snapshot.gate.compare import NotCompared
from toolkit.lite.snapshot.heap import HeapFailed, heap_key, make_heap
from toolkit.lite.snapshot.parts import Part, read_part, without_empty_pages, write_part
from toolkit.runtime.distribution import Runtime
from toolkit.runtime.lock import read_wheel

RECORD: Final = "kernel.json"
PACKAGES: Final = "packages"
LASTS: Final = 30 * 24 * 3600.0
"""Seconds for which files of packages that nobody uses are kept."""


class Gate(Protocol):
    """Compares kernels that start from a snapshot with ordinary ones."""

    def obstacle(self) -> str:
        """Say why nothing can be compared on this machine; empty if it can."""

    def __call__(self, runtime: Runtime, wheels: Sequence[Path], snapshot: KernelSnapshot) -> str:
        """Give the reason not to ship a snapshot; empty if there is none.

        Raises
        ------
        NotCompared
            When nothing was found out.
        """


@dataclass(frozen=True, kw_only=True)
class KernelSnapshot:
    """A kernel's memory and files, ready to be shipped.

    Attributes
    ----------
    folder
        Where they lie.
    start
        What stands before the heap (base64).
    heap
        The heap without its empty pages.
    memory
        Bytes of the heap with them.
    runs
        Where the pages go.
    brought
        Pieces of the heap that every start brings by itself.
    files
        The files of the kernel's packages.
    modules
        Names of the modules in memory.
    reason
        Why it must not be used; empty when it may be.
    """

    folder: Path
    start: str = ""
    heap: Part | None = None
    memory: int = 0
    runs: tuple[tuple[int, int], ...] = ()
    brought: tuple[tuple[int, int], ...] = ()
    files: Part | None = None
    modules: tuple[str, ...] = ()
    reason: str = ""


def kernel_snapshot(
    runtime: Runtime,
    wheels: Sequence[Path],
    places: Sequence[Path],
    *,
    gate: Gate,
    say: Callable[[str], None],
) -> KernelSnapshot:
    """Give the snapshot of a kernel: one that is kept, or a new one that has passed the gate.

    Parameters
    ----------
    runtime
        The site's runtime.
    wheels
        The kernel's own.
    places
        Folders in which snapshots are kept; the last is written to.
    gate
        Asked once for each snapshot.
    say
        Told what takes long.
    """
    key = heap_key(runtime, wheels)
    for place in places:
        if (known := _read(place / key[:24], key)) is not None:
            return known
    folder = places[-1] / key[:24]
    if obstacle := gate.obstacle():
        return KernelSnapshot(folder=folder, reason=f"it could not be compared: {obstacle}")
    with _held(folder):
        if (known := _read(folder, key)) is not None:
            return known
        say("making the memory snapshot of the kernel, once for this runtime and these packages")
        try:
            made = _make(runtime, wheels, folder)
            if not made.reason and (reason := gate(runtime, wheels, made)):
                made = KernelSnapshot(folder=folder, reason=reason)
        except (NotCompared, subprocess.TimeoutExpired) as error:
            # It may be the machine: nothing is kept, and the next build tries again.
            return KernelSnapshot(folder=folder, reason=f"it could not be compared: {error}")
        _write(made, key)
        return made


def _make(runtime: Runtime, wheels: Sequence[Path], folder: Path) -> KernelSnapshot:
    try:
        heap = make_heap(runtime, wheels)
    except HeapFailed as failed:
        return KernelSnapshot(folder=folder, reason=str(failed))
    pages, runs = without_empty_pages(heap.content)
    return KernelSnapshot(
        folder=folder,
        start=base64.b64encode(heap.start).decode(),
        heap=write_part(pages, folder, "heap"),
        memory=len(heap.content),
        runs=tuple(runs),
        brought=heap.brought,
        files=write_part(heap.files, folder, "kernel"),
        modules=heap.modules,
    )


def _write(made: KernelSnapshot, key: str) -> None:
    made.folder.mkdir(parents=True, exist_ok=True)
    write_record(
        made.folder / RECORD,
        {
            "key": key,
            "start": made.start,
            "heap": made.heap.file if made.heap else None,
            "memory": made.memory,
            "runs": made.runs,
            "brought": made.brought,
            "files": made.files.file if made.files else None,
            "modules": made.modules,
            "reason": made.reason,
        },
    )


def _read(folder: Path, key: str) -> KernelSnapshot | None:
    record = read_record(folder / RECORD)
    if record.get("key") != key:
        return None
    if record["reason"]:
        return KernelSnapshot(folder=folder, reason=str(record["reason"]))
    heap, files = (read_part(folder / f"{record[name]}.json") for name in ("heap", "files"))
    if heap is None or files is None:
        return None
    return KernelSnapshot(
        folder=folder,
        start=record["start"],
        heap=heap,
        memory=record["memory"],
        runs=tuple((first, count) for first, count in record["runs"]),
        brought=tuple((place, size) for place, size in record["brought"]),
        files=files,
        modules=tuple(record["modules"]),
    )


def package_files(wheel: Path, runtime: Runtime, place: Path) -> tuple[Part, Path]:
    """Give a wheel's files with byte code, ready to be shipped, and the folder they lie in.

    Parameters
    ----------
    wheel
        The wheel.
    runtime
        The site's runtime.
    place
        Folder in which they are kept.
    """
    folder = place / PACKAGES / file_sha256(wheel)[:24]
    with _held(folder):
        for record in folder.glob("*.json"):
            if (known := read_part(record)) is not None:
                # It is in use: what is made next in the same build does not drop it.
                os.utime(folder)
                return known, folder
        files = unpacked(wheel, runtime)
        content = packed({**files, **compiled(files, runtime)})
        part = write_part(content, folder, str(read_wheel(wheel).name))
    _drop_old(place / PACKAGES)
    return part, folder


def _drop_old(place: Path) -> None:
    """Remove what was used last long ago: it costs a second or two to make again."""
    for folder in place.iterdir():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > LASTS:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    with full_disk_is_an_error(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            yield
