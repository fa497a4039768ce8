"""The calls in files of Meson and CMake, with their words and the conditions they stand under."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from toolkit.assess.findings import Guard
from toolkit.assess.text import HASH, line_of, without_comments

BLOCK: Final = re.compile(
    r"\b(if|elseif|elif|else|endif|foreach|endforeach|function|endfunction|macro|endmacro)\b"
)
CALL: Final = re.compile(r"\b([A-Za-z_][\w.]*)\s*\(")
WORD: Final = re.compile(r""""((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|([^\s"'(),]+)""")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call.

    Attributes
    ----------
    name
        Of the function, with what stands before a dot.
    words
        What stands in its brackets.
    line
        From 1.
    guard
        ``OPTION`` where it stands under a condition.
    """

    name: str
    words: tuple[str, ...]
    line: int
    guard: Guard


def read_calls(source: str) -> Iterator[Call]:
    """Give the calls of a file of Meson or CMake, with the words in their brackets."""
    text = without_comments(source, HASH, strings=True)
    blank = without_comments(source, HASH, strings=False)
    depth_at = _depths(blank)
    at = 0
    while (found := CALL.search(blank, at)) is not None:
        at = found.end()
        if found[1].lower() in {"if", "elseif", "else", "endif", "foreach", "endforeach", "while"}:
            continue
        end = _closing(blank, found.end())
        words = [a or b or c for a, b, c in WORD.findall(text[found.end() : end])]
        yield Call(
            name=found[1],
            words=tuple(words),
            line=line_of(blank, found.start()),
            guard=Guard.OPTION if depth_at(found.start()) else Guard.NONE,
        )


def _depths(blank: str) -> _Depth:
    marks: list[tuple[int, int]] = []
    depth = 0
    for found in BLOCK.finditer(blank):
        word = found[1]
        line = blank[blank.rfind("\n", 0, found.start()) + 1 : found.start()]
        if line.strip():
            continue  # a word in the middle of a line is no block of its own
        depth += {"if": 1, "function": 1, "macro": 1}.get(word, 0)
        depth -= {"endif": 1, "endfunction": 1, "endmacro": 1}.get(word, 0)
        marks.append((found.start(), max(0, depth)))
    return _Depth(marks)


class _Depth:
    """How many conditions a place in a file stands under."""

    def __init__(self, marks: list[tuple[int, int]]) -> None:
        self._marks = marks

    def __call__(self, at: int) -> int:
        """Give the number at a place."""
        found = 0
        for start, depth in self._marks:
            if start > at:
                break
            found = depth
        return found


def _closing(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at - 1


def keyword(words: tuple[str, ...], name: str) -> str:
    """Give the value of a keyword of Meson's (``required: false``); empty where it has none."""
    for at, word in enumerate(words):
        if word.rstrip(":") == name and word != name:
            return words[at + 1] if at + 1 < len(words) else ""
        if word == name and words[at + 1 : at + 2] == (":",):
            return words[at + 2] if at + 2 < len(words) else ""
    return ""


def says(words: tuple[str, ...], name: str, value: str) -> bool:
    """Whether a keyword has a value."""
    return keyword(words, name) == value


def is_variable(source: str, call: Call, first: str) -> bool:
    """Whether the first word of a call stands there without quotes."""
    line = source.split("\n")[call.line - 1 :]
    return f"'{first}'" not in "\n".join(line[:4]) and f'"{first}"' not in "\n".join(line[:4])
