"""Buttons in published pages: those of examples that do not work are taken out, statically."""

import re
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Final

from toolkit.docs.handover import BUTTON_BEGIN, BUTTON_END

NAME: Final = r"(?P<name>[\w.-]+)"
PIECE: Final = re.compile(
    f"{BUTTON_BEGIN.format(name=NAME)}(?P<html>.*?){BUTTON_END.format(name='(?P=name)')}",
    re.DOTALL,
)


def decided(html: str, off: Container[str]) -> str:
    """Give a page without the buttons of some notebooks, and without the comments around all.

    Parameters
    ----------
    html
        The page as Sphinx wrote it.
    off
        Names of notebooks.
    """
    return PIECE.sub(lambda found: "" if found["name"] in off else found["html"], html)


def decide(pages: Iterable[Path], off: Container[str]) -> None:
    """Take buttons out of pages, in place."""
    for page in pages:
        html = page.read_text("utf-8", "surrogateescape")
        new = decided(html, off)
        if new != html:
            page.write_text(new, "utf-8", "surrogateescape")
