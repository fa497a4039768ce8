"""What the result of an example can depend on in a wheel: its code, and not its docstrings.

A docstring is the one thing that changes all the time while documentation is written. Examples are
run again when the code, the compiled modules, the data files or the metadata of a wheel are
others, and not when a docstring, a comment or the place of a line is.
"""

import ast
import hashlib
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from toolkit.archive import file_sha256
from toolkit.verify.outcome import Example

RECORD: Final = re.compile(r"[^/]+\.dist-info/(RECORD|spec14\.json)")
"""What only says the hashes of the other files, or how the wheel was built."""
LOOKS_AT_DOCSTRINGS: Final = re.compile(
    r"__doc__|\bhelp\(|\bdoctest\b|\binspect\b|\binfo\(|\?\s*$|^\s*\?", re.MULTILINE
)


def behaviour(wheel: Path) -> str:
    """Give a SHA-256 of what the wheel does.

    Parameters
    ----------
    wheel
        A wheel.
    """
    digest = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if RECORD.fullmatch(name):
                continue
            content = archive.read(name)
            digest.update(f"\0{name}\0".encode())
            digest.update(_without_docstrings(content) if name.endswith(".py") else content)
    return digest.hexdigest()


def looks_at_docstrings(example: Example) -> bool:
    """Say whether an example may show a docstring: then it depends on all of the wheel."""
    return any(LOOKS_AT_DOCSTRINGS.search(cell.source) for cell in example.cells)


def bases(wheels: Iterable[Path]) -> tuple[str, str]:
    """Give what examples depend on: of wheels without their docstrings, and of whole ones."""
    found = sorted(wheels)
    digests = (
        "".join(behaviour(one) for one in found),
        "".join(file_sha256(one) for one in found),
    )
    code, whole = (hashlib.sha256(one.encode()).hexdigest() for one in digests)
    return code, whole


def _without_docstrings(content: bytes) -> bytes:
    try:
        tree = ast.parse(content)
    except SyntaxError, ValueError:
        return content
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            match first:
                case ast.Expr(value=ast.Constant(value=str())):
                    del node.body[0]
    return ast.dump(tree).encode()
