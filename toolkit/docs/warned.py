"""Documents that Sphinx complained of are read again, whatever has changed.

Sphinx says what is wrong with a document while it reads and writes it, and is silent where it
has kept it from the build before: with ``-W``, what failed once passes when it is run again.
"""

from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from toolkit.cache import read_record
from toolkit.docs.handover import WARNED


def connect(app: Sphinx, folder: Path) -> None:
    """Have such documents read.

    Parameters
    ----------
    app
        Sphinx.
    folder
        What is handed over; :func:`toolkit.docs.driver.run_sphinx` writes down the files.
    """

    def outdated(
        app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
    ) -> list[str]:
        del app
        files = {Path(name) for name in read_record(folder / WARNED).get("files", ())}
        kept = env.found_docs - added - changed - removed
        return [name for name in sorted(kept) if files and not files.isdisjoint(_files(env, name))]

    app.connect("env-get-outdated", outdated)


def _files(env: BuildEnvironment, document: str) -> Iterator[Path]:
    """Give the file of a document, and those that it was made from."""
    yield Path(env.doc2path(document)).resolve()
    for name in env.dependencies.get(document, ()):
        yield (Path(env.srcdir) / name).resolve()
