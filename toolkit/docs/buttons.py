"""The buttons of each document as Sphinx meets them, kept from build to build."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from toolkit.docs.button import Button, comments, hand_over

STORE: Final = "spec14_buttons"


def keep(env: BuildEnvironment, button: Button) -> None:
    """Keep a button of the document that is read."""
    store(env).setdefault(button.document, []).append(button.told())


def marks(key: str, inner: Sequence[nodes.Node], instead: str = "") -> list[nodes.Node]:
    """Put the comments around nodes."""
    begin, end = comments(key, instead)
    return [raw(begin), *inner, raw(end)]


def raw(text: str) -> nodes.raw:
    """Give a node of HTML."""
    return nodes.raw(text, text, format="html")


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

    def finish(app: Sphinx, error: Exception | None) -> None:
        if error is None:
            kept = [entry for _name, found in sorted(store(app.env).items()) for entry in found]
            hand_over(folder, kept)

    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("build-finished", finish, priority=900)


def _purge(app: Sphinx, env: BuildEnvironment, document: str) -> None:
    del app
    store(env).pop(document, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, documents: Iterable[str], other: BuildEnvironment
) -> None:
    del app
    found = store(other)
    store(env).update({name: found[name] for name in documents if name in found})
