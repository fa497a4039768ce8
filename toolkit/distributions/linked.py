"""Which of the image's static libraries are in a wheel's modules.

A linker leaves no list of what it took, and the names of a library's functions are gone from a
stripped module. Its texts are not: messages, tables of names, lines of copyright stand in the
module's data as they stand in the library's. A text counts that only one of the libraries has
and that the project's own source does not have: a project may carry the library's source.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from toolkit.audit.contents import is_module
from toolkit.audit.files import read_files
from toolkit.crossenv.libraries import LIBRARIES

TEXT: Final = re.compile(rb"[\x20-\x7e]{10,200}")
ENOUGH: Final = 3
"""Texts that make it sure; one may be there by chance."""
LARGEST_SOURCE: Final = 2**22
"""Bytes of a source file that is looked at."""


@dataclass(frozen=True, kw_only=True)
class Library:
    """A static library of the image.

    Attributes
    ----------
    name
        Of its recipe in ``images/recipes``.
    archive
        Its file.
    pyodide, forge
        What two distributions call it; empty where they have none.
    port
        The option that takes it from Emscripten's ports, where Pyodide does that.
    """

    name: str
    archive: str
    pyodide: str
    port: str
    forge: str


@cache
def libraries() -> tuple[Library, ...]:
    """Give the libraries that are known by name (``libraries.toml``)."""
    said = tomllib.loads(Path(__file__).with_name("libraries.toml").read_text("utf-8"))
    return tuple(
        Library(
            name=name,
            archive=entry["archive"],
            pyodide=entry.get("pyodide", ""),
            port=entry.get("port", ""),
            forge=entry.get("emscripten-forge", ""),
        )
        for name, entry in said.items()
    )


def linked_libraries(
    wheel: Path, sources: Iterable[Path], prefix: Path = LIBRARIES
) -> tuple[Library, ...]:
    """Give the libraries whose code is in the modules of a wheel.

    Parameters
    ----------
    wheel
        The wheel.
    sources
        The project's files: what they say themselves is no sign of a library.
    prefix
        Where the libraries are.

    Raises
    ------
    AuditFailed, Untrusted
        When there is no wheel, or a hostile one.
    """
    modules = [content for name, content in read_files(wheel).items() if is_module(name, content)]
    if not modules:
        return ()
    there = frozenset(text for content in modules for text in TEXT.findall(content))
    found = {name: texts & there for name, texts in _signs(prefix).items()}
    own = _own_texts(frozenset[bytes]().union(*found.values()), sources)
    return tuple(
        library
        for library in libraries()
        if len(found.get(library.name, frozenset()) - own) >= ENOUGH
    )


def _signs(prefix: Path) -> Mapping[str, frozenset[bytes]]:
    texts = {
        library.name: frozenset(_texts(path.read_bytes()))
        for library in libraries()
        if (path := prefix / "lib" / library.archive).is_file()
    }
    times = Counter(text for every in texts.values() for text in every)
    return {
        name: frozenset(text for text in every if times[text] == 1) for name, every in texts.items()
    }


def _texts(archive: bytes) -> Iterator[bytes]:
    """Give the texts of a library; each a second time without its first letter.

    In an object file the length of a segment stands before its text, and may be a letter.
    """
    for text in TEXT.findall(archive):
        yield text
        yield text[1:]


def _own_texts(wanted: frozenset[bytes], sources: Iterable[Path]) -> set[bytes]:
    found: set[bytes] = set()
    for path in sources:
        if path.is_file() and path.stat().st_size <= LARGEST_SOURCE and (rest := wanted - found):
            content = path.read_bytes()
            found |= {text for text in rest if text in content}
    return found
