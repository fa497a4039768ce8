"""One WebAssembly module: what it imports, exports and uses, read once from its bytes.

Emscripten's own reader (``tools/webassembly.py``, as auditwheel-emscripten 0.3.0 carries
it) does the reading. It drops what the audit needs of an import (whether a global is
mutable, the flags of a memory), so imports are read here, on its primitives.
"""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final

from auditwheel_emscripten.emscripten_tools import webassembly
from auditwheel_emscripten.emscripten_tools.webassembly import ExternType, SecType

from toolkit.audit.instructions import LEB, features_of
from toolkit.audit.module import Extern, Import, Module
from toolkit.errors import AuditFailed

HEADER: Final = b"\0asm\1\0\0\0"
"""What every WebAssembly module begins with: the magic number and version 1."""
WEAK: Final = 1
"""``WASM_SYMBOL_BINDING_WEAK`` of the tool conventions' ``dylink.0`` section."""
SHARED: Final = 2
"""Flag of a memory's limits: it is shared between threads (threads proposal)."""
WIDE: Final = 4
"""Flag of a memory's limits: its addresses have 64 bits (memory64 proposal)."""
INITIAL_VALUE: Final = re.compile(
    rb"(?:[\x23\x41\x42\xd0\xd2]" + LEB + rb"|\x43.{4}|\x44.{8}|[\x6a-\x6c\x7c-\x7e]"
    rb"|\xfd\x0c.{16})*+\x0b",
    re.DOTALL,
)
"""A constant expression (core specification 3.0, 3.4.15) with the end that it has."""
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


def read_module(name: str, content: bytes, *, side: bool = True) -> Module:
    """Read a module.

    Parameters
    ----------
    name
        What errors call it.
    content
        Its bytes.
    side
        Whether it must be one that can be loaded into a running program (with a section
        ``dylink.0``).

    Raises
    ------
    AuditFailed
        When it cannot be read, or is no side module.
    """
    with _opened(name, content) as reader:
        types = [_signature(found) for found in reader.get_types()]
        imports = tuple(_imports(reader, types))
        needed: tuple[str, ...] = ()
        paths: tuple[str, ...] = ()
        weak: frozenset[str] = frozenset()
        if side:
            dylink = _dylink(reader)
            needed, paths = tuple(dylink.needed), tuple(dylink.runtime_paths)
            weak = frozenset(
                field
                for fields in dylink.import_info.values()
                for field, flags in fields.items()
                if flags & WEAK
            )
        sections = list(reader.sections())
        _require_whole(reader, sections)
        used = features_of(_code(sections, content))
        return Module(
            name=name,
            size=len(content),
            imports=imports,
            exports=_exports(reader, types, imports),
            needed=needed,
            runtime_paths=paths,
            weak=weak,
            sections={part.name: part.size for part in sections if part.name is not None},
            features=used.names,
            unknown=used.unknown,
            memory_flags=_memory_flags(reader, imports),
        )


class _Reader(webassembly.Module):
    """Emscripten's reader, on bytes instead of a file."""

    def __init__(self, name: str, content: bytes) -> None:
        self.buf = None
        if content[: len(HEADER)] != HEADER:
            raise webassembly.InvalidWasmError(name)
        self.filename = name
        self.size = len(content)
        self.buf = io.BytesIO(content)  # type: ignore[assignment] # it reads and seeks too
        self._cache: dict[Any, Any] = {}


@contextmanager
def _opened(name: str, content: bytes) -> Iterator[Any]:
    """Read a module; what its reader does not understand is an error of ours."""
    try:
        with _Reader(name, content) as reader:
            yield reader
    except UNREADABLE as error:
        msg = f"{name} is not a WebAssembly module that can be loaded ({error or 'damaged'})"
        raise AuditFailed(
            msg, do="see that the build links it as a side module (-sSIDE_MODULE)"
        ) from error


def _signature(found: Any) -> str:
    params = ", ".join(_word(kind) for kind in found.params)
    returns = ", ".join(_word(kind) for kind in found.returns)
    return f"({params}) -> {returns or 'nothing'}"


def _word(kind: Any) -> str:
    return str(kind.name).lower()


def _imports(reader: Any, types: list[str]) -> Iterator[Import]:
    section = reader.get_section(SecType.IMPORT)
    if section is None:
        return
    reader.seek(section.offset)
    for _ in range(reader.read_uleb()):
        origin, name = reader.read_string(), reader.read_string()
        kind, flags = ExternType(reader.read_byte()), 0
        match kind:
            case ExternType.FUNC:
                extern = Extern(kind="function", type=types[reader.read_uleb()])
            case ExternType.GLOBAL:
                extern = _global(reader.read_type(), reader.read_byte())
            case ExternType.MEMORY:
                limits = reader.read_limits()
                extern, flags = Extern(kind="memory", type=""), limits.flags
            case ExternType.TABLE:
                extern = Extern(kind="table", type=_word(reader.read_type()))
                reader.read_limits()
            case ExternType.TAG:
                reader.read_byte()  # its attribute: always an exception
                extern = Extern(kind="tag", type=types[reader.read_uleb()])
        yield Import(origin=origin, name=name, extern=extern, flags=flags)


def _global(kind: Any, mutable: int) -> Extern:
    return Extern(kind="global", type=f"mutable {_word(kind)}" if mutable else _word(kind))


def _exports(reader: Any, types: list[str], imports: tuple[Import, ...]) -> dict[str, Extern]:
    """Give the exports; indices count the imported ones of a kind first."""
    spaces: dict[str, list[Extern]] = {
        kind: [found.extern for found in imports if found.extern.kind == kind]
        for kind in ("function", "global", "tag", "memory", "table")
    }
    for index in reader.get_function_types():
        spaces["function"].append(Extern(kind="function", type=types[index]))
    spaces["global"] += _globals(reader)
    spaces["table"] += [Extern(kind="table", type=_word(t.elem_type)) for t in reader.get_tables()]
    spaces["tag"] += [Extern(kind="tag", type=types[index]) for index in _tags(reader)]
    kinds = {
        ExternType.FUNC: "function",
        ExternType.GLOBAL: "global",
        ExternType.TABLE: "table",
        ExternType.TAG: "tag",
    }
    return {
        found.name: spaces[kinds[found.kind]][found.index]
        if found.kind in kinds
        else Extern(kind="memory", type="")
        for found in reader.get_exports()
    }


def _globals(reader: Any) -> Iterator[Extern]:
    """Give the globals a module defines; Emscripten's reader knows few initial values."""
    section = reader.get_section(SecType.GLOBAL)
    if section is None:
        return
    reader.seek(section.offset)
    for _ in range(reader.read_uleb()):
        yield _global(reader.read_type(), reader.read_byte())
        start = reader.tell()
        value = INITIAL_VALUE.match(reader.read_at(start, section.offset + section.size - start))
        if value is None:
            raise ValueError("a global whose initial value is no constant")
        reader.seek(start + value.end())


def _dylink(reader: Any) -> Any:
    first = next(reader.sections(), None)
    if first is None or first.name not in ("dylink.0", "dylink"):
        raise ValueError("it does not begin with a section dylink.0")
    # The reader prints the number of a subsection that it does not know.
    with redirect_stdout(sys.stderr):
        return reader.parse_dylink_section()


def _tags(reader: Any) -> Iterator[int]:
    section = reader.get_section(SecType.TAG)
    if section is not None:
        reader.seek(section.offset)
        for _ in range(reader.read_uleb()):
            reader.read_byte()
            yield reader.read_uleb()


def _memory_flags(reader: Any, imports: tuple[Import, ...]) -> int:
    for found in imports:
        if found.extern.kind == "memory":
            return found.flags
    section = reader.get_section(SecType.MEMORY)
    if section is None:
        return 0
    reader.seek(section.offset)
    return int(reader.read_limits().flags) if reader.read_uleb() else 0


def _require_whole(reader: Any, sections: list[Any]) -> None:
    """See that nothing is cut off at the end: sections refer to later ones."""
    for part in sections:
        if part.offset + part.size > reader.size:
            raise EOFError("cut short")
    kinds = {part.type: part for part in sections}
    functions = len(reader.get_function_types())
    bodies = 0
    if SecType.CODE in kinds:
        reader.seek(kinds[SecType.CODE].offset)
        bodies = reader.read_uleb()
    if functions != bodies:
        raise EOFError(f"{functions} functions are declared and {bodies} are there")
    if SecType.DATACOUNT in kinds and SecType.DATA not in kinds:
        reader.seek(kinds[SecType.DATACOUNT].offset)
        if reader.read_uleb():
            raise EOFError("its data are missing")


def _code(sections: list[Any], content: bytes) -> bytes:
    for part in sections:
        if part.type == SecType.CODE:
            return content[part.offset : part.offset + part.size]
    return b""
