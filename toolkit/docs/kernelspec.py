"""The kernel that a notebook of the site names."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

KERNEL: Final = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
"""As the kernel of the site calls itself (pyodide-kernel 0.8.6)."""
ANY_PYTHON: Final = frozenset({"", "python", "python3"})
"""Names that mean Python, whichever it is: none, Pyodide's kernel and IPython's."""


def kernel_of(
    named: str, xeus: Mapping[str, str] | None, language: str = ""
) -> Mapping[str, str] | None:
    """Give the kernel that a notebook should name instead of what it names; ``None``: that stands.

    Parameters
    ----------
    named
        What it names; empty for nothing.
    xeus
        The site's kernel for Python, where that is a xeus kernel.
    language
        What its ``language_info`` names: JupyterLab takes a kernel of that language where the
        named one is not there, and otherwise asks the reader (``getDefaultKernel`` in
        ``apputils/src/sessioncontext.tsx``, JupyterLab 4.6).
    """
    if named not in ANY_PYTHON:
        return None
    if xeus:
        return xeus
    found = named == KERNEL["name"] or (named and language == KERNEL["language"])
    return None if found else KERNEL


def name_kernel(notebook: Path, xeus: Mapping[str, str] | None = None) -> None:
    """Write the site's kernel into a staged notebook that names none to be found.

    Parameters
    ----------
    notebook
        The file.
    xeus
        The site's kernel for Python, where that is a xeus kernel.
    """
    try:
        content: Any = json.loads(notebook.read_text("utf-8"))
        metadata: dict[str, Any] = content.setdefault("metadata", {})
        named = str((metadata.get("kernelspec") or {}).get("name") or "")
        language = str((metadata.get("language_info") or {}).get("name") or "")
    except ValueError, AttributeError:
        return  # what is no notebook is told by whoever reads its cells
    if (kernel := kernel_of(named, xeus, language)) is not None:
        metadata["kernelspec"] = dict(kernel)
        notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
