"""The cells of a notebook, and what its page shows of their output (nbformat 4)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.verify.compare import TRACEBACK
from toolkit.verify.outcome import Cell

LARGEST: Final = 20 * 2**20
"""Bytes of a notebook; a reader's browser holds it several times over."""
MAY_RAISE: Final = "raises-exception"
"""Tag of a cell that may raise anything (nbclient, myst-nb)."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What is in a notebook.

    Attributes
    ----------
    cells
        Its cells of code.
    problem
        Why it cannot be run at all, where that can be seen.
    kernel, language
        What it says of them; empty where it says nothing.
    """

    cells: tuple[Cell, ...] = ()
    problem: str = ""
    kernel: str = ""
    language: str = ""


def read_notebook(file: Path) -> Contents:
    """Read a notebook.

    Parameters
    ----------
    file
        It need not be there, or be one: that is its problem.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST:
            limit = LARGEST // 2**20
            return Contents(problem=f"the notebook has {size / 2**20:.0f} MiB, more than {limit}")
        content = json.loads(file.read_text("utf-8"))
    except OSError as error:
        return Contents(problem=f"the notebook cannot be read: {error.strerror}")
    except ValueError as error:
        return Contents(problem=f"the notebook is not JSON: {error}")
    try:
        cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        kernel, language = _kernel(content)
        return Contents(cells=tuple(map(_cell, cells)), kernel=kernel, language=language)
    except (KeyError, TypeError, AttributeError) as error:
        return Contents(problem=f"the file is no notebook: {error!r}")


def _kernel(content: Mapping[str, Any]) -> tuple[str, str]:
    metadata = content.get("metadata", {})
    spec, info = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    language = str(spec.get("language") or info.get("name") or "").lower()
    return str(spec.get("name") or ""), language


def _cell(cell: Mapping[str, Any]) -> Cell:
    tags = (cell.get("metadata") or {}).get("tags") or ()
    return Cell(source=_text(cell["source"]), expected=_shown(cell), may_raise=MAY_RAISE in tags)


def _shown(cell: Mapping[str, Any]) -> str | None:
    """Give what a cell shows as text: what it printed first, as it is told of a cell that ran."""
    outputs = cell.get("outputs", ())
    for one in outputs:
        if one.get("output_type") == "error":
            return f"{TRACEBACK}\n{one.get('ename', '')}: {one.get('evalue', '')}"
    printed = [_text(one["text"]) for one in outputs if one.get("name") == "stdout"]
    plain = [one["data"] for one in outputs if "data" in one]
    values = [_text(data["text/plain"]) for data in plain if "text/plain" in data]
    return "\n".join([*(text.rstrip("\n") for text in printed), *values]) or None


def _text(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else "".join(value)
