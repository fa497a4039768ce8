"""The Sphinx extension: ``extensions = [..., "toolkit.docs.sphinx"]``, or nothing at all.

``spec14 docs`` adds it by itself and builds the Lite site when Sphinx has ended
(:mod:`toolkit.docs.build`). Under a ``sphinx-build`` of the project's own it has ``spec14 docs
--around`` do so: the examples are run, and the Lite site goes into what Sphinx has written.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging

from toolkit.docs import buttons
from toolkit.docs.extension import apply_settings, setup_in
from toolkit.docs.handover import SETTINGS
from toolkit.docs.source import project_above
from toolkit.docs.told import docs_settings
from toolkit.errors import DocsFailed, Spec14Error
from toolkit.process import run
from toolkit.project import read_project

LOGGER: Final = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Set the extension up."""
    given = app.config.overrides.get("spec14_folder")
    app.add_config_value("spec14_folder", "", "", str)
    if given is not None:
        folder = Path(given)
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
    else:
        folder = Path(app.doctreedir) / "spec14"
        settings = _own_settings(app)
        app.connect("env-updated", write_pages_with_buttons)
        app.connect("build-finished", build_around, priority=950)
    setup_in(app, folder)

    def configure(app: Sphinx, config: Config) -> None:
        del app
        apply_settings(config, settings)

    app.connect("config-inited", configure, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages_with_buttons(app: Sphinx, env: BuildEnvironment) -> Iterable[str]:
    """Have Sphinx write them anew: of the last ones buttons have been taken (``env-updated``)."""
    del app
    return sorted(name for name, kept in buttons.store(env).items() if kept)


def build_around(app: Sphinx, error: Exception | None) -> None:
    """Run the examples and put the Lite site into what Sphinx has written (``build-finished``).

    Raises
    ------
    ExtensionError
        When that fails; its lines have been printed.
    """
    if error is not None or app.builder.format != "html":
        return
    words: list[str | Path] = [sys.executable, "-m", "toolkit.cli", "docs", "--around", app.outdir]
    words += ["--handed-over", Path(app.doctreedir) / "spec14", "--project", _root(app)]
    done = run(words, on_line=LOGGER.info)
    if done.code != 0:
        msg = f"the interactive part failed (exit code {done.code}): {done.tail(3).strip()}"
        raise ExtensionError(msg)


def _own_settings(app: Sphinx) -> dict[str, Any]:
    try:
        return docs_settings(read_project(_root(app)))
    except Spec14Error as error:
        raise ExtensionError(f"{error}; {error.do}") from error


def _root(app: Sphinx) -> Path:
    """Give the nearest folder above ``conf.py`` that holds a project."""
    try:
        return project_above(Path(app.confdir).resolve())
    except DocsFailed as error:
        raise ExtensionError(str(error)) from error
