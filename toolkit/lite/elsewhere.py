"""What a site of Pyodide opens in another kernel, written into its pages.

``labextension/static/early.js`` starts Pyodide before anything else is known. In a site with xeus
kernels it has to know for which documents not to: those that name one of these. A list in the page
costs no request; what a notebook names is in its file, which would.
"""

import html
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from toolkit.cache import read_record
from toolkit.lite.xeus.kernels import names_in_site
from toolkit.lite.xeus.names import FOLDER, KERNELS

FILES: Final = "files"
"""Folder of a JupyterLite site with what its readers open; paths in addresses are within it."""

MARK: Final = 'data-workers="'
"""What the early start has in its tag, and no other does (:mod:`toolkit.lite.interface`)."""


def mark_elsewhere(site: Path) -> None:
    """Tell the pages of a built site which documents are not for Pyodide.

    To be called when its contents are there.
    """
    kernels = xeus_kernels(site)
    found = {"kernels": kernels, "notebooks": list(_notebooks(site / FILES, kernels))}
    told = f'data-elsewhere="{html.escape(json.dumps(found))}" '
    for page in sorted(site.glob("*/index.html")):
        text = page.read_text("utf-8")
        if MARK in text:
            page.write_text(text.replace(MARK, f"{told}{MARK}", 1), "utf-8")


def xeus_kernels(site: Path) -> list[str]:
    """Give the names of a site's xeus kernels, as its interface calls them."""
    file = site / FOLDER / KERNELS
    if not file.is_file():
        return []
    entries: list[dict[str, str]] = json.loads(file.read_text("utf-8"))
    return sorted(names_in_site([(one["env_name"], one["kernel"]) for one in entries]))


def _notebooks(files: Path, kernels: Sequence[str]) -> Iterator[str]:
    """Give the paths of notebooks that name one of some kernels."""
    for notebook in sorted(files.rglob("*.ipynb")):
        metadata = read_record(notebook).get("metadata")
        spec = metadata.get("kernelspec") if isinstance(metadata, dict) else None
        if isinstance(spec, dict) and spec.get("name") in kernels:
            yield notebook.relative_to(files).as_posix()
