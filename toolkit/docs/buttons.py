"""What a page offers to run, as Sphinx meets it: kept for each document, and marked in the HTML.

Whatever opens a notebook or a console stands between two comments, which
:mod:`toolkit.verify.buttons` looks for.
"""

import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from toolkit.docs.handover import BEGIN, CONTENTS, END, EXAMPLES, INSTEAD

STORE: Final = "spec14_buttons"


@dataclass(frozen=True, kw_only=True)
class Button:
    """Something of a page that opens code.

    Attributes
    ----------
    form
        ``docstring``, ``notebook``, ``console`` or ``gallery``.
    document
        The page's name, as Sphinx calls it.
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


def keep(env: BuildEnvironment, button: Button) -> None:
    """Keep a button of the document that is read."""
    store(env).setdefault(button.document, []).append({"key": button.key, **asdict(button)})


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
    begin, end = _comments(key, instead)
    return f"{begin}{inner}{end}"


def marks(key: str, inner: Sequence[nodes.Node], instead: str = "") -> list[nodes.Node]:
    """Put the comments around nodes."""
    begin, end = _comments(key, instead)
    return [raw(begin), *inner, raw(end)]


def _comments(key: str, instead: str) -> tuple[str, str]:
    other = f"{INSTEAD.format(key=key)}{instead}" if instead else ""
    return BEGIN.format(key=key), f"{other}{END.format(key=key)}"


def raw(text: str) -> nodes.raw:
    """Give a node of HTML."""
    return nodes.raw(text, text, format="html")


def link_instead(href: str, name: str) -> str:
    """Give what stands in the place of a frame whose notebook does not run."""
    target, shown = html.escape(href, quote=True), html.escape(name)
    return (
        '<p class="spec14-not-interactive">This notebook does not run in a browser: '
        f'<a class="reference download" href="{target}" download>{shown}</a></p>'
    )


def store(env: BuildEnvironment) -> dict[str, list[dict[str, Any]]]:
    """Give what is kept of each document."""
    if not hasattr(env, STORE):
        setattr(env, STORE, {})
    found: dict[str, list[dict[str, Any]]] = getattr(env, STORE)
    return found


def connect(app: Sphinx, folder: Path) -> None:
    """Keep the store right from build to build, and hand it over at the end.

    Parameters
    ----------
    app
        Sphinx.
    folder
        Where it is handed over.
    """

    def hand_over(app: Sphinx, error: Exception | None) -> None:
        if error is None:
            kept = [entry for _name, found in sorted(store(app.env).items()) for entry in found]
            _drop_unused(folder / CONTENTS, kept)
            (folder / EXAMPLES).write_text(json.dumps(kept, indent=1), "utf-8")

    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("build-finished", hand_over, priority=900)


def _drop_unused(contents: Path, kept: Iterable[dict[str, Any]]) -> None:
    """Remove notebooks that no page opens any more."""
    used = {str(entry["file"]) for entry in kept}
    for notebook in contents.rglob("*.ipynb"):
        if str(notebook) not in used:
            notebook.unlink()


def _purge(app: Sphinx, env: BuildEnvironment, document: str) -> None:
    del app
    store(env).pop(document, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, documents: Iterable[str], other: BuildEnvironment
) -> None:
    del app
    found = store(other)
    store(env).update({name: found[name] for name in documents if name in found})
