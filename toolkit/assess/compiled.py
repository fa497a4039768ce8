"""C, C++ and Cython, read as tokens: calls, headers, assembly, OpenMP, slots of CPython's types."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from toolkit.assess.catalogue import catalogue
from toolkit.assess.code import Import, Seen, Use
from toolkit.assess.findings import Guard
from toolkit.assess.preprocessor import Line, lines_of
from toolkit.assess.text import HASH, line_of, without_comments

C_SUFFIXES: Final = frozenset({".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hh", ".hpp", ".hxx"})
CYTHON_SUFFIXES: Final = frozenset({".pyx", ".pxd", ".pxi"})

INCLUDE: Final = re.compile(r"\s*(<[^<>\n]+>|\"[^\"\n]+\")")
ASM: Final = re.compile(
    r"\b(?:__asm__|__asm|asm)\b\s*(?:(?:volatile|__volatile__|goto)\b\s*)*(\(?)\s*(.{0,9})"
)
CALLS: Final = re.compile(
    r"(?<![\w.>:~])("
    + "|".join(sorted(re.escape(name) for topic in catalogue().topics.values() for name in topic.c))
    + r")\b(?!::)(\s*\()?"
)
DECLARES: Final = re.compile(r"([A-Za-z_]\w*)[\s*&]+$")
BEFORE: Final = 80
"""Characters before a call that are looked at."""
NO_TYPES: Final = frozenset(
    {"return", "else", "case", "do", "and", "or", "not", "throw", "co_await"}
)
OMP: Final = re.compile(r"\s*omp\b")
SLOT: Final = re.compile(
    r"\b(Py_tp_(?:clear|traverse|dealloc|init|free))\s*,"
    r"[^,;{}\w]*(?:(?:\w*_cast|void|inquiry|traverseproc|destructor|initproc)[^,;{}\w]+)*(\w+)"
)
CAST: Final = re.compile(r"\(\s*(inquiry|traverseproc|destructor|initproc)\s*\)\s*&?\s*(\w+)")
GIVES: Final[Mapping[str, str]] = {
    "Py_tp_clear": "int",
    "Py_tp_traverse": "int",
    "Py_tp_init": "int",
    "Py_tp_dealloc": "void",
    "Py_tp_free": "void",
    "inquiry": "int",
    "traverseproc": "int",
    "initproc": "int",
    "destructor": "void",
}
"""What functions in slots return (CPython 3.14, ``Include/object.h``)."""
DEFINED: Final = r"^[ \t]*(?:static\s+|inline\s+)*(void|int|PyObject\s*\*)\s*\n?\s*{}\s*\("
"""A function's definition, by its name."""
WRONG_TYPE: Final = "wrong type: "

EXTERN: Final = re.compile(
    r"""^[ \t]*cdef\s+extern\s+from\s+["']<?([^"'<>]+)>?["']""", re.MULTILINE
)
IMPORTED: Final = re.compile(
    r"^([ \t]*)(?:from\s+([\w.]+)\s+)?import\s+\(?([^\n#;]+)", re.MULTILINE
)
DOTTED: Final = re.compile(r"(?<![\w.])([A-Za-z_][\w.]*)\s*\(")


def read_c(source: str, defined: Mapping[str, str]) -> Seen:
    """Read a file of C or C++.

    Parameters
    ----------
    source
        Its text.
    defined
        Macros that the compiler for the target defines by itself.

    Returns
    -------
    Seen
        Headers are its imports (``<a.h>``, ``"a.h"``); functions, ``asm`` and ``#pragma omp`` its
        uses.
    """
    imports: list[Import] = []
    uses: list[Use] = []
    plain: list[Line] = []
    for line in lines_of(source, defined):
        match line.directive:
            case "include":
                if (found := INCLUDE.match(line.text)) is not None:
                    imports.append(Import(module=found[1], line=line.number, guard=line.guard))
            case "pragma" if OMP.match(line.text):
                uses.append(Use(name="#pragma omp", line=line.number, guard=line.guard))
            case "":
                uses += _calls(line)
                plain.append(line)
    return Seen(imports=tuple(imports), uses=(*uses, *_asm(source, plain), *_slots(plain)))


def _calls(line: Line) -> Iterator[Use]:
    for found in CALLS.finditer(line.text):
        name = found[1]
        if not name.startswith("std::") and (
            found[2] is None or _declared(line.text, found.start())
        ):
            continue
        yield Use(name=name, line=line.number, guard=line.guard)


def _declared(text: str, at: int) -> bool:
    before = DECLARES.search(text[max(0, at - BEFORE) : at])
    return before is not None and before[1] not in NO_TYPES


def _asm(source: str, plain: list[Line]) -> Iterator[Use]:
    """Give assembly that says something: an empty one only keeps the compiler from moving code."""
    whole = source.split("\n")
    for line in plain:
        found = ASM.search(line.text)
        if found is None or (raw := ASM.search(whole[line.number - 1])) is None:
            continue
        bracket, said = raw[1], raw[2].strip()
        if (bracket or said.startswith(("{", '"'))) and not said.startswith('""'):
            yield Use(name="asm", line=line.number, guard=line.guard)


def _slots(plain: list[Line]) -> Iterator[Use]:
    """Give functions that return something else than their slot wants."""
    text = "\n".join(line.text for line in plain)
    for form in (SLOT, CAST):
        for found in form.finditer(text):
            slot, function = found[1], found[2]
            defined = re.search(DEFINED.format(re.escape(function)), text, re.MULTILINE)
            if defined is None or defined[1].split()[0].rstrip("*") == GIVES[slot]:
                continue
            line = plain[line_of(text, found.start()) - 1]
            yield Use(
                name=f"{WRONG_TYPE}{function} returns {defined[1]}, and {slot} wants {GIVES[slot]}",
                line=line.number,
                guard=line.guard,
            )


def read_cython(source: str) -> Seen:
    """Read a file of Cython: imports, headers it takes declarations from, calls, OpenMP.

    Nothing of it is a tree: a call in a function that is never reached counts like any other.
    """
    kept = without_comments(source, HASH, strings=True)
    bare = without_comments(source, HASH, strings=False)
    names: dict[str, str] = {}
    imports = [
        Import(module=f"<{found[1]}>", line=line_of(kept, found.start(1)))
        for found in EXTERN.finditer(kept)
    ]
    for found in IMPORTED.finditer(bare):
        if "cimport" in found[0]:
            continue
        imports += _imported(
            found, line_of(bare, found.start(2) if found[2] else found.start(3)), names
        )
    uses = []
    for number, line in enumerate(bare.split("\n"), start=1):
        for found in DOTTED.finditer(line):
            first, _, rest = found[1].partition(".")
            name = f"{names.get(first, first)}.{rest}" if rest else names.get(first, first)
            if name in {"prange", "cython.parallel.prange"} or found[1].endswith(".prange"):
                name = "#pragma omp"
            elif _declared(line, found.start()) and not rest:
                continue
            uses.append(Use(name=name, line=number))
        if re.search(r"\bfrom\s+cython\.parallel\s+cimport\b.*\b(?:prange|parallel)\b", line):
            uses.append(Use(name="#pragma omp", line=number))
    return Seen(imports=tuple(imports), uses=tuple(uses))


def _imported(found: re.Match[str], line: int, names: dict[str, str]) -> Iterator[Import]:
    indent, module, rest = found[1], found[2], found[3]
    # Below something is a function or a try; what it is only a parser could say.
    guard = Guard.OPTION if indent else Guard.NONE
    taken = [part.split() for part in rest.strip(" ()\\").split(",") if part.split()]
    for words in taken:
        local = words[2] if words[1:2] == ["as"] and len(words) > 2 else words[0]  # noqa: PLR2004
        if module:
            names[local] = f"{module}.{words[0]}"
        else:
            names[local.partition(".")[0]] = (
                words[0] if "as" in words else words[0].partition(".")[0]
            )
            yield Import(module=words[0], line=line, guard=guard, at_import=not guard)
    if module and not module.startswith("."):
        yield Import(
            module=module,
            names=tuple(words[0] for words in taken),
            line=line,
            guard=guard,
            at_import=not guard,
        )
