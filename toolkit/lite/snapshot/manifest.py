"""A snapshot in a site: its files beside the lock, and what says that they belong together."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.archive import file_sha256
from toolkit.cache import read_record, write_atomically
from toolkit.lite.config import LOCK
from toolkit.lite.snapshot.heap import TIME
from toolkit.lite.snapshot.kept import KernelSnapshot
from toolkit.lite.snapshot.parts import Part
from toolkit.runtime.distribution import RUNTIME_FILES, Runtime
from toolkit.runtime.lock import read_wheel

MANIFEST: Final = "spec14-snapshot.json"
SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True)
class SiteSnapshot:
    """What a site's kernels start from.

    Attributes
    ----------
    kernel
        The kernel's memory and files.
    packages
        Further wheels whose files are there from the start, and those files with their folder.
    """

    kernel: KernelSnapshot
    packages: tuple[tuple[Path, Part, Path], ...] = ()


def write_snapshot(
    snapshot: SiteSnapshot, folder: Path, *, runtime: Runtime, kernel: Sequence[Path]
) -> None:
    """Write a snapshot into a distribution.

    Parameters
    ----------
    snapshot
        What is written; only its reason where there is one.
    folder
        ``static/pyodide`` of a site, with runtime and lock.
    runtime
        The runtime.
    kernel
        The kernel's wheels.
    """
    made = snapshot.kernel
    if made.reason or made.heap is None or made.files is None:
        write_reason(folder, made.reason)
        return
    files = [(made.files, made.folder), *((part, place) for _, part, place in snapshot.packages)]
    wheels = [*kernel, *(wheel for wheel, _, _ in snapshot.packages)]
    facts = {str(read_wheel(wheel).name): file_sha256(wheel) for wheel in wheels}
    manifest = {
        "schema": SCHEMA,
        "reason": "",
        "pyodide": runtime.version,
        "runtime": {name: file_sha256(folder / name) for name in RUNTIME_FILES},
        "lock": file_sha256(folder / LOCK),
        "wheels": dict(sorted(facts.items())),
        "packages": sorted(facts),
        # Bytes that an ordinary start fetches in the place of these files.
        "instead": sum(wheel.stat().st_size for wheel in wheels),
        "time": TIME,
        "start": made.start,
        "heap": {
            **made.heap.as_json(),
            "memory": made.memory,
            "runs": made.runs,
            "brought": made.brought,
        },
        "files": [part.as_json() for part, _ in files],
    }
    for part, place in [(made.heap, made.folder), *files]:
        shutil.copyfile(place / part.file, folder / part.file)
    write_manifest(folder, manifest)


def write_reason(folder: Path, reason: str) -> None:
    """Say in a distribution why there is no snapshot."""
    write_manifest(folder, {"schema": SCHEMA, "reason": reason})


def parts(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the entries of files in a manifest."""
    if manifest.get("reason"):
        return
    yield manifest["heap"]
    yield from manifest["files"]


def faults(file: Path) -> Iterator[str]:
    """Say what of a manifest does not fit what lies beside it.

    Parameters
    ----------
    file
        The manifest, in a site.
    """
    folder, manifest = file.parent, read_record(file)
    try:
        if not isinstance(manifest["reason"], str) or manifest["schema"] != SCHEMA:
            raise KeyError(SCHEMA)  # noqa: TRY301 - the same words for every reason
        if manifest["reason"]:
            return
        runtime = [(folder / name, digest) for name, digest in manifest["runtime"].items()]
        files = [(folder / one["file"], one["packed_sha256"]) for one in parts(manifest)]
        lock = read_record(folder / LOCK)["packages"]
        wheels = {name: lock.get(name, {}).get("sha256") for name in manifest["wheels"]}
        unlike = [name for name, digest in manifest["wheels"].items() if wheels[name] != digest]
        named = [(folder / LOCK, manifest["lock"]), *runtime, *files]
    except (AttributeError, KeyError, TypeError) as error:
        yield f"is no manifest of a memory snapshot ({error!r})"
        return
    for name in unlike:
        yield f"is of another wheel of {name} than the lock names"
    for path, digest in named:
        if not path.is_file():
            yield f"names {path.name}, which is not there"
        elif file_sha256(path) != digest:
            yield f"is of another {path.name} than the one beside it"


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest into a distribution."""
    content = json.dumps(manifest, separators=(",", ":")) + "\n"
    write_atomically(folder / MANIFEST, content.encode())
