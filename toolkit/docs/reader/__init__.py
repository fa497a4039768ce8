"""What readers see around the buttons and frames of a page: scripts and a style sheet.

They lie beside this file as a browser loads them; nothing bundles them. ``reader.mjs`` is the
beginning. They find the Lite site and the site's record from their own address, so they
have to lie two folders below the site's root.
"""

import html
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx

FOLDER: Final = "spec14"
"""Their folder, in Sphinx's ``_static``."""

FILES: Final = tuple(
    sorted(
        file for file in Path(__file__).parent.iterdir() if file.suffix in {".mjs", ".js", ".css"}
    )
)
BEGINNING: Final = "reader.mjs"
IMPORTED: Final = tuple(
    file.name for file in FILES if file.suffix == ".mjs" and file.name != BEGINNING
)
"""Modules that it imports, or those that it imports: one after the other they would be asked for
in four rounds, and the page waits for the last before it is ready."""

MARKS: Final = ("try_examples_button", "jupyterlite_sphinx_")
"""Classes of what jupyterlite-sphinx 0.23.0 puts into a page."""


def connect(app: Sphinx) -> None:
    """Add them to the pages that have a button or a frame."""
    app.connect("builder-inited", copy)
    app.connect("html-page-context", add)


def copy(app: Sphinx) -> None:
    """Copy the files into the site; Sphinx reads them for the sums in their addresses."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        shutil.copyfile(file, folder / file.name)


def add(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Name the files in a page (``html-page-context``: for this page only)."""
    del pagename, templatename, doctree
    body = context.get("body", "")
    if any(mark in body for mark in MARKS):
        app.add_css_file(f"{FOLDER}/reader.css")
        app.add_js_file(f"{FOLDER}/{BEGINNING}", type="module")
        app.add_js_file(f"{FOLDER}/from-file.js", loading_method="defer")
        context["metatags"] = context.get("metatags", "") + _ahead(context["pathto"])


def _ahead(pathto: Callable[[str, int], str]) -> str:
    """Name the modules in the page's head, by the addresses that imports give them."""
    addresses = (html.escape(pathto(f"_static/{FOLDER}/{name}", 1)) for name in IMPORTED)
    return "".join(f'\n<link rel="modulepreload" href="{one}">' for one in addresses)
