"""One script for an application, in the place of the ninety that it loads before its first cell.

JupyterLite's applications are built in chunks (rspack, ``jupyterlite-core`` 0.8.6), and each
that is wanted is a script element of its own: a request, and a search through all scripts there
are. A chunk announces itself to a list that the application reads when it begins, so those that
stand before it in one file are found there and not asked for. ``chunks.json`` names the chunks;
one that it does not name, or a project's own labextension wants, is loaded as ever, and one
that is not there is left out. The largest chunk stays what it is, and is shared with all
applications.

The page names what it will ask for next, so that it comes side by side with that script.
"""

import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

CHUNKS: Final = Path(__file__).parent / "chunks.json"
"""Numbers of the chunks that an application loads before its first cell, by its name.

``tests/browser/test_interface.py`` says what to change in it.
"""

MAIN: Final = re.compile(r'(<link id="jupyter-lite-main"[^>]* href=")([^"?]+)[^"]*(")')
"""Where a page names its application's script (``config-utils.js`` loads it)."""

SHARED: Final = "jlab_core.*.js"
SOURCE_MAP: Final = re.compile(r"\n?//# sourceMappingURL=[^\n]*\s*$")
STRICT: Final = '"use strict";'


def join_scripts(site: Path, ahead: Iterable[str] = ()) -> None:
    """Give each application that ``chunks.json`` knows one script.

    Parameters
    ----------
    site
        A built JupyterLite site.
    ahead
        Further scripts that its pages ask for; modules end in ``.mjs``.
    """
    chunks: dict[str, list[int]] = json.loads(CHUNKS.read_text("utf-8"))
    for app, numbers in chunks.items():
        page = site / app / "index.html"
        text = page.read_text("utf-8") if page.is_file() else ""
        if named := MAIN.search(text):
            main = (page.parent / named[2]).resolve()
            script = _write(main, [*_files(site / "build", numbers)])
            shared = [f"build/{one.name}" for one in sorted((site / "build").glob(SHARED))]
            hints = "".join(_hint(f"../{one}") for one in (*shared, *ahead))
            link = f"{hints}{named[1]}{named[2].rpartition('/')[0]}/{script}{named[3]}"
            page.write_text(text[: named.start()] + link + text[named.end() :], "utf-8")


def _files(build: Path, numbers: Iterable[int]) -> Iterator[Path]:
    return (file for number in numbers for file in sorted(build.glob(f"{number}.*.js")))


def _write(main: Path, chunks: Iterable[Path]) -> str:
    """Write the script beside the application's own; give its name."""
    parts = [_alone(SOURCE_MAP.sub("", one.read_text("utf-8"))) for one in chunks]
    joined = "\n".join((*parts, SOURCE_MAP.sub("", main.read_text("utf-8")), ""))
    # It finds the others from its own address: it has to lie where the application's lies.
    name = f"spec14.{hashlib.sha256(joined.encode()).hexdigest()[:16]}.js"
    (main.parent / name).write_text(joined, "utf-8")
    return name


def _alone(chunk: str) -> str:
    """Have a chunk's strictness be its own, and not that of all that follow it."""
    return f"(() => {{{chunk}\n}})();" if chunk.startswith(STRICT) else f"{chunk};"


def _hint(address: str) -> str:
    kind = 'rel="modulepreload"' if address.endswith(".mjs") else 'rel="preload" as="script"'
    return f'<link {kind} href="{html.escape(address)}">'
