"""``try_examples.json``: which buttons of a site are shown."""

import json
from pathlib import Path
from typing import Final

FILE: Final = "try_examples.json"

HEIGHT: Final = 480
"""Least height of a notebook in CSS pixels: a short example's own leaves no room for output."""


def complete_button_settings(site: Path) -> None:
    """Write the file where the project has none.

    Every page with a button fetches it (``jupyterlite_sphinx.js`` 0.23.0): without the file
    there is a 404 in the reader's console, without ``ignore_patterns`` in it a TypeError.
    """
    file = site / FILE
    if not file.exists():
        settings = {"global_min_height": f"{HEIGHT}px", "ignore_patterns": []}
        file.write_text(json.dumps(settings, indent=1) + "\n", "utf-8")
