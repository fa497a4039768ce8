"""``notebooklite``, ``jupyterlite`` and ``replite``: what they open is kept, and marked.

A notebook that names no kernel gets the site's: the application would ask the reader. Where that
is a xeus kernel, one that only asks for Python gets it too. Any other name stands: so a page
chooses its kernel.
"""

from pathlib import Path
from typing import Final
from urllib.parse import quote

import nbformat
from docutils import nodes
from jupyterlite_sphinx.jupyterlite_sphinx import (
    JupyterLiteDirective,
    NotebookLiteDirective,
    RepliteDirective,
    _PromptedIframe,
)
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from toolkit.docs.button import Button, link_instead
from toolkit.docs.buttons import keep, marks
from toolkit.docs.handover import IN_SITE
from toolkit.docs.kernelspec import ANY_PYTHON, name_kernel

UNREADABLE: Final = (OSError, ValueError, nbformat.ValidationError, AttributeError, KeyError)
"""What upstream lets through when a notebook is none: nbformat, jupytext and the file system."""


class _Opens(SphinxDirective):
    """A directive of upstream's that opens a notebook, or the bare application."""

    def run(self) -> list[nodes.Node]:
        """Make what upstream makes, between comments.

        Raises
        ------
        docutils.parsers.rst.DirectiveError
            When there is no such notebook, or it cannot be read: the page goes on without it.
        """
        if not self.arguments:
            return self.made()
        relative, absolute = self.env.relfn2path(self.arguments[0])
        notebook = Path(relative)
        if ".." in notebook.parts:
            raise self.error(
                f"the notebook {self.arguments[0]} is not in the documentation's folder"
            )
        if notebook.suffix.lower() == ".md":
            notebook = notebook.with_suffix(".ipynb")
        staged = Path(self.env.srcdir) / self.config.jupyterlite_content_dir / notebook
        try:
            made = self.made()
        except UNREADABLE as error:
            raise self.error(f"the notebook {self.arguments[0]} cannot be read: {error}") from error
        name_kernel(staged, self.config.spec14_kernel)
        button = Button(
            form="notebook",
            document=self.env.docname,
            source=absolute,
            line=0,
            notebook=notebook.as_posix(),
            file=str(staged),
            first=notebook.as_posix(),
        )
        keep(self.env, button)
        return marks(button.key, made, self._instead(made, notebook))

    def made(self) -> list[nodes.Node]:
        """Give what upstream makes."""
        made: list[nodes.Node] = super().run()
        return made

    def _instead(self, made: list[nodes.Node], notebook: Path) -> str:
        frames = [node for node in made if isinstance(node, _PromptedIframe)]
        if not frames:
            return ""
        root = str(frames[0]["iframe_src"]).partition(f"{IN_SITE}/")[0]
        path = quote(notebook.as_posix())
        return link_instead(f"{root}{IN_SITE}/files/{path}", notebook.name)


class Notebook(_Opens, NotebookLiteDirective):
    """``notebooklite``."""


class Lab(_Opens, JupyterLiteDirective):
    """``jupyterlite``."""


class Console(RepliteDirective):
    """``replite``."""

    def run(self) -> list[nodes.Node]:
        """Make what upstream makes; between comments where there is code in it."""
        source, line = self.get_source_info()
        code = "\n".join(self.content)
        xeus = self.config.spec14_kernel
        if xeus and self.options.get("kernel", "") in ANY_PYTHON:
            self.options["kernel"] = xeus["name"]
        made: list[nodes.Node] = super().run()  # type: ignore[no-untyped-call]
        if not code.strip():
            return made
        button = Button(
            form="console",
            document=self.env.docname,
            source=source or "",
            line=line or 0,
            code=code,
            first=next(text for text in self.content if text.strip()),
        )
        keep(self.env, button)
        return marks(button.key, made)


def connect(app: Sphinx) -> None:
    """Put the directives in the place of upstream's."""
    for name in ("notebooklite", "retrolite"):
        app.add_directive(name, Notebook, override=True)
    app.add_directive("jupyterlite", Lab, override=True)
    app.add_directive("replite", Console, override=True)
