"""Would a compiled module load in the runtime? A static check of its imports.

Emscripten promises no ABI between versions, so a module from another compiler than
the runtime's is not believed but checked: every symbol it imports must be exported by
the runtime's WebAssembly module or provided by its JavaScript half (``wasmImports`` of
``pyodide.asm.mjs``), or come from a module of the same wheel.
"""

import argparse
import contextlib
import functools
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from auditwheel_emscripten.emscripten_tools import webassembly

from toolkit.errors import AuditFailed

HEADER: Final = b"\0asm\1\0\0\0"
"""What every WebAssembly module begins with: the magic number and version 1."""
GIVEN_BY_LOADER: Final = frozenset(
    {"memory", "__indirect_function_table", "__memory_base", "__table_base", "__stack_pointer"}
)
"""What Emscripten's dynamic loader itself hands to a side module (``src/lib/libdylink.js``)."""
WASM_IMPORTS: Final = re.compile(r"\bwasmImports=\{([^{}]*)\}")
SETJMP_TAGS: Final = frozenset({"__cpp_exception", "__c_longjmp"})
WEAK: Final = 1
"""``WASM_SYMBOL_BINDING_WEAK`` of the tool conventions' ``dylink.0`` section."""
UNREADABLE: Final = (
    webassembly.InvalidWasmError,
    ArithmeticError,
    AssertionError,
    EOFError,
    LookupError,
    NameError,
    StopIteration,
    SystemExit,
    TypeError,
    ValueError,
)
"""What Emscripten's reader raises for a damaged module, or one without ``dylink.0``."""


@dataclass(frozen=True, kw_only=True)
class ModuleAudit:
    """What the audit found in one module.

    Attributes
    ----------
    module
        Its path in the wheel.
    size
        Bytes.
    missing
        Symbols that nothing provides.
    """

    module: str
    size: int
    missing: tuple[str, ...]


@functools.cache
def provided_symbols(runtime: Path) -> frozenset[str]:
    """Give the names of all symbols that a runtime folder's files provide."""
    script = (runtime / "pyodide.asm.mjs").read_text("utf-8")
    found = WASM_IMPORTS.search(script)
    if found is None:
        msg = f"{runtime / 'pyodide.asm.mjs'} has no table wasmImports"
        raise AuditFailed(msg, do="use the Pyodide version that images/pins.toml names")
    scripted = {pair.partition(":")[0].strip().strip("\"'") for pair in found[1].split(",")}
    with _opened("pyodide.asm.wasm", runtime / "pyodide.asm.wasm") as module:
        compiled = {export.name for export in module.get_exports()}
    return frozenset({*scripted, *compiled, *GIVEN_BY_LOADER, *SETJMP_TAGS})


def audit_wheel(wheel: Path, runtime: Path) -> list[ModuleAudit]:
    """Audit every compiled module of a wheel.

    Returns
    -------
    list of ModuleAudit
        One for each module, in the order of the wheel.

    Raises
    ------
    AuditFailed
        When a shared library in it is not WebAssembly, or not one that can be loaded.
    """
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:
        modules: dict[str, Path] = {}
        for number, name in enumerate(archive.namelist()):
            if re.search(r"\.so(\.\d+)*$", name):
                # Named by number: a name from the wheel never becomes a path.
                modules[name] = Path(scratch) / str(number)
                modules[name].write_bytes(archive.read(name))
        return audit_modules(modules, runtime)


def audit_modules(modules: dict[str, Path], runtime: Path) -> list[ModuleAudit]:
    """Audit modules that lie as files, by the names to report them under."""
    for name, path in modules.items():
        if path.read_bytes()[: len(HEADER)] != HEADER:
            msg = f"{name} is not WebAssembly"
            raise AuditFailed(
                msg,
                do="let the build use the compiler it is given (CC, CXX), not the machine's own",
            )
    # Modules of one wheel may export to one another (shared libraries of a package).
    siblings = {symbol for name, path in modules.items() for symbol in _exports(name, path)}
    known = provided_symbols(runtime) | siblings
    return [
        ModuleAudit(
            module=name,
            size=path.stat().st_size,
            missing=tuple(sorted(set(_imports(name, path)) - known)),
        )
        for name, path in modules.items()
    ]


def require_loadable(audits: Iterable[ModuleAudit]) -> None:
    """Refuse modules that miss symbols.

    Raises
    ------
    AuditFailed
        It names the first module and its first missing symbols; the rest is the detail.
    """
    bad = [audit for audit in audits if audit.missing]
    if bad:
        shown = ", ".join(bad[0].missing[:5])
        msg = f"{bad[0].module} needs symbols that the runtime lacks: {shown}"
        raise AuditFailed(
            msg,
            do="link the library that defines them into the module, or switch the feature off",
            detail="\n".join(f"{audit.module}: {' '.join(audit.missing)}" for audit in bad),
        )


@contextlib.contextmanager
def _opened(name: str, path: Path) -> Iterator[Any]:
    """Read a module; what its reader does not understand is an error of ours."""
    try:
        with webassembly.Module(str(path)) as module:  # type: ignore[no-untyped-call]
            yield module
    except UNREADABLE as error:
        msg = f"{name} is not a WebAssembly module that can be loaded ({error or 'damaged'})"
        raise AuditFailed(
            msg, do="see that the build links it as a side module (-sSIDE_MODULE)"
        ) from error


def _exports(name: str, path: Path) -> list[str]:
    with _opened(name, path) as module:
        return [export.name for export in module.get_exports()]


def _imports(name: str, path: Path) -> list[str]:
    """Give what must resolve: imports of ``env`` and of the global offset table.

    Weak imports (``dylink.0`` flags them) may stay unresolved.
    """
    with _opened(name, path) as module:
        weak = {
            (origin, field)
            for origin, fields in module.parse_dylink_section().import_info.items()
            for field, flags in fields.items()
            if flags & WEAK
        }
        return [
            found.field
            for found in module.get_imports()
            if found.module in ("env", "GOT.mem", "GOT.func")
            and (found.module, found.field) not in weak
            and not found.field.startswith("invoke_")
        ]


def main() -> None:
    """Audit the wheels named on the command line (the image build's smoke test)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runtime", type=Path, required=True)
    parser.add_argument("wheels", type=Path, nargs="+")
    options = parser.parse_args()
    for wheel in options.wheels:
        audits = audit_wheel(wheel, options.runtime)
        require_loadable(audits)
        print(f"{wheel.name}: {len(audits)} modules, no symbol missing")


if __name__ == "__main__":
    main()
