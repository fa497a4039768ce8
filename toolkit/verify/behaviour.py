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
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name

from toolkit.archive import file_sha256
from toolkit.cache import key_of
from toolkit.runtime.lock import read_wheel
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


@dataclass(frozen=True, kw_only=True)
class Wheels:
    """The wheels of a site.

    Attributes
    ----------
    own
        The project's; it is the one that changes.
    others
        All others.
    """

    own: tuple[Path, ...]
    others: tuple[Path, ...]

    @cached_property
    def code(self) -> str:
        """What examples depend on that look at no docstring."""
        return key_of(self._rest, sorted(map(behaviour, self.own)))

    @cached_property
    def whole(self) -> str:
        """What all other examples depend on."""
        return key_of(self._rest, sorted(map(file_sha256, self.own)))

    @cached_property
    def _rest(self) -> list[str]:
        return sorted(map(file_sha256, self.others))


def told_apart(name: str, wheels: Iterable[Path]) -> Wheels:
    """Tell the wheel of a project from the others.

    Parameters
    ----------
    name
        Of the project.
    wheels
        All wheels of the site.
    """
    found = tuple(wheels)
    own = tuple(one for one in found if read_wheel(one).name == canonicalize_name(name))
    return Wheels(own=own, others=tuple(one for one in found if one not in own))


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
