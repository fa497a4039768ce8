"""Where an example is written in the project: autodoc says the file that was imported."""

import ast
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from toolkit.docs.handover import DOCSTRING


def name(source: str, first: str) -> str:
    """Give the name of the documented object; on a page of its own the first line of code.

    Parameters
    ----------
    source
        As for :func:`place`.
    first
        The example's first line of code.
    """
    _path, found, documented = f":{source}".rpartition(DOCSTRING)
    return documented if found else first


def place(source: str, line: int, first: str, *, project: Path, files: Iterable[str]) -> str:
    """Give ``FILE:LINE`` in the project; the name of the object where there is no file.

    Parameters
    ----------
    source
        ``FILE``, ``FILE:docstring of NAME`` or ``docstring of NAME``.
    line
        Line in the file; in a docstring it says nothing, numpydoc has moved them. 0: none.
    first
        The example's first line of code, with its prompt.
    project
        Folder of the project.
    files
        Its files, relative to it, with slashes.
    """
    path, found, documented = f":{source}".rpartition(DOCSTRING)
    known = _in_project(PurePosixPath(path[1:] if found else source), project, tuple(files))
    if known is None:
        return documented if found else source
    if not found:
        return f"{known}:{line}" if line else known
    number = _line(project / known, documented, first)
    return f"{known}:{number}" if number else str(known)


def _in_project(path: PurePosixPath, project: Path, files: tuple[str, ...]) -> str | None:
    if path.is_relative_to(project) and str(path.relative_to(project)) in files:
        return str(path.relative_to(project))
    # The copy that is installed: as many of the last parts as fit one file alone.
    for count in range(1, len(path.parts) + 1):
        tail = "/".join(path.parts[-count:])
        fitting = [file for file in files if file == tail or file.endswith(f"/{tail}")]
        if len(fitting) == 1:
            return fitting[0]
        if not fitting:
            return None
    return None


def _line(file: Path, documented: str, first: str) -> int | None:
    """Give the line of the first prompt in the docstring of an object of a file."""
    try:
        text = file.read_text("utf-8")
        tree = ast.parse(text)
    except OSError, ValueError, SyntaxError:
        return None
    lines = text.splitlines()
    for qualified, node in _documented(tree):
        if documented == qualified or documented.endswith(f".{qualified}"):
            string = node.body[0]
            end = string.end_lineno or string.lineno
            for number in range(string.lineno, end + 1):
                if first and lines[number - 1].strip() == first.strip():
                    return number
            return string.lineno
    return None


type Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _documented(tree: ast.AST, inside: str = "") -> Iterable[tuple[str, Documented]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            qualified = f"{inside}{node.name}"
            yield from _documented(node, f"{qualified}.")
            if ast.get_docstring(node, clean=False) is not None:
                yield qualified, node
        elif isinstance(node, ast.If | ast.Try):
            yield from _documented(node, inside)
