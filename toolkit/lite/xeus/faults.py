"""What is wrong with a prefix, before a site is built around it.

``jupyterlite-xeus`` 5.1.0 warns of a kernel without its files and goes on, and a module compiled
for another machine fails in the reader's browser.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolkit.cache import read_record

KERNELS: Final = Path("share/jupyter/kernels")
RECORDS: Final = Path("conda-meta")
PLATFORMS: Final = frozenset({"emscripten-wasm32", "noarch"})

LIBXEUS: Final = "lib/libxeus.so"
"""Kernels of ABI 4x are linked with it when they start; it is copied into the site by its place."""

WASM: Final = b"\0asm"
PROGRAM: Final = (".js", ".wasm")


def faults(prefix: Path) -> Iterator[str]:
    """Give what is wrong, in words."""
    yield from _of_records(prefix)
    folders = sorted(one.parent for one in (prefix / KERNELS).glob("*/kernel.json"))
    if not folders:
        yield "it has no kernel: name one, xeus-python for instance"
    for folder in folders:
        yield from _of_kernel(prefix, folder)
    for module in sorted(prefix.rglob("*.so")):
        if module.is_file() and not _is_wasm(module):
            yield f"{module.relative_to(prefix)} is compiled for another machine"


def _of_records(prefix: Path) -> Iterator[str]:
    for file in sorted((prefix / RECORDS).glob("*.json")):
        record = read_record(file)
        name = record.get("name", file.stem)
        if record.get("subdir") not in PLATFORMS:
            yield f"{name} is a package for {record.get('subdir')!r}"
        if LIBXEUS in record.get("files", ()) and not (prefix / LIBXEUS).is_file():
            yield f"{LIBXEUS} of {name} is not there"


def _of_kernel(prefix: Path, folder: Path) -> Iterator[str]:
    spec = read_record(folder / "kernel.json")
    argv = spec.get("argv")
    if not isinstance(argv, list) or not argv or not isinstance(argv[0], str):
        yield f"the kernel {folder.name} names no program"
        return
    for suffix in PROGRAM:
        program = Path(f"{argv[0]}{suffix}")
        if not _is_in(prefix, program):
            yield f"the kernel {folder.name} names {program.name}, which is outside of the prefix"
        elif not program.is_file():
            yield f"{program.name} of the kernel {folder.name} is not there"
    shared = spec.get("metadata", {}).get("shared") or {}
    for name, place in shared.items():
        if not _is_in(prefix, prefix / place):
            yield f"{name} of the kernel {folder.name} is outside of the prefix"
        elif not (prefix / place).is_file():
            yield f"{name} of the kernel {folder.name} is not there ({place})"


def _is_in(prefix: Path, path: Path) -> bool:
    # Packages are somebody else's: a name may lead anywhere.
    return path.resolve().is_relative_to(prefix.resolve())


def _is_wasm(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(len(WASM)) == WASM
