"""Sphinx with :mod:`toolkit.docs.extension` added, as a program of its own.

It runs under the Python that has the project installed, which is why it imports nothing of
this package but the extension. What went wrong is read from its output by
:mod:`toolkit.docs.messages`.
"""

import argparse
import io
import sys
import traceback
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

from toolkit.docs.handover import DOCTREES, EXTENSION, FAILURE, PAGES


class Application(Sphinx):
    """Sphinx, with one extension more than ``conf.py`` names.

    ``-D extensions=…`` would replace the list of ``conf.py``. This method is called right
    after the extensions of ``conf.py`` are loaded and before the configuration is final
    (``Sphinx.__init__`` of Sphinx 9.2).
    """

    def preload_builder(self, name: str) -> None:
        """Load the extension, then the builder."""
        self.setup_extension(EXTENSION)
        super().preload_builder(name)


class Warnings(io.StringIO):
    """Standard output for warnings: each begins a line, also amid "reading sources... "."""

    def write(self, text: str) -> int:
        """Write a warning."""
        sys.stdout.write("\n" + text)
        return len(text)


def main() -> int:
    """Build, and give 0, 1 (warnings that count as errors) or 2 (Sphinx stopped)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--builder", default="html")
    parser.add_argument("--warnings-are-errors", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    nocolor()
    try:
        with patch_docutils(arguments.source), docutils_namespace():
            app = Application(
                srcdir=arguments.source,
                confdir=arguments.source,
                outdir=arguments.folder / PAGES,
                doctreedir=arguments.folder / DOCTREES,
                buildername=arguments.builder,
                confoverrides={"spec14_folder": str(arguments.folder)},
                status=sys.stdout,
                warning=Warnings(),
                warningiserror=arguments.warnings_are_errors,
                parallel=arguments.jobs,
            )
            app.build()
            return app.statuscode
    except Exception as error:  # noqa: BLE001 - conf.py and extensions can raise anything
        report(error, arguments.source)
        return 2


def report(error: Exception, source: Path) -> None:
    """Print what stopped Sphinx: the traceback, then one line with the nearest place."""
    frames = traceback.extract_tb(error.__traceback__)
    if not isinstance(error, SphinxError):
        traceback.print_exception(error, file=sys.stdout)
    place = ""
    for frame in frames:
        if Path(frame.filename).is_relative_to(source):
            place = f"{frame.filename}:{frame.lineno}: "
    kind = error.category if isinstance(error, SphinxError) else type(error).__name__
    print(f"{FAILURE}{place}{kind}: {error}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
