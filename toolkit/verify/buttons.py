"""Buttons in published pages: those of what does not work are taken out, statically."""

import re
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Final

from toolkit.docs.handover import BEGIN, END, INSTEAD

KEY: Final = r"(?P<key>[0-9a-f]+)"
SAME: Final = "(?P=key)"
PIECE: Final = re.compile(
    f"{BEGIN.format(key=KEY)}(?P<html>.*?)"
    f"(?:{INSTEAD.format(key=SAME)}(?P<instead>.*?))?{END.format(key=SAME)}",
    re.DOTALL,
)


def decided(html: str, off: Container[str]) -> str:
    """Give a page without some buttons, and without the comments around all.

    Parameters
    ----------
    html
        The page as Sphinx wrote it.
    off
        Keys of buttons.
    """
    return PIECE.sub(
        lambda found: (found["instead"] or "") if found["key"] in off else found["html"], html
    )


def decide(pages: Iterable[Path], off: Container[str]) -> None:
    """Take buttons out of pages, in place."""
    for page in pages:
        html = page.read_text("utf-8", "surrogateescape")
        new = decided(html, off)
        if new != html:
            page.write_text(new, "utf-8", "surrogateescape")
