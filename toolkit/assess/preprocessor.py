"""Which lines of C and C++ the compiler for the target sees: ``#if`` and its kin, three-valued."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from toolkit.assess.findings import Guard
from toolkit.assess.text import C, without_comments

DIRECTIVE: Final = re.compile(r"[ \t]*\#[ \t]*(\w+)[ \t]*(.*)")
TOKEN: Final = re.compile(
    r"\s*(defined|__has_include|[A-Za-z_]\w*|\d\w*|&&|\|\||[!()<>=+*/%-]=?|\S)"
)
FOREIGN: Final = re.compile(
    r"_?_?(?:WIN(?:32|64|NT|DOWS)?_?_?$|_?WIN(?:32|64)|MSC_VER|MINGW|CYGWIN|APPLE|MACH|linux|LINUX|"
    r"FreeBSD|NetBSD|OpenBSD|DragonFly|sun|SVR4|HAIKU|ANDROID|x86_64|amd64|i386|i686|aarch64|arm|ARM|"
    r"powerpc|ppc|PPC|mips|riscv|s390|sparc|loongarch|SSE|AVX|MMX|FMA|BMI|AES|NEON|ALTIVEC|VSX|"
    r"OPENMP|_OPENMP|CUDA|HIP|SYCL|INTEL_COMPILER|BORLANDC|IBMC|SUNPRO|PGI|_M_\w+|M_(?:X64|IX86|ARM)|"
    r"GLIBC|BIONIC|QNX|VXWORKS|PYPY_VERSION|GRAALVM)",
)
"""Beginnings of macros of other systems, processors and compilers, underscores or not."""
COMPARED: Final[Mapping[str, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that is no directive, or one of ``#include`` and ``#pragma``.

    Attributes
    ----------
    number
        From 1.
    text
        Without comments; strings as they are in directives only.
    guard
        ``PLATFORM`` where the target's compiler never sees it, ``OPTION`` where it may not.
    directive
        ``include``, ``pragma`` … or empty.
    """

    number: int
    text: str
    guard: Guard
    directive: str = ""


def lines_of(source: str, defined: Mapping[str, str]) -> Iterator[Line]:
    """Give the lines of a file of C or C++, with what the preprocessor makes of them.

    Parameters
    ----------
    source
        Its text.
    defined
        Macros that the target's compiler defines by itself, with their values.
    """
    stack: list[list[bool | None]] = []
    bare = without_comments(source, C, strings=True).split("\n")
    quiet = without_comments(source, C, strings=False).split("\n")
    at = 0
    while at < len(bare):
        number, text = at + 1, bare[at]
        found = DIRECTIVE.match(text)
        if found is None:
            yield Line(number=number, text=quiet[at], guard=_guard(stack))
            at += 1
            continue
        while text.endswith("\\") and at + 1 < len(bare):
            at += 1
            text = text[:-1] + " " + bare[at]
        at += 1
        word, rest = (DIRECTIVE.match(text) or found).groups()
        if not _turned(word, rest, stack, defined):
            yield Line(number=number, text=rest, guard=_guard(stack), directive=word)


def _turned(
    word: str, rest: str, stack: list[list[bool | None]], defined: Mapping[str, str]
) -> bool:
    """Follow a conditional directive; say whether it was one."""
    name = "".join(rest.split(maxsplit=1)[:1])
    match word:
        case "if":
            stack.append([_holds(rest, defined)])
        case "ifdef":
            stack.append([_is_defined(name, defined)])
        case "ifndef":
            known = _is_defined(name, defined)
            # `#ifndef NAME_H` is how a header keeps from being read twice.
            stack.append([True if known is None else not known])
        case "elif" if stack:
            stack[-1].append(_holds(rest, defined))
        case "else" if stack:
            stack[-1].append(True)
        case "endif":
            if stack:
                stack.pop()
        case _:
            return False
    return True


def _guard(stack: list[list[bool | None]]) -> Guard:
    """Give what guards a line below these conditionals: a list of branches so far for each."""
    states = [_taken(branches) for branches in stack]
    if False in states:
        return Guard.PLATFORM
    return Guard.OPTION if None in states else Guard.NONE


def _taken(branches: list[bool | None]) -> bool | None:
    *before, last = branches
    if True in before or last is False:
        return False
    return None if None in before or last is None else True


def _is_defined(name: str, defined: Mapping[str, str]) -> bool | None:
    if name in defined:
        return True
    if FOREIGN.match(name.lstrip("_")) or FOREIGN.match(name):
        return False
    return None


def _holds(condition: str, defined: Mapping[str, str]) -> bool | None:
    try:
        return _Condition(condition, defined).holds()
    except RecursionError:
        return None


class _Condition:
    """A condition of ``#if``: ``defined``, ``!``, ``&&``, ``||``, brackets and numbers compared."""

    def __init__(self, text: str, defined: Mapping[str, str]) -> None:
        self._tokens = TOKEN.findall(text)
        self._at = 0
        self._defined = defined

    def holds(self) -> bool | None:
        """Give what comes out; ``None`` where it is not known."""
        found = self._or()
        return None if self._at < len(self._tokens) else found

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> bool:
        if self._next() in wanted:
            self._at += 1
            return True
        return False

    def _or(self) -> bool | None:
        found = [self._and()]
        while self._take("||"):
            found.append(self._and())
        return True if True in found else None if None in found else False

    def _and(self) -> bool | None:
        found = [self._not()]
        while self._take("&&"):
            found.append(self._not())
        return False if False in found else None if None in found else True

    def _not(self) -> bool | None:
        if self._take("!"):
            found = self._not()
            return None if found is None else not found
        return self._atom()

    def _atom(self) -> bool | None:
        if self._take("("):
            found = self._or()
            self._take(")")
            return self._compared_unknown(found)
        word = self._next()
        self._at += 1
        if word == "defined":
            bracket = self._take("(")
            name = self._next()
            self._at += 1
            if bracket:
                self._take(")")
            return _is_defined(name, self._defined)
        if self._next() == "(":
            self._skip_call()
            return self._compared_unknown(None)
        value = self._value(word)
        if self._next() in COMPARED:
            op = self._next()
            self._at += 1
            right = self._value(self._next())
            self._at += 1
            return _compared(value, op, right)
        return None if value is None else bool(value)

    def _compared_unknown(self, found: bool | None) -> bool | None:  # noqa: FBT001
        """Pass over a comparison whose left side is more than a word."""
        if self._next() in {*COMPARED, "+", "-", "*"}:
            self._at += 2
            return None
        return found

    def _skip_call(self) -> None:
        depth = 0
        while self._at < len(self._tokens):
            depth += {"(": 1, ")": -1}.get(self._next(), 0)
            self._at += 1
            if depth == 0:
                return

    def _value(self, word: str) -> int | None:
        text = self._defined.get(word, word)
        digits = re.match(r"(0[xX][0-9a-fA-F]+|\d+)", text)
        if digits is not None:
            number = digits[1]
            return int(number, 16) if number[:2].lower() == "0x" else int(number)
        if text != word:
            return None if text else 1
        # An undefined macro is 0 for the preprocessor; one of the project's may be defined.
        return 0 if _is_defined(word, self._defined) is False else None


def _compared(left: int | None, op: str, right: int | None) -> bool | None:
    return None if left is None or right is None else COMPARED[op](left, right)
