"""WebAssembly modules of a few bytes, as far as a loader looks at them.

The binary format is that of the WebAssembly specification, ``dylink.0`` that of the tool
conventions (``DynamicLinking.md``).
"""

from collections.abc import Iterable, Sequence

WEAK = 1


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


def dylink(weak: Iterable[tuple[str, str]] = ()) -> bytes:
    """Encode the section by which a side module is known."""
    memory = b"\1" + leb(4) + bytes(4)
    flags = vector([name(origin) + name(field) + leb(WEAK) for origin, field in weak])
    return section(0, name("dylink.0") + memory + b"\4" + leb(len(flags)) + flags)


def module(
    *,
    functions: Iterable[tuple[str, str]] = (),
    variables: Iterable[tuple[str, str]] = (),
    weak: Iterable[tuple[str, str]] = (),
    exports: Iterable[str] = (),
    side: bool = True,
) -> bytes:
    """Give a module that imports functions and variables and exports functions."""
    imports = [name(origin) + name(field) + b"\0" + leb(0) for origin, field in functions]
    imports += [name(origin) + name(field) + b"\3\x7f\1" for origin, field in variables]
    parts = [
        b"\0asm\1\0\0\0",
        dylink(weak) if side else b"",
        section(1, vector([b"\x60\0\0"])),
        section(2, vector(imports)),
        section(7, vector([name(field) + b"\0" + leb(0) for field in exports])),
    ]
    return b"".join(parts)
