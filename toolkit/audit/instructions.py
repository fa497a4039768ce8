"""Which proposals of WebAssembly a module's instructions belong to.

emcc strips the section ``target_features`` when it links, so the code itself is asked. An
instruction's length follows from its first byte (WebAssembly core specification 3.0,
chapter 5.4, and the threads proposal): one regular expression that knows those lengths
walks through a function at the speed of the machine, and halts where it meets an
instruction that belongs to a proposal not seen before.
"""

import functools
import re
from dataclasses import dataclass
from typing import Final

LEB: Final = rb"(?:[\x80-\xff]*+[\x00-\x7f])"
"""A number in LEB128."""
BASE: Final = (
    rb"[\x00\x01\x05\x0b\x0f\x1a\x1b\x45-\xc4\xd1]",  # no operand
    rb"[\x02-\x04\x0c\x0d\x10\x20-\x26\x3f-\x42\xd0\xd2]" + LEB,
    rb"[\x11\x28-\x3e]" + LEB + LEB,  # indirect call; load and store
    rb"\x43.{4}",
    rb"\x44.{8}",
    rb"\x1c" + LEB + rb"[\x40-\x7f]",  # select with its one type
    rb"\xfc[\x00-\x07]",  # saturating conversion
    rb"\xfc[\x08\x0a\x0c\x0e]" + LEB + LEB,  # bulk memory, tables
    rb"\xfc[\x09\x0b\x0d\x0f-\x11]" + LEB,
)
"""WebAssembly 2.0 without SIMD: what every engine has that runs Pyodide."""
CATCH: Final = rb"(?:[\x00\x01]" + LEB + LEB + rb"|[\x02\x03]" + LEB + rb")"
PROPOSALS: Final = {
    # `throw` is both encodings': it says nothing.
    "exception-handling": rb"[\x06\x07\x09\x18]" + LEB + rb"|\x19",
    "exnref": rb"\x0a|\x1f"
    + LEB
    + rb"(?:"
    + b"|".join(rb"%b%b" % (bytes([count]), CATCH * count) for count in (0, 1, 2, 3, 4))
    + rb")",
    "tail-call": rb"\x12" + LEB + rb"|\x13" + LEB + LEB,
    "simd128": rb"\xfd(?:[\x00-\x0b\x5c\x5d]"
    + LEB
    + LEB
    # constant and shuffle; lanes; load and store of lanes; the rest below 256 has no operand
    + rb"|[\x0c\x0d].{16}|[\x15-\x22].|[\x54-\x5b]"
    + LEB
    + LEB
    + rb"."
    rb"|[\x0e-\x14\x23-\x53\x5e-\x7f]|[\x80-\xff]\x01)",
    "relaxed-simd": rb"\xfd[\x80-\xff]\x02",
    "atomics": rb"\xfe(?:\x03.|(?!\x03)" + LEB + LEB + LEB + rb")",
}
THROW: Final = rb"\x08" + LEB
BRANCHES: Final = 0x0E
"""``br_table``: the one instruction of any length."""
SHOWN: Final = 2
"""Bytes of an unknown instruction that are named."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """What instructions were met.

    Attributes
    ----------
    names
        Names of proposals.
    unknown
        The first instruction that is none of ours, in hexadecimal; nothing behind it in
        its function was looked at.
    """

    names: frozenset[str]
    unknown: str


def features_of(code: bytes) -> Used:
    """Give what the instructions of a code section need.

    Raises
    ------
    IndexError
        When the section is cut short.
    """
    met: frozenset[str] = frozenset()
    unknown = ""
    if not code:
        return Used(names=met, unknown=unknown)
    count, position = _number(code, 0)
    for _ in range(count):
        size, start = _number(code, position)
        position = start + size
        if position > len(code):
            raise IndexError("a function is cut short")
        met, strange = _walk(code, _after_locals(code, start), position, met)
        unknown = unknown or strange
    return Used(names=met, unknown=unknown)


def _walk(code: bytes, start: int, end: int, met: frozenset[str]) -> tuple[frozenset[str], str]:
    """Go through one function."""
    position = start
    while True:
        position = _known(met).match(code, position, end).end()  # type: ignore[union-attr]
        if position >= end:
            return met, ""
        if code[position] == BRANCHES:
            position = _after_branches(code, position + 1)
            continue
        for name in PROPOSALS:
            if _proposal(name).match(code, position, end):
                met |= {name}
                break
        else:
            return met, code[position : min(position + SHOWN, end)].hex()


@functools.cache
def _known(met: frozenset[str]) -> re.Pattern[bytes]:
    """Give the expression for a row of instructions that need no more than `met`."""
    parts = [*BASE, THROW, *(PROPOSALS[name] for name in sorted(met))]
    return re.compile(b"(?:" + b"|".join(parts) + b")*+", re.DOTALL)


@functools.cache
def _proposal(name: str) -> re.Pattern[bytes]:
    return re.compile(PROPOSALS[name], re.DOTALL)


def _after_branches(code: bytes, position: int) -> int:
    count, position = _number(code, position)
    for _ in range(count + 1):
        _, position = _number(code, position)
    return position


def _after_locals(code: bytes, position: int) -> int:
    groups, position = _number(code, position)
    for _ in range(groups):
        _, position = _number(code, position)
        position += 1  # the type
    return position


def _number(code: bytes, position: int) -> tuple[int, int]:
    """Read an unsigned number; give it and where it ends."""
    value = shift = 0
    while True:
        byte = code[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says "more follows"
            return value, position
        shift += 7
