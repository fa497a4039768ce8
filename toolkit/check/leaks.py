"""What was left in a site by the machine that built it."""

import re
from collections.abc import Iterator
from typing import Final

from toolkit.check.findings import Finding
from toolkit.check.site import BuiltSite

SOURCE_MAPS: Final = (".js.map", ".mjs.map", ".css.map")
TEXT: Final = (".html", ".css", ".js", ".mjs", ".json", ".ipynb", ".svg", ".txt", ".xml", ".py")
LOCAL: Final = re.compile(
    r"(?<![\w.:/~-])(?:file:/{2,3})?"
    r"(?:/(?:home|Users)/(?!web_user\b|pyodide\b|jovyan\b)[\w.-]+/[\w.-]+"
    r"|/root/[\w.-]+|/tmp/[\w.-]+/[\w.-]+|/builds/[\w.-]+/[\w.-]+|/opt/spec14/[\w.-]+)"
    r"|\b[A-Za-z]:(?:\\{1,2}|/)Users(?:\\{1,2}|/)[\w.-]+"
)
"""Homes and temporary folders, but those of the kernel's own file system and of its examples."""

WORDS: Final = ("/home/", "/Users", "\\Users", "/root/", "/tmp/", "/builds/", "/opt/")  # noqa: S108
"""What every match has one of: most files are done with at that."""

MOST: Final = 3
"""Paths that are named of one file."""


def source_maps(site: BuiltSite) -> Iterator[Finding]:
    """Look for source maps."""
    for file in site.of(*SOURCE_MAPS):
        yield Finding(
            kind="source-map",
            file=site.name(file),
            what=f"is a source map ({file.stat().st_size / 1e6:.1f} MB)",
            do="leave it out of the documentation's static files, or out of JupyterLite",
        )


def local_paths(site: BuiltSite) -> Iterator[Finding]:
    """Look for paths of the machine that built the site."""
    for file in site.of(*TEXT):
        found: dict[str, int] = {}
        text = file.read_text("utf-8", "replace")
        for match in LOCAL.finditer(text) if any(word in text for word in WORDS) else ():
            found.setdefault(match[0], match.start())
        for path, place in list(found.items())[:MOST]:
            yield Finding(
                kind="local-path",
                severity="warning",
                file=site.name(file),
                line=text.count("\n", 0, place) + 1,
                what=f"names the path {path}",
                do="look whether the machine that built the site shows through",
            )
