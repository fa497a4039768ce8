"""Whether every import of every module is given by somebody, with the type it wants.

Who is asked, in the loader's order (Emscripten 5.0.3, ``src/lib/libdylink.js``): the
runtime; the libraries that the module names; the module itself. A symbol that only
another module gives is there if that module was loaded before, for all.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from shutil import which
from typing import Final

from toolkit.audit.findings import Finding, finding
from toolkit.audit.models import of_a_model, other_memory
from toolkit.audit.module import Extern, Import, Module
from toolkit.audit.provides import CALLED_THROUGH_SCRIPT, Provided
from toolkit.audit.reasons import STUBS, reason_for
from toolkit.process import run

TABLES: Final = {"GOT.mem": "global", "GOT.func": "function"}
"""Entries of the global offset table: addresses of data and of functions."""
DIRECT: Final = frozenset({"env", "wasi_snapshot_preview1"})
DEMANGLER: Final = "llvm-cxxfilt"
MANGLED: Final = ("_Z", "_R")


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """The modules that are there with one another.

    Attributes
    ----------
    modules
        Those of the wheel and of wheels loaded before it.
    """

    modules: Sequence[Module]

    def named(self, needed: str) -> Module | None:
        """Give a module of that file name, wherever it lies."""
        name = PurePosixPath(needed).name
        return next((one for one in self.modules if PurePosixPath(one.name).name == name), None)

    def library(self, needed: str, module: Module) -> Module | None:
        """Give the library that the loader would find for a module.

        It looks where the module's runtime paths say and nowhere else: not beside the
        module, not in ``NAME.libs`` (``findLibraryFS`` of ``src/lib/libdylink.js``).
        """
        origin = posixpath.dirname(module.name)
        places = {
            posixpath.normpath(f"{path.replace('$ORIGIN', origin)}/{needed}")
            for path in module.runtime_paths
        }
        return next((one for one in self.modules if one.name in places), None)

    def libraries(self, module: Module) -> list[Module]:
        """Give the libraries that a module names, and those that they name."""
        found: list[Module] = []
        waiting = [(name, module) for name in module.needed]
        while waiting:
            library = self.library(*waiting.pop(0))
            if library is not None and library is not module and library not in found:
                found.append(library)
                waiting += [(name, library) for name in library.needed]
        return found

    def givers(self, symbol: str, but: Module) -> Iterator[Module]:
        """Give the other modules that export a symbol."""
        return (one for one in self.modules if one is not but and symbol in one.exports)


def judge_symbols(
    module: Module, provided: Provided, others: Neighbours, *, explained: bool = False
) -> Iterator[Finding]:
    """Give the findings on one module's imports.

    Parameters
    ----------
    module
        Whose imports.
    provided
        What the runtime gives.
    others
        The modules that are there with it.
    explained
        Whether it was said already that exceptions or longjmp are of the wrong model: what
        belongs to them is not reported once more, symbol by symbol.
    """
    yield from _libraries(module, others)
    if other_memory(module, provided):
        return  # every address would be reported
    libraries = others.libraries(module)
    told: set[tuple[str, str]] = set()
    for one in module.imports:
        for found in _judge(module, one, provided, libraries, others):
            if explained and found.kind == "symbol" and of_a_model(found.symbol):
                continue
            # A function that is called and whose address is taken is imported twice.
            if (found.kind, found.symbol) not in told:
                told.add((found.kind, found.symbol))
                yield found


def _libraries(module: Module, others: Neighbours) -> Iterator[Finding]:
    for name in module.needed:
        if others.library(name, module) is not None:
            continue
        if (elsewhere := others.named(name)) is None:
            yield finding(
                "library",
                f"wants the library {name}, which is not in the wheel",
                where=module.name,
                do="bring it along (`pyodide auditwheel repair`), or link it statically",
            )
            continue
        folder = posixpath.relpath(
            posixpath.dirname(elsewhere.name), posixpath.dirname(module.name)
        )
        path = "$ORIGIN" if folder == "." else f"$ORIGIN/{folder}"
        yield finding(
            "library",
            f"wants the library {name}; the loader does not look for it where it is, "
            f"{elsewhere.name}",
            where=module.name,
            do=f"link the module with -Wl,-rpath,'{path}', or the library statically",
        )


def _judge(
    module: Module,
    one: Import,
    provided: Provided,
    libraries: Iterable[Module],
    others: Neighbours,
) -> Iterator[Finding]:
    if one.origin not in DIRECT and one.origin not in TABLES:
        yield finding(
            "symbol",
            f"imports {one.name} from {one.origin!r}, which the loader does not give",
            where=module.name,
            do="link it as a side module of Emscripten (-sSIDE_MODULE)",
            symbol=one.name,
            signature=str(one.extern),
        )
        return
    if one.name in provided.symbols:
        yield from _agree(module, one, provided.symbols[one.name], "the runtime")
        if one.name in STUBS:
            yield _stub(module, one)
        return
    for library in libraries:
        if one.name in library.exports:
            yield from _agree(module, one, library.exports[one.name], library.name)
            return
    if one.name in module.exports or one.name in module.weak:
        return
    giver = next(others.givers(one.name, module), None)
    if giver is not None:
        yield _local(module, one, giver)
        yield from _agree(module, one, giver.exports[one.name], giver.name)
    elif not (provided.calls_through_script and one.name.startswith(CALLED_THROUGH_SCRIPT)):
        yield _missing(module, one)


def _agree(module: Module, one: Import, given: Extern | None, giver: str) -> Iterator[Finding]:
    """Compare what is wanted with what is given, where the latter is known."""
    if given is None:
        return
    if (kind := TABLES.get(one.origin)) is not None:
        if given.kind != kind:
            yield _differs(module, one, f"{kind}'s address", str(given), giver)
    elif given != one.extern:
        yield _differs(module, one, str(one.extern), str(given), giver)


def _differs(module: Module, one: Import, wanted: str, given: str, giver: str) -> Finding:
    return finding(
        "type",
        f"wants {one.name} as {wanted}; {giver} has {given}",
        where=module.name,
        why="a declaration that differs from the definition, or headers of another version",
        do="include the header that declares it, of the runtime's version",
        symbol=one.name,
        signature=str(one.extern),
    )


def _missing(module: Module, one: Import) -> Finding:
    why, do = reason_for(one.name)
    wanted = {"GOT.mem": "address of data", "GOT.func": "address of a function"}
    signature = wanted.get(one.origin, str(one.extern))
    return finding(
        "symbol",
        f"needs {one.name} ({signature}), which nothing provides",
        where=module.name,
        why=why,
        do=do,
        symbol=one.name,
        signature=signature,
    )


def _stub(module: Module, one: Import) -> Finding:
    return finding(
        "stub",
        f"calls {one.name}, which {STUBS[one.name]}",
        where=module.name,
        do="see that the package can do without",
        symbol=one.name,
        signature=str(one.extern),
    )


def _local(module: Module, one: Import, giver: Module) -> Finding:
    return finding(
        "local",
        f"needs {one.name}, which only {giver.name} provides, and does not name it as a library",
        where=module.name,
        why="Python loads extension modules each for itself (RTLD_LOCAL)",
        do=f"link against {PurePosixPath(giver.name).name}, or load it with RTLD_GLOBAL before",
        symbol=one.name,
        signature=str(one.extern),
    )


def demangled(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give the findings with C++ and Rust symbols as their authors wrote them.

    Needs ``llvm-cxxfilt``; without it they stay as they are.
    """
    symbols = sorted({one.symbol for one in findings if one.symbol.startswith(MANGLED)})
    if not symbols or which(DEMANGLER) is None:
        return tuple(findings)
    plain = run([DEMANGLER, *symbols]).output.splitlines()
    readable: Mapping[str, str] = dict(zip(symbols, plain, strict=True))
    return tuple(
        replace(
            one,
            readable=readable[one.symbol],
            what=one.what.replace(one.symbol, f"{readable[one.symbol]} [{one.symbol}]", 1),
        )
        if readable.get(one.symbol, one.symbol) != one.symbol
        else one
        for one in findings
    )
