"""What a page offers to run, whatever made the page: what it opens, and its marks in the HTML.

Whatever opens a notebook or a console stands between two comments, which
:mod:`toolkit.verify.buttons` looks for.
"""

import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from toolkit.docs.handover import BEGIN, CONTENTS, END, EXAMPLES, INSTEAD


@dataclass(frozen=True, kw_only=True)
class Button:
    """Something of a page that opens code.

    Attributes
    ----------
    form
        ``docstring``, ``notebook``, ``console`` or ``gallery``.
    document
        The page's name: its source below the documentation's folder, without the suffix.
    source
        The file that it is written in, and the docstring where it is in one.
    line
        Its line in `source`.
    notebook
        The notebook that it opens: its path in the contents of the Lite site. Empty for a console.
    file
        That notebook where it is staged.
    code
        What a console runs.
    first
        The first line of code, with its prompt.
    """

    form: str
    document: str
    source: str
    line: int
    notebook: str = ""
    file: str = ""
    code: str = ""
    first: str = ""

    @property
    def key(self) -> str:
        """What it is called in the comments: two buttons that open the same are one."""
        opens = f"{self.notebook}\0{self.code}"
        return hashlib.sha256(opens.encode()).hexdigest()[:24]

    def told(self) -> dict[str, Any]:
        """Give what is handed over of it."""
        return {"key": self.key, **asdict(self)}


def marked(key: str, inner: str, instead: str = "") -> str:
    """Put the comments around HTML.

    Parameters
    ----------
    key
        Of the button.
    inner
        What is published if it works.
    instead
        What is published if it does not.
    """
    begin, end = comments(key, instead)
    return f"{begin}{inner}{end}"


def comments(key: str, instead: str) -> tuple[str, str]:
    """Give what stands before a button's HTML, and what stands behind it."""
    other = f"{INSTEAD.format(key=key)}{instead}" if instead else ""
    return BEGIN.format(key=key), f"{other}{END.format(key=key)}"


def link_instead(href: str, name: str) -> str:
    """Give what stands in the place of a frame whose notebook does not run."""
    target, shown = html.escape(href, quote=True), html.escape(name)
    return (
        '<p class="spec14-not-interactive">This notebook does not run in a browser: '
        f'<a class="reference download" href="{target}" download>{shown}</a></p>'
    )


def hand_over(folder: Path, told: Iterable[Mapping[str, Any]]) -> None:
    """Write down what the buttons open, and remove notebooks that no page opens any more.

    Parameters
    ----------
    folder
        Where it is handed over.
    told
        Of each button (:meth:`Button.told`), in the order of the pages.
    """
    kept = list(told)
    used = {str(entry["file"]) for entry in kept}
    for notebook in (folder / CONTENTS).rglob("*.ipynb"):
        if str(notebook) not in used:
            notebook.unlink()
    (folder / EXAMPLES).write_text(json.dumps(kept, indent=1), "utf-8")
