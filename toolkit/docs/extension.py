"""The Sphinx extension that this toolkit adds to a project's own.

It sees to it that jupyterlite-sphinx is there, keeps its notebooks out of the project's
source, and has the Lite site built by :mod:`toolkit.lite` and not by itself: upstream's
handler forces six applications into the site, hides why a build failed
(``UnboundLocalError`` under ``jupyterlite_silence``) and unpacks everything each time.
What ``conf.py`` says is left standing and handed over in ``lite.json``.
"""

import json
from pathlib import Path
from typing import Any, Final

from jupyterlite_sphinx import jupyterlite_sphinx as upstream
from sphinx.application import Sphinx
from sphinx.config import Config

from toolkit.docs import examples, reader, workarounds
from toolkit.docs.handover import CONTENTS, LITE

UPSTREAM: Final = "jupyterlite_sphinx"


def setup(app: Sphinx) -> dict[str, Any]:
    """Set the extension up."""
    app.add_config_value("spec14_folder", "", "", str)
    asked_for = UPSTREAM in app.extensions
    app.setup_extension(UPSTREAM)
    for listener in list(app.events.listeners["build-finished"]):
        if listener.handler is upstream.jupyterlite_build:
            app.disconnect(listener.id)

    folder = Path(app.config.overrides["spec14_folder"])
    workarounds.Notebooks(folder / CONTENTS).connect(app)
    workarounds.PlaceOfImportFailure(app).connect()
    app.connect("html-page-context", workarounds.drop_web_font, priority=900)
    app.connect("html-page-context", workarounds.name_colour_mode)
    app.connect("html-page-context", workarounds.mend_links_of_dirhtml)

    def configure(app: Sphinx, config: Config) -> None:
        del app
        config.jupyterlite_content_dir = str(folder / CONTENTS)
        if not asked_for:
            config.global_enable_try_examples = True

    app.connect("config-inited", configure, priority=100)
    app.connect("build-finished", hand_over)
    examples.connect(app)
    reader.connect(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def hand_over(app: Sphinx, error: Exception | None) -> None:
    """Write down what ``conf.py`` says about the Lite site.

    The values are those of jupyterlite-sphinx 0.23.0; patterns of contents are expanded
    as there (``jupyterlite_build``).
    """
    if error is not None:
        return
    config, source = app.config, Path(app.srcdir)
    ignored = config.jupyterlite_ignore_contents or ()
    given = {
        "folder": _path(source, config.jupyterlite_dir),
        "config": _path(source, config.jupyterlite_config),
        "overrides": _path(source, config.jupyterlite_overrides),
        "contents": [str(path) for path in _contents(source, config.jupyterlite_contents)],
        "ignore": [ignored] if isinstance(ignored, str) else list(ignored),
    }
    file = Path(config.spec14_folder) / LITE
    file.write_text(json.dumps(given, indent=1), "utf-8")


def _path(source: Path, value: object) -> str | None:
    return str(source / str(value)) if value else None


def _contents(source: Path, patterns: object) -> list[Path]:
    wanted = [patterns] if isinstance(patterns, str) else list(patterns or ())  # type: ignore[call-overload]
    found: list[Path] = []
    for pattern in map(str, wanted):
        found += sorted((source / pattern).parent.glob(Path(pattern).name))
    return found
