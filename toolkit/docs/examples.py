"""Examples of the pages, as Sphinx meets them: which notebook a button opens, where it is written.

Each button stands between two comments in the HTML, which :mod:`toolkit.verify.buttons` looks for.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from docutils import nodes
from jupyterlite_sphinx.jupyterlite_sphinx import TryExamplesDirective
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from toolkit.docs.handover import BUTTON_BEGIN, BUTTON_END, EXAMPLES

STORE: Final = "spec14_examples"


class Example(TryExamplesDirective):
    """jupyterlite-sphinx's directive, which keeps what it made a button for."""

    def run(self) -> list[nodes.Node]:
        """Make what upstream makes: a container with the button, a hidden frame, a script."""
        source, line = self.get_source_info()
        first = next((text for text in self.content or () if text.startswith(">>>")), "")
        made: list[nodes.Node] = super().run()  # type: ignore[no-untyped-call]
        notebook = str(self.options["path"])
        kept = store(self.env).setdefault(self.env.docname, [])
        kept.append(
            {
                "notebook": notebook,
                "document": self.env.docname,
                "source": source,
                "line": line,
                "first": first,
            }
        )
        for node in _of_the_button(made):
            node.children[:] = [
                nodes.Text(
                    BUTTON_BEGIN.format(name=notebook)
                    + node.astext()
                    + BUTTON_END.format(name=notebook)
                )
            ]
            node.rawsource = node.astext()
        return made


def _of_the_button(made: Iterable[nodes.Node]) -> list[nodes.raw]:
    """Give what goes when the button does: all of HTML, and not the example's own text."""
    outer, *rest = made
    return [node for node in (outer.children[0], *rest) if isinstance(node, nodes.raw)]


def store(env: BuildEnvironment) -> dict[str, list[dict[str, Any]]]:
    """Give what is kept of each document."""
    if not hasattr(env, STORE):
        setattr(env, STORE, {})
    found: dict[str, list[dict[str, Any]]] = getattr(env, STORE)
    return found


def connect(app: Sphinx) -> None:
    """Put the directive in the place of upstream's."""
    app.add_directive("try_examples", Example, override=True)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("build-finished", _hand_over)


def _purge(app: Sphinx, env: BuildEnvironment, document: str) -> None:
    del app
    store(env).pop(document, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, documents: Iterable[str], other: BuildEnvironment
) -> None:
    del app
    found = store(other)
    store(env).update({name: found[name] for name in documents if name in found})


def _hand_over(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        kept = [entry for _name, entries in sorted(store(app.env).items()) for entry in entries]
        file = Path(app.config.spec14_folder) / EXAMPLES
        file.write_text(json.dumps(kept, indent=1), "utf-8")
