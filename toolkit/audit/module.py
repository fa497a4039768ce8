"""What the audit knows of one module: its imports, exports and needs, with types."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Extern:
    """What can be imported or exported, with its type.

    Attributes
    ----------
    kind
        ``function``, ``global``, ``tag``, ``memory`` or ``table``.
    type
        As WebAssembly's text has it: ``(i32, f64) -> i32``, ``mutable i32``.
    """

    kind: str
    type: str

    def __str__(self) -> str:
        return f"{self.kind} {self.type}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Import:
    """One import of a module.

    Attributes
    ----------
    origin
        The name space: ``env``, ``GOT.mem``, ``GOT.func`` ...
    name
        The symbol.
    extern
        Kind and type.
    flags
        Of a memory's limits; 0 for everything else.
    """

    origin: str
    name: str
    extern: Extern
    flags: int = 0


@dataclass(frozen=True, kw_only=True)
class Module:
    """One module as the audit looks at it.

    Attributes
    ----------
    name
        Its path in the wheel.
    size
        Bytes.
    imports
        What it wants.
    exports
        What it gives.
    needed
        File names of the libraries it wants loaded with it (``dylink.0``).
    runtime_paths
        Folders in which they are looked for; ``$ORIGIN`` is the module's own.
    weak
        Names of imports that may stay unresolved: called or as an address in the offset
        table, for which lld writes no flag (``weakImports`` in ``src/lib/libdylink.js``).
    sections
        Names of its custom sections with their size in bytes.
    features
        What its instructions need beyond WebAssembly's first version and what every
        engine has had since; names as LLVM's target features have them, and ``exnref``.
    unknown
        The first instruction that the audit does not know, in hexadecimal.
    memory_flags
        Of the limits of the memory it imports or defines.
    """

    name: str
    size: int
    imports: tuple[Import, ...]
    exports: Mapping[str, Extern]
    needed: tuple[str, ...]
    runtime_paths: tuple[str, ...]
    weak: frozenset[str]
    sections: Mapping[str, int]
    features: frozenset[str]
    unknown: str
    memory_flags: int
