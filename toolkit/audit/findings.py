"""What an audit says: kinds of findings, how grave each is, and what one looks like."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from toolkit.errors import SettingsError


class Severity(StrEnum):
    """How grave a finding is."""

    ERROR = "error"
    """The wheel would not load, would fail where it loads, or is not what it says."""
    WARNING = "warning"
    """It loads; somebody should know."""


KINDS: Final[dict[str, tuple[Severity, str]]] = {
    "module": (Severity.ERROR, "a shared library that is no WebAssembly module that can be loaded"),
    "native": (Severity.ERROR, "a shared library for Linux, macOS or Windows"),
    "symbol": (Severity.ERROR, "a symbol that nothing provides"),
    "type": (Severity.ERROR, "a symbol that is provided with another type or signature"),
    "library": (Severity.ERROR, "a library that a module names and nobody brings"),
    "memory64": (Severity.ERROR, "64-bit memory where the runtime has 32-bit, or the reverse"),
    "threads": (Severity.ERROR, "shared memory where the runtime has none, or the reverse"),
    "exceptions": (Severity.ERROR, "C++ exceptions in another way than the runtime's"),
    "longjmp": (Severity.ERROR, "setjmp and longjmp in another way than the runtime's"),
    "relaxed-simd": (Severity.ERROR, "relaxed SIMD, whose results depend on the machine"),
    "init": (Severity.ERROR, "an extension module without its PyInit function"),
    "suffix": (Severity.ERROR, "a module whose file name is for another Python or platform"),
    "tag": (Severity.ERROR, "tags that the runtime does not take, or that differ inside"),
    "content": (Severity.ERROR, "tags that do not agree with the files"),
    "record": (Severity.ERROR, "a RECORD that does not agree with the files"),
    "metadata": (Severity.ERROR, "no .dist-info, or not the one that the file name asks for"),
    "pure": (Severity.ERROR, "a project with extension modules whose wheel has none"),
    "build-path": (Severity.ERROR, "the path of the build folder in a binary file"),
    "debug": (Severity.ERROR, "debug sections"),
    "leftover": (Severity.ERROR, "files of version control or of this toolkit"),
    "local": (Severity.WARNING, "a symbol that only a module not named as a library provides"),
    "stub": (Severity.WARNING, "a call that the runtime has and that always fails there"),
    "simd": (Severity.WARNING, "SIMD, which the runtime does without"),
    "feature": (Severity.WARNING, "instructions that the runtime does without, or unknown ones"),
    "program": (Severity.WARNING, "a native program that is no shared library"),
    "text-path": (Severity.WARNING, "the build folder's path in a text file"),
    "source-path": (Severity.WARNING, "the path of a source file on the machine that built it"),
    "source-map": (Severity.WARNING, "a source map"),
    "cache": (Severity.WARNING, "byte code and caches"),
    "tests": (Severity.WARNING, "tests and their data"),
}
"""Every kind, how grave it is, and what it means (``docs/audit.md`` shows the same table)."""


def require_kinds(names: Iterable[str], where: str) -> None:
    """Refuse names that are no kinds of findings.

    Raises
    ------
    SettingsError
        It names the setting (`where`) and the nearest kind.
    """
    for name in names:
        if name not in KINDS:
            close = difflib.get_close_matches(name, KINDS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            msg = f"{where}: the audit has no kind of finding {name!r}{hint}"
            raise SettingsError(msg, do=f"use one of: {', '.join(sorted(KINDS))}")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that an audit found.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    severity
        How grave.
    where
        The file in the wheel; empty where it is the wheel itself.
    what
        What is wrong there, on one line.
    why
        Why, where that is known.
    do
        What can be done.
    symbol
        The symbol as the module names it, where the finding is about one.
    readable
        The symbol as its author wrote it (C++ names are demangled).
    signature
        Type that the module imports it with.
    """

    kind: str
    severity: Severity
    where: str = ""
    what: str
    why: str = ""
    do: str
    symbol: str = ""
    readable: str = ""
    signature: str = ""


def finding(
    kind: str,
    what: str,
    *,
    do: str,
    where: str = "",
    why: str = "",
    symbol: str = "",
    signature: str = "",
) -> Finding:
    """Make a finding, as grave as its kind."""
    severity, _meaning = KINDS[kind]
    return Finding(
        kind=kind,
        severity=severity,
        where=where,
        what=what,
        why=why,
        do=do,
        symbol=symbol,
        readable=symbol,
        signature=signature,
    )


def lowered(findings: Iterable[Finding], kinds: Iterable[str]) -> tuple[Finding, ...]:
    """Give the findings with those of `kinds` lowered to warnings."""
    chosen = frozenset(kinds)
    return tuple(
        replace(found, severity=Severity.WARNING) if found.kind in chosen else found
        for found in findings
    )
