"""WebAssembly modules of a few bytes, as far as a loader looks at them.

The binary format is that of the WebAssembly specification, ``dylink.0`` that of the tool
conventions (``DynamicLinking.md``).
"""

from collections.abc import Iterable, Mapping, Sequence

WEAK = 1
I32, I64, F64, V128 = b"\x7f", b"\x7e", b"\x7c", b"\x7b"

type Signature = tuple[Sequence[bytes], Sequence[bytes]]
NOTHING: Signature = ((), ())


def leb(number: int) -> bytes:
    """Encode an unsigned number."""
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def name(text: str) -> bytes:
    """Encode a name."""
    return leb(len(text.encode())) + text.encode()


def vector(items: Sequence[bytes]) -> bytes:
    """Encode a list."""
    return leb(len(items)) + b"".join(items)


def section(number: int, content: bytes) -> bytes:
    """Encode a section."""
    return bytes([number]) + leb(len(content)) + content


def dylink(
    weak: Iterable[tuple[str, str]] = (),
    needed: Iterable[str] = (),
    paths: Iterable[str] = (),
) -> bytes:
    """Encode the section by which a side module is known."""
    memory = b"\1" + leb(4) + bytes(4)
    libraries = vector([name(library) for library in needed])
    places = vector([name(path) for path in paths])
    flags = vector([name(origin) + name(field) + leb(WEAK) for origin, field in weak])
    return section(
        0,
        name("dylink.0")
        + memory
        + (b"\2" + leb(len(libraries)) + libraries)
        + (b"\4" + leb(len(flags)) + flags)
        + (b"\5" + leb(len(places)) + places),
    )


def function_type(signature: Signature) -> bytes:
    """Encode the type of a function."""
    params, returns = signature
    return b"\x60" + vector(params) + vector(returns)


def body(instructions: bytes) -> bytes:
    """Encode a function without variables of its own."""
    content = b"\0" + instructions + b"\x0b"
    return leb(len(content)) + content


def module(
    *,
    functions: Iterable[tuple[str, str]] = (),
    variables: Iterable[tuple[str, str]] = (),
    constants: Iterable[tuple[str, str]] = (),
    tags: Iterable[tuple[str, str]] = (),
    memory: int | None = None,
    weak: Iterable[tuple[str, str]] = (),
    needed: Iterable[str] = (),
    paths: Iterable[str] = ("$ORIGIN",),
    exports: Iterable[str] = (),
    data: Iterable[str] = (),
    tag_exports: Iterable[str] = (),
    own_memory: int | None = None,
    types: Mapping[str, Signature] | None = None,
    wide: bool = False,
    code: bytes = b"",
    custom: Mapping[str, bytes] | None = None,
    side: bool = True,
) -> bytes:
    """Give a module.

    It imports functions, variables, constants and tags (origin, name) and a memory with
    these flags; it exports functions (`exports`), addresses of data and tags; what `types`
    does not name is a function of nothing that gives nothing; a function more runs `code`.
    """
    signatures = [NOTHING, ((I32,), ())]
    known = dict(types or {})

    def index(signature: Signature) -> bytes:
        if signature not in signatures:
            signatures.append(signature)
        return leb(signatures.index(signature))

    address = I64 if wide else I32
    functions, exports, data, tag_exports = (
        list(functions),
        list(exports),
        list(data),
        list(tag_exports),
    )
    imports = [
        name(origin) + name(field) + b"\0" + index(known.get(field, NOTHING))
        for origin, field in functions
    ]
    imports += [name(origin) + name(field) + b"\3" + address + b"\1" for origin, field in variables]
    imported_globals = len(imports) - len(functions)
    for origin, field in constants:
        imports.append(name(origin) + name(field) + b"\3" + address + b"\0")
        imported_globals += 1
    imports += [name(origin) + name(field) + b"\4\0" + leb(1) for origin, field in tags]
    if memory is not None:
        limits = leb(1) + (leb(9) if memory & 1 else b"")
        imports.append(name("env") + name("memory") + b"\2" + leb(memory) + limits)
    own = [index(known.get(field, NOTHING)) for field in exports] + [leb(0)]
    shown = [
        name(field) + b"\0" + leb(len(functions) + number) for number, field in enumerate(exports)
    ]
    shown += [
        name(field) + b"\3" + leb(imported_globals + number) for number, field in enumerate(data)
    ]
    shown += [name(field) + b"\4" + leb(number) for number, field in enumerate(tag_exports)]
    parts = [
        b"\0asm\1\0\0\0",
        dylink(weak, needed, paths) if side else b"",
        section(1, vector([function_type(signature) for signature in signatures])),
        section(2, vector(imports)),
        section(3, vector(own)),
        b"" if own_memory is None else section(5, b"\1" + leb(own_memory) + b"\1\2"),
        section(13, vector([b"\0\1"] * len(tag_exports))) if tag_exports else b"",
        section(6, vector([address + b"\0\x41\0\x0b"] * len(data))),
        section(7, vector(shown)),
        section(10, vector([*[body(b"\0")] * len(exports), body(code)])),
        *(section(0, name(title) + content) for title, content in (custom or {}).items()),
    ]
    return b"".join(parts)
