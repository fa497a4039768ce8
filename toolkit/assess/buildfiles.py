"""What build files ask for: languages, libraries, OpenMP, assembly, shared libraries.

``meson.build`` and ``CMakeLists.txt`` are read as calls with words, with the conditions they stand
under; ``setup.py`` as a tree. None is run, so what is put together from variables is not seen.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from toolkit.assess.build_calls import Call, is_variable, keyword, read_calls, says
from toolkit.assess.findings import Guard

ASSEMBLY: Final = (".s", ".asm", ".nasm")
FORTRAN: Final = (".f", ".for", ".f77", ".f90", ".f95", ".f03", ".f08")
BELOW: Final = "subdirectory"
SOURCE: Final = "source"
COMPILED: Final = (".c", ".cc", ".cpp", ".cxx")
LINKED: Final = re.compile(r"-l([A-Za-z][\w+.-]*)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that a build file asks for.

    Attributes
    ----------
    kind
        ``library``, ``fortran``, ``openmp``, ``assembly``, ``shared-library``, ``distutils``;
        ``subdirectory``: another build file, which is read then; ``source``: a file that is
        compiled.
    name
        Of the library, file or folder.
    line
        From 1.
    guard
        ``OPTION`` where it is not required, or stands under a condition.
    """

    kind: str
    line: int
    name: str = ""
    guard: Guard = Guard.NONE


def read_meson(source: str) -> Iterator[Asked]:
    """Read a ``meson.build``."""
    for call in read_calls(source):
        yield from _compiled(call)
        name = call.name.rpartition(".")[2]
        guard = call.guard
        if says(call.words, "required", "false") or keyword(call.words, "required") not in {
            "",
            "true",
        }:
            guard = guard or Guard.OPTION
        match name:
            case "project" | "add_languages" if "fortran" in [
                word.lower() for word in call.words[:6]
            ]:
                yield Asked(kind="fortran", line=call.line, guard=guard)
            case "dependency" | "find_library" if call.words:
                first = call.words[0]
                if first.lower() == "openmp":
                    yield Asked(kind="openmp", line=call.line, guard=guard)
                elif re.fullmatch(r"[A-Za-z][\w+.-]*", first) and not is_variable(
                    source, call, first
                ):
                    fallback = any(word.rstrip(":") == "fallback" for word in call.words)
                    yield Asked(
                        kind="library",
                        name=first,
                        line=call.line,
                        guard=guard or (Guard.OPTION if fallback else Guard.NONE),
                    )
            case "subdir" if call.words:
                yield Asked(kind=BELOW, name=call.words[0], line=call.line, guard=guard)
            case "shared_library":
                yield Asked(
                    kind="shared-library", line=call.line, guard=guard, name=(*call.words, "")[0]
                )
        if name in {"extension_module", "static_library", "shared_library", "library", "files"}:
            yield from _sources(call)


def read_cmake(source: str) -> Iterator[Asked]:
    """Read a ``CMakeLists.txt`` or another file of CMake's."""
    for call in read_calls(source):
        yield from _compiled(call)
        words = call.words
        upper = {word.upper() for word in words}
        match call.name.lower():
            case "project" | "enable_language" if "FORTRAN" in upper:
                yield Asked(kind="fortran", line=call.line, guard=call.guard)
            case "add_subdirectory" if words:
                yield Asked(kind=BELOW, name=words[0], line=call.line, guard=call.guard)
            case "find_package" if words:
                guard = call.guard or (Guard.NONE if "REQUIRED" in upper else Guard.OPTION)
                kind = "openmp" if words[0].lower() == "openmp" else "library"
                yield Asked(kind=kind, name=words[0], line=call.line, guard=guard)
            case "pkg_check_modules" if len(words) > 1:
                guard = call.guard or (Guard.NONE if "REQUIRED" in upper else Guard.OPTION)
                names = [word for word in words[1:] if word.islower()]
                for name in names:
                    plain = re.split(r"[<>=]", name)[0]
                    yield Asked(kind="library", name=plain, line=call.line, guard=guard)
            case "add_library" if "SHARED" in upper:
                yield Asked(kind="shared-library", name=words[0], line=call.line, guard=call.guard)
            case "add_library" | "target_sources" | "add_executable":
                yield from _sources(call)


def read_setup(source: str) -> Iterator[Asked]:
    """Read a ``setup.py``: words that stand in it, wherever they are put together."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError, ValueError, RecursionError, MemoryError:
        return
    under = _conditional_lines(tree)

    def guard(node: ast.expr | ast.stmt) -> Guard:
        return Guard.OPTION if node.lineno in under else Guard.NONE

    built = {name for node in ast.walk(tree) for name in _built(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(keywords=words):
                for word in words:
                    if word.arg == "libraries":
                        for name in set(_strings(word.value)) - built:
                            yield Asked(
                                kind="library", name=name, line=node.lineno, guard=guard(node)
                            )
            case ast.ImportFrom(module=str(module)) if module.startswith("numpy.distutils"):
                yield Asked(kind="distutils", name=module, line=node.lineno, guard=guard(node))
            case ast.Constant(value=str(text)):
                yield from _said(text, node, guard(node))


def _said(text: str, node: ast.Constant, guard: Guard) -> Iterator[Asked]:
    if text in {"-fopenmp", "/openmp", "-qopenmp"}:
        yield Asked(kind="openmp", line=node.lineno, guard=guard)
    elif (found := LINKED.fullmatch(text)) is not None:
        yield Asked(kind="library", name=found[1], line=node.lineno, guard=guard)
    elif text.lower().endswith(ASSEMBLY) and " " not in text and len(text) > 4:  # noqa: PLR2004
        yield Asked(kind="assembly", name=text, line=node.lineno, guard=guard)
    elif text.lower().endswith(FORTRAN) and " " not in text and "*" not in text and len(text) > 4:  # noqa: PLR2004
        yield Asked(kind="fortran", name=text, line=node.lineno, guard=guard)


def _strings(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                match item:
                    case ast.Constant(value=str(text)):
                        yield text


def _built(node: ast.AST) -> Iterator[str]:
    """Give libraries that setuptools builds itself: ``setup(libraries=[(name, {...})])``."""
    match node:
        case ast.keyword(arg="libraries", value=ast.List(elts=items)):
            for item in items:
                match item:
                    case ast.Tuple(elts=[ast.Constant(value=str(name)), *_]):
                        yield name


def reached_files(
    asked: Mapping[str, Sequence[Asked]], root: str, last: str
) -> Mapping[str, Guard]:
    """Give the build files that are read from the one at the root, and under what.

    Parameters
    ----------
    asked
        What each file asks for, by its path.
    root
        Folder of the first file; empty for the project's own.
    last
        What such files are called.
    """
    first = "/".join([*([root] if root else []), last])
    if first not in asked:
        return dict.fromkeys(asked, Guard.NONE)
    found: dict[str, Guard] = {}
    left = [(first, Guard.NONE)]
    while left:
        path, guard = left.pop()
        if path not in asked or found.get(path) is Guard.NONE:
            continue
        if path in found and guard is not Guard.NONE:
            continue
        found[path] = guard
        folder = path.rpartition("/")[0]
        for one in asked[path]:
            if one.kind == BELOW:
                below = "/".join([*([folder] if folder else []), one.name.strip("/"), last])
                left.append((below, guard or one.guard))
    return {path: found.get(path, Guard.OPTION) for path in asked}


def _conditional_lines(tree: ast.AST) -> frozenset[int]:
    """Give the lines of a module that stand under an ``if`` or in a ``try``."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.If(body=body, orelse=orelse) if not _is_main(node):
                inner = [*body, *orelse]
            case ast.Try(body=inner):
                pass
            case _:
                continue
        for statement in inner:
            found |= set(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return frozenset(found)


def _is_main(node: ast.If) -> bool:
    return "__name__" in ast.unparse(node.test)


def _compiled(call: Call) -> Iterator[Asked]:
    for word in call.words:
        if word.lower().endswith(COMPILED):
            name = word.rpartition("/")[2]
            yield Asked(kind=SOURCE, name=name, line=call.line, guard=call.guard)


def only_under_a_condition(asked: Iterable[Asked]) -> frozenset[str]:
    """Give the names of sources that build files name under conditions only."""
    named = [one for one in asked if one.kind == SOURCE]
    always = {one.name for one in named if one.guard is Guard.NONE}
    return frozenset({one.name for one in named} - always)


def _sources(call: Call) -> Iterator[Asked]:
    for word in call.words:
        if word.lower().endswith(ASSEMBLY):
            yield Asked(kind="assembly", name=word, line=call.line, guard=call.guard)
        elif word.lower().endswith(FORTRAN):
            yield Asked(kind="fortran", name=word, line=call.line, guard=call.guard)
