"""What a runtime gives to the modules that it loads, with types.

Two halves: the exports of ``pyodide.asm.wasm``, whose types stand in the module, and the
table ``wasmImports`` of ``pyodide.asm.mjs``, JavaScript functions without a type. Where
the runtime's own module imports such a function, the type is the one it imports it with.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from toolkit.audit.module import Extern
from toolkit.audit.wasm import SHARED, WIDE, read_module
from toolkit.errors import AuditFailed

WASM_IMPORTS: Final = re.compile(r"\bwasmImports=\{([^{}]*)\}")
CALLED_THROUGH_SCRIPT: Final = "invoke_"
"""Beginning of the functions by which the JavaScript model of exceptions calls."""
GIVEN_BY_LOADER: Final[Mapping[str, Extern | None]] = MappingProxyType(
    {
        "memory": Extern(kind="memory", type=""),
        "__indirect_function_table": Extern(kind="table", type="funcref"),
        "__memory_base": Extern(kind="global", type="i32"),
        "__table_base": Extern(kind="global", type="i32"),
        "__stack_pointer": Extern(kind="global", type="mutable i32"),
    }
)
"""What Emscripten's dynamic loader itself hands to a side module (``src/lib/libdylink.js``)."""


@dataclass(frozen=True, kw_only=True)
class Provided:
    """What a runtime provides.

    Attributes
    ----------
    symbols
        Every symbol with its type; ``None`` for JavaScript whose type nobody states.
    features
        What the runtime's own instructions need (see :class:`toolkit.audit.module.Module`).
    wide_memory
        Whether its addresses have 64 bits.
    shared_memory
        Whether its memory is shared between threads.
    calls_through_script
        Whether its loader makes the ``invoke_*`` functions of the JavaScript model of
        exceptions and longjmp.
    """

    symbols: Mapping[str, Extern | None]
    features: frozenset[str]
    wide_memory: bool
    shared_memory: bool
    calls_through_script: bool


@functools.cache
def provided_by(runtime: Path) -> Provided:
    """Read what a runtime folder's files provide; once in a process.

    Raises
    ------
    AuditFailed
        When the folder holds no Pyodide that the audit understands.
    """
    script_file, program_file = runtime / "pyodide.asm.mjs", runtime / "pyodide.asm.wasm"
    try:
        script, program = script_file.read_text("utf-8"), program_file.read_bytes()
    except FileNotFoundError as error:
        msg = f"{error.filename} is not there: {runtime} holds no Pyodide runtime"
        raise AuditFailed(msg, do="run this inside the spec14-toolkit image") from error
    found = WASM_IMPORTS.search(script)
    if found is None:
        msg = f"{script_file} has no table wasmImports"
        raise AuditFailed(msg, do="use the Pyodide version that images/pins.toml names")
    scripted = {pair.partition(":")[0].strip().strip("\"'") for pair in found[1].split(",")}
    main = read_module(program_file.name, program, side=False)
    imported = {one.name: one.extern for one in main.imports if one.extern.kind == "function"}
    return Provided(
        symbols=MappingProxyType(
            {
                **{name: imported.get(name) for name in scripted if name},
                **GIVEN_BY_LOADER,
                **main.exports,
            }
        ),
        features=main.features,
        wide_memory=bool(main.memory_flags & WIDE),
        shared_memory=bool(main.memory_flags & SHARED),
        calls_through_script=f'"{CALLED_THROUGH_SCRIPT}"' in script,
    )
