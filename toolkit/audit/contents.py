"""What lies in a wheel: whether it agrees with the tags and is meant to be shipped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from toolkit.audit.findings import Finding, finding
from toolkit.audit.metadata import Named
from toolkit.audit.module import Module
from toolkit.audit.wasm import HEADER
from toolkit.runtime.distribution import TRIPLET, Runtime

LIBRARY: Final = re.compile(r"\.(so(\.\d+)*|dylib|pyd|dll)$")
"""File names of shared libraries."""
NATIVE: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x7fELF", "Linux (ELF)"),
    (b"MZ", "Windows (PE)"),
    (b"\xfe\xed\xfa\xce", "macOS (Mach-O)"),
    (b"\xfe\xed\xfa\xcf", "macOS (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "macOS (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "macOS (Mach-O)"),
)
PROGRAM: Final = re.compile(r"(\.exe|/bin/[^/]+|/scripts/[^/]+)$")
TAGGED: Final = re.compile(r"(\.(?:cpython-|cp\d|pypy|graalpy|abi\d)[^/]*)$")
"""The part of a module's file name that says what it was built for (PEP 3149)."""
OURS_OR_VCS: Final = frozenset({".spec14", ".git", ".hg", ".svn", ".bzr", "CVS"})
CACHES: Final = frozenset(
    {
        "__pycache__",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".tox",
        ".nox",
        ".ipynb_checkpoints",
        "node_modules",
        ".DS_Store",
    }
)
TESTS: Final = frozenset({"test", "tests"})
SOURCE_PATH: Final = re.compile(
    rb"(?<![\w.+@*-])/(?:home|Users|root|tmp|build|builds|workspace|github|project|src)/[\w.+@/-]{3,200}?"
    rb"\.(?:c|cc|cpp|cxx|h|hh|hpp|pyx|pxd|rs|f|f90)\b"
)
"""A source file's path on somebody's machine (what ``__FILE__`` and Rust's panics leave)."""
USE_COMPILER: Final = "let the build use the compiler it is given (CC, CXX), not the machine's own"


def judge_libraries(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Give the findings on files that should be modules of the target and are not."""
    for name, content in files.items():
        kind = next((words for magic, words in NATIVE if content.startswith(magic)), "")
        if LIBRARY.search(name):
            if kind:
                yield finding("native", f"is for {kind}", where=name, do=USE_COMPILER)
            elif not content.startswith(HEADER):
                yield finding("module", "is not WebAssembly", where=name, do=USE_COMPILER)
        elif kind and (PROGRAM.search(name) or not kind.startswith("Windows")):
            # Two letters (MZ) alone do not make a program of a file of data.
            yield finding(
                "program",
                f"is a program for {kind}",
                where=name,
                do="leave it out: it cannot be run here",
            )


def is_module(name: str, content: bytes) -> bool:
    """Say whether a file in a wheel is a WebAssembly module to be loaded."""
    return LIBRARY.search(name) is not None and content.startswith(HEADER)


def judge_tags(
    named: Named, modules: Sequence[Module], files: Mapping[str, bytes]
) -> Iterator[Finding]:
    """Compare a wheel's tags with whether it holds modules."""
    if modules and named.for_any_platform:
        yield finding(
            "content",
            f"is tagged for any platform and holds {len(modules)} compiled "
            f"{'module' if len(modules) == 1 else 'modules'} ({modules[0].name})",
            do="let the backend know that the wheel is not pure (Root-Is-Purelib: false)",
        )
    if named.for_one_abi and not any(LIBRARY.search(name) for name in files):
        yield finding(
            "content",
            "is tagged for one ABI and holds no compiled module",
            do="see why the build left its modules out, or tag it py3-none-any",
        )


def judge_module_name(module: Module, runtime: Runtime) -> Iterator[Finding]:
    """Say whether Python would find a module by its file name, and its init function."""
    base = PurePosixPath(module.name).name
    found = TAGGED.search(base)
    if found is None:
        return
    minor = runtime.python_minor.replace(".", "")
    good = (f".cpython-{minor}-{TRIPLET}.so", ".abi3.so")
    if found[1] not in good:
        yield finding(
            "suffix",
            f"is named for another Python or platform ({found[1]})",
            where=module.name,
            why=f"the runtime imports names that end in {good[0]}, {good[1]} or .so",
            do=f"build it for CPython {runtime.python_minor} and {TRIPLET}",
        )
    init = f"PyInit_{base.removesuffix(found[1])}"
    if init.isascii() and init not in module.exports:
        yield finding(
            "init",
            f"does not export {init}",
            where=module.name,
            why="Python calls it to import the module",
            do="export it: PyMODINIT_FUNC in C, and no list of exports that leaves it out",
        )


def judge_leftovers(
    files: Mapping[str, bytes], modules: Sequence[Module], build_folders: Sequence[Path]
) -> Iterator[Finding]:
    """Give what is shipped unasked: build paths, debug sections, caches, tests."""
    yield from _build_paths(files, build_folders)
    for module in modules:
        debug = list(_sections(module))
        yield from debug
        # Debug sections are made of such paths.
        if not debug and (match := SOURCE_PATH.search(files[module.name])):
            yield finding(
                "source-path",
                f"holds the path {match[0].decode()}",
                where=module.name,
                do="compile with -ffile-prefix-map=OLD=NEW (Rust: --remap-path-prefix)",
            )
    yield from _names(files)


def _build_paths(files: Mapping[str, bytes], folders: Sequence[Path]) -> Iterator[Finding]:
    for folder in folders:
        needle = str(folder).encode()
        for name, content in files.items():
            if needle in content:
                # Meson and Cython write it into what they generate, and real projects ship
                # that; nothing is loaded from there.
                yield finding(
                    "build-path" if b"\0" in content else "text-path",
                    f"holds the path of the build folder, {folder}",
                    where=name,
                    do="write no absolute paths into files; compile with -ffile-prefix-map",
                )


def _sections(module: Module) -> Iterator[Finding]:
    debug = {name: size for name, size in module.sections.items() if name.startswith(".debug_")}
    if debug:
        yield finding(
            "debug",
            f"holds debug sections ({sum(debug.values())} bytes: {', '.join(sorted(debug))})",
            where=module.name,
            do="compile and link without -g (-g0), or allow it",
        )
    for name in ("sourceMappingURL", "external_debug_info"):
        if name in module.sections:
            yield finding(
                "source-map",
                f"names a file with debug information (section {name})",
                where=module.name,
                do="link without -gsource-map and -gseparate-dwarf",
            )


def _names(files: Mapping[str, bytes]) -> Iterator[Finding]:
    for kind, folders, do in (
        ("leftover", OURS_OR_VCS, "leave it out of the package's data files"),
        ("cache", CACHES, "leave it out of the package's data files"),
        ("tests", TESTS, "leave them out if nobody runs them where it is installed"),
    ):
        inside = [name for name in files if folders.intersection(PurePosixPath(name).parts)]
        if inside:
            size = sum(len(files[name]) for name in inside)
            parts = PurePosixPath(inside[0]).parts
            last = next(number for number, part in enumerate(parts) if part in folders)
            yield finding(
                kind,
                f"{len(inside)} files, {size / 1000:.0f} kB, of {KINDS_OF[kind]}",
                where="/".join(parts[: last + 1]),
                do=do,
            )
    maps = [name for name in files if name.endswith(".wasm.map")]
    for name in maps:
        yield finding("source-map", "is a source map", where=name, do="leave it out")


KINDS_OF: Final = {
    "leftover": "version control or this toolkit",
    "cache": "byte code and caches",
    "tests": "tests",
}
