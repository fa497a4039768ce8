"""``try_examples``: the button of an Examples section, with the preamble of its page or module."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from docutils import nodes
from jupyterlite_sphinx.jupyterlite_sphinx import TryExamplesDirective
from sphinx.application import Sphinx
from sphinx.config import Config

from toolkit.docs.button import Button, marked
from toolkit.docs.buttons import keep
from toolkit.docs.example_notebook import preamble
from toolkit.docs.workarounds import PREAMBLE

CONF_PREAMBLE: Final = "try_examples_preamble"


class Example(TryExamplesDirective):
    """jupyterlite-sphinx's directive, which keeps what it made a button for."""

    def run(self) -> list[nodes.Node]:
        """Make what upstream makes: a container with the button, a hidden frame, a script."""
        source, line = self.get_source_info()
        first = next((text for text in self.content or () if text.startswith(">>>")), "")
        with preamble_for(self.config, self.env.docname, source or ""):
            made: list[nodes.Node] = super().run()  # type: ignore[no-untyped-call]
        notebook = str(self.options["path"])
        button = Button(
            form="docstring",
            document=self.env.docname,
            source=source or "",
            line=line or 0,
            notebook=notebook,
            file=str(Path(self.env.srcdir) / self.config.jupyterlite_content_dir / notebook),
            first=first,
        )
        keep(self.env, button)
        for node in _of_the_button(made):
            node.children[:] = [nodes.Text(marked(button.key, node.astext()))]
            node.rawsource = node.astext()
        return made


def _of_the_button(made: Iterable[nodes.Node]) -> list[nodes.raw]:
    """Give what goes when the button does: all of HTML, and not the example's own text."""
    outer, *rest = made
    return [node for node in (outer.children[0], *rest) if isinstance(node, nodes.raw)]


@contextlib.contextmanager
def preamble_for(config: Config, document: str, source: str) -> Iterator[None]:
    """Have notebooks begin with the preamble that is for one page or object."""
    general = config[CONF_PREAMBLE]
    setattr(config, CONF_PREAMBLE, None)
    before = PREAMBLE.set(preamble(config.spec14_preambles, document, source) or general or "")
    try:
        yield
    finally:
        PREAMBLE.reset(before)
        setattr(config, CONF_PREAMBLE, general)


def connect(app: Sphinx) -> None:
    """Put the directive in the place of upstream's."""
    app.add_directive("try_examples", Example, override=True)
