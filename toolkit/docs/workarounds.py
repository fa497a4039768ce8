"""What the tools below do that a published site cannot have, and the way round.

jupyterlite-sphinx 0.23.0, pydata-sphinx-theme 0.24.0 and sphinx-gallery 0.22.1 are meant.

Each function names the fault and where it is in the source. A test for each fails once
upstream has mended it (``tests/unit/test_docs_workarounds.py``): then the function goes.
"""

import importlib
import logging
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID, uuid4

from jupyterlite_sphinx import jupyterlite_sphinx as upstream
from jupyterlite_sphinx._try_examples import examples_to_notebook
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.ext.autodoc._shared import LOGGER as AUTODOC

from toolkit.docs.example_notebook import complete, document_head, notebook_id

WEB_FONT: Final = "https://fonts.googleapis.com/css?family=Vibur"
PREAMBLE: Final[ContextVar[str]] = ContextVar("PREAMBLE", default="")
"""Code at the head of the notebook that is made next."""
PYDATA: Final = "pydata_sphinx_theme"
GALLERY: Final = "sphinx_gallery.gen_gallery"
TO_NOTEBOOK: Final[Callable[..., Any]] = examples_to_notebook
LITE_LINK: Final = re.compile(
    r"""(<iframe\ src="|window\.open\('|jupyterliteConcatSearchParams\(\s*'|
    tryExamplesShowIframe\((?:'[^']*',){3}'|loadTryExamplesConfig\("|<a\ class="[^"]*"\ href=")
    (?=(?:\.\./)*(?:lite/|try_examples\.json))""",
    re.VERBOSE,
)


def drop_web_font(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Take the stylesheet of another origin out of a page (``html-page-context``).

    ``setup`` adds one of a font host to every page, for the letters on one round button.
    """
    del app, pagename, templatename, doctree
    sheets = context.get("css_files", ())
    context["css_files"] = [
        sheet for sheet in sheets if str(getattr(sheet, "filename", sheet)) != WEB_FONT
    ]


def name_colour_mode(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Say that the colours follow the reader's system (``html-page-context``).

    Where ``conf.py`` does not name a mode, pydata-sphinx-theme gives its own script an empty
    one (``layout.html``), and the script logs an error at every reader's first visit.
    """
    del pagename, templatename, doctree
    if isinstance(app.builder, StandaloneHTMLBuilder) and app.builder.theme.name == PYDATA:
        context["default_mode"] = context.get("default_mode") or "auto"


def mend_links_of_dirhtml(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Lead the links to the Lite site out of the folder of a page (``html-page-context``).

    They are made from the depth of the document, but ``dirhtml`` puts every page other than
    an index one folder deeper.
    """
    del templatename, doctree
    if app.builder.name == "dirhtml" and pagename.rpartition("/")[2] != "index":
        context["body"] = LITE_LINK.sub(r"\1../", context.get("body", ""))


def gallery_contents_of_dirhtml(app: Sphinx, error: Exception | None) -> None:
    """Stage the notebooks of Sphinx-Gallery's scripts for ``dirhtml`` too (``build-finished``).

    ``create_jupyterlite_contents`` (sphinx-gallery 0.22.1) does so for the builders ``html`` and
    ``readthedocs`` alone, although badges stand on the pages of all.
    """
    if app.builder.name == "dirhtml" and GALLERY in app.extensions:
        interactive = importlib.import_module("sphinx_gallery.interactive_example")
        as_html = SimpleNamespace(
            builder=SimpleNamespace(name="html"),
            config=app.config,
            extensions=app.extensions,
            srcdir=app.srcdir,
        )
        interactive.create_jupyterlite_contents(as_html, error)


class PlaceOfImportFailure(logging.Filter):
    """Says in which document something could not be imported.

    ``_import_object`` of autodoc (Sphinx 9.2, ``_dynamic/_importer.py``) warns without a
    place.
    """

    def __init__(self, app: Sphinx) -> None:
        super().__init__()
        self._app = app

    def connect(self) -> None:
        """Look at what autodoc logs, before Sphinx puts it aside for the end of the reading."""
        AUTODOC.logger.addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the place to a record."""
        without = getattr(record, "location", None) is None
        if without and getattr(record, "subtype", "") == "import_object":
            record.location = self._app.env.docname
        return True


class Notebooks:
    """Notebooks of "Try it" that survive from build to build under names of their own.

    Two faults: ``TryExamplesDirective.run`` names each notebook by ``uuid4()``, so that no
    two builds are alike; and ``inited`` empties the folder of notebooks at the start of
    each build, although only documents that changed write theirs anew, so that after the
    second build the buttons of all others open nothing.

    A name is made of the document, the content and a number
    (:func:`toolkit.docs.example_notebook.notebook_id`).

    Parameters
    ----------
    folder
        Where the notebooks are, outside the source.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._aside = folder.with_name(f"{folder.name}.kept")
        self._document = ""
        self._content = b""
        self._number = 0
        self._kernel: Mapping[str, str] | None = None

    def connect(self, app: Sphinx) -> None:
        """Put this in the place of what upstream does."""
        vars(upstream).update(uuid4=self.name, examples_to_notebook=self.to_notebook)
        app.connect("config-inited", self.learn_kernel, priority=400)
        app.connect("config-inited", self.save, priority=400)
        app.connect("config-inited", self.restore, priority=600)
        app.connect("env-before-read-docs", self.before_reading)
        app.connect("env-purge-doc", self.purge)
        app.connect("source-read", self.begin)
        app.connect("doctree-resolved", self.begin)
        app.connect("build-finished", self.disconnect)

    def disconnect(self, app: Sphinx, error: Exception | None) -> None:
        """Leave upstream as it was."""
        del app, error
        vars(upstream).update(uuid4=uuid4, examples_to_notebook=TO_NOTEBOOK)

    def name(self) -> UUID:
        """Give the next name (stands for ``uuid4``)."""
        self._number += 1
        return notebook_id(self._document, self._number, self._content)

    def to_notebook(self, *args: Any, **options: Any) -> Any:
        """Make a notebook as upstream does, and take note of what is in it.

        The preamble is put at its head here: ``TryExamplesDirective.run`` puts it behind the
        first cell, which is the warning only where there is one.
        """
        notebook = TO_NOTEBOOK(*args, **options)
        self._content = complete(
            notebook,
            preamble=PREAMBLE.get(),
            place=0 if options.get("warning_text") is None else 1,
            kernel=self._kernel,
        )
        return notebook

    def learn_kernel(self, app: Sphinx, config: Config) -> None:
        """Take note of what notebooks are opened with, where it is not what upstream names."""
        del app
        self._kernel = config.spec14_kernel

    def save(self, app: Sphinx, config: Config) -> None:
        """Put the notebooks aside before ``inited`` empties the folder."""
        del app, config
        if self.folder.is_dir():
            shutil.rmtree(self._aside, ignore_errors=True)
            self.folder.rename(self._aside)

    def restore(self, app: Sphinx, config: Config) -> None:
        """Put the notebooks back."""
        del app, config
        if self._aside.is_dir():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._aside.rename(self.folder)

    def before_reading(self, app: Sphinx, env: BuildEnvironment, documents: Iterable[str]) -> None:
        """Begin with none when all documents are read anew."""
        del app
        if env.found_docs <= set(documents):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)

    def purge(self, app: Sphinx, env: BuildEnvironment, document: str) -> None:
        """Remove the notebooks of a document that is gone or read anew."""
        del app, env
        head = document_head(document).hex()
        for notebook in self.folder.glob(f"{head[:8]}_{head[8:]}_*.ipynb"):
            notebook.unlink()

    def begin(self, app: Sphinx, *about: Any) -> None:
        """Begin with a document: it is being read, or written."""
        del app
        self._document = next(item for item in about if isinstance(item, str))
        # Frames get their names when the page is written: not those of what was read.
        self._content, self._number = b"" if isinstance(about[0], str) else b"written", 0
