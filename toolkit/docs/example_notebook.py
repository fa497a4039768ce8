"""The notebook of an example: its name, its kernel and the code that comes first.

:mod:`jupyterlite_sphinx._try_examples` makes the cells.
"""

import hashlib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final
from uuid import UUID

from nbformat.v4 import new_code_cell

from toolkit.docs.handover import DOCSTRING

DOCUMENT_BYTES: Final = 6
"""How much of a document's hash begins the name of each of its notebooks."""


def complete(
    notebook: Any, *, preamble: str, place: int, kernel: Mapping[str, str] | None
) -> bytes:
    """Complete a notebook in place, and give what it is: the same bytes for the same content.

    Parameters
    ----------
    notebook
        Of nbformat 4.
    preamble
        Code that comes first; empty for none.
    place
        How many cells stand before that code.
    kernel
        What it is opened with, where that is not what it names.
    """
    if preamble:
        notebook.cells.insert(place, new_code_cell(preamble))  # type: ignore[no-untyped-call]
    if kernel:
        notebook.metadata["kernelspec"] = dict(kernel)
    for number, cell in enumerate(notebook.cells):
        if "id" in cell:
            cell["id"] = f"cell-{number}"
    return repr(notebook).encode()


def notebook_id(document: str, number: int, content: bytes) -> UUID:
    """Name a notebook: two builds of the same page give the same name.

    The content must be in it: a reader's browser keeps an edited notebook under its name, and
    would show that one in place of a later version's.

    Parameters
    ----------
    document
        The page's name.
    number
        Which of the page's notebooks it is.
    content
        From :func:`complete`.
    """
    rest = hashlib.sha256(f"{document}\0{number}\0".encode() + content)
    head = document_head(document)
    return UUID(bytes=head + rest.digest()[: 16 - len(head)])


def document_head(document: str) -> bytes:
    """Give what the names of a document's notebooks begin with."""
    return hashlib.sha256(document.encode()).digest()[:DOCUMENT_BYTES]


def notebook_file(name: UUID) -> str:
    """Give the file of a notebook, as jupyterlite-sphinx 0.23.0 calls it."""
    return f"{name}.ipynb".replace("-", "_")


def preamble(preambles: Mapping[str, str], document: str, source: str) -> str:
    """Give the preamble of the longest pattern that fits the page or the documented object.

    Parameters
    ----------
    preambles
        Code by pattern (``reference/*``, ``ripple.waves.*``).
    document
        The page's name.
    source
        File, and ``docstring of NAME`` where the example is in one.
    """
    _file, found, name = f":{source}".rpartition(DOCSTRING)
    names: Iterable[str] = (document, name) if found else (document,)
    fitting = [one for one in preambles if any(fnmatchcase(name, one) for name in names)]
    return preambles[max(fitting, key=len)] if fitting else ""
