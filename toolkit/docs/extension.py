"""What this toolkit adds to a project's own Sphinx extensions.

It sees to it that jupyterlite-sphinx is there, keeps its notebooks out of the project's
source, and has the Lite site built by :mod:`toolkit.lite` and not by itself: upstream's
handler forces six applications into the site, hides why a build failed
(``UnboundLocalError`` under ``jupyterlite_silence``) and unpacks everything each time.
What ``conf.py`` says is left standing and handed over in ``lite.json``.
"""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from jupyterlite_sphinx import jupyterlite_sphinx as upstream
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from toolkit.docs import buttons, examples, gallery, notebooks, reader, warned, workarounds
from toolkit.docs.handover import CONTENTS, FOLDERS, GALLERY, KERNEL, LITE
from toolkit.docs.kernelspec import name_kernel

UPSTREAM: Final = "jupyterlite_sphinx"
LOGGER: Final = logging.getLogger(__name__)

EVERY: Final = "global_enable_try_examples"
"""Whether each Examples section has a button: it has, unless somebody says otherwise."""
CONF_VALUES: Final = {
    "button-text": "try_examples_global_button_text",
    "examples": EVERY,
    "preamble": "try_examples_preamble",
    "strip-tagged-cells": "strip_tagged_cells",
    "warning-text": "try_examples_global_warning_text",
}
"""Keys of ``[tool.spec14.docs]``, and the values of ``conf.py`` that say the same."""


def setup_in(app: Sphinx, folder: Path) -> None:
    """Set everything up.

    Parameters
    ----------
    app
        Sphinx, with the extensions of ``conf.py`` loaded.
    folder
        Where notebooks are staged and what is handed over is written; not in the source, and not
        in what Sphinx publishes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    app.setup_extension(UPSTREAM)
    for listener in list(app.events.listeners["build-finished"]):
        if listener.handler is upstream.jupyterlite_build:
            app.disconnect(listener.id)
    app.add_config_value("spec14_preambles", {}, "env", dict)
    app.add_config_value("spec14_banner", "", "env", str)
    app.add_config_value("spec14_texts", [], "env", list)
    app.add_config_value("spec14_kernel", None, "env", (dict, type(None)))

    workarounds.Notebooks(folder / CONTENTS).connect(app)
    workarounds.PlaceOfImportFailure(app).connect()
    app.connect("html-page-context", workarounds.drop_web_font, priority=900)
    app.connect("html-page-context", workarounds.name_colour_mode)
    app.connect("html-page-context", workarounds.mend_links_of_dirhtml)
    app.connect("build-finished", workarounds.gallery_contents_of_dirhtml)

    def stage(app: Sphinx, config: Config) -> None:
        del app
        config.jupyterlite_content_dir = str(folder / CONTENTS)

    def hand_over(app: Sphinx, error: Exception | None) -> None:
        if error is None:
            write_lite(app, folder)

    app.connect("config-inited", stage, priority=100)
    app.connect("build-finished", hand_over, priority=900)
    buttons.connect(app, folder)
    examples.connect(app)
    notebooks.connect(app)
    gallery.connect(app, folder)
    reader.connect(app)
    warned.connect(app, folder)


def apply_settings(config: Config, settings: dict[str, Any]) -> None:
    """Apply ``[tool.spec14.docs]`` where ``conf.py`` says nothing.

    Parameters
    ----------
    config
        Of Sphinx.
    settings
        By key; values that are not set are ``None``.
    """
    own = {*config._raw_config, *config.overrides}  # noqa: SLF001 - what conf.py itself sets
    for key, name in CONF_VALUES.items():
        value = settings.get(key)
        if name not in own:
            if value is not None:
                setattr(config, name, value)
        elif value is not None and value != config[name]:
            LOGGER.warning(
                "conf.py sets %s; %s in [tool.spec14.docs] is not used",
                *(name, key),
                type="spec14",
                subtype="conflict",
            )
    if EVERY not in own and settings.get("examples") is None:
        setattr(config, EVERY, True)
    config.spec14_preambles = settings.get("preambles") or {}
    config.spec14_banner = settings.get("banner") or ""
    config.spec14_kernel = settings.get(KERNEL)
    # Upstream makes notebooks of these while it reads, but asks for no new reading.
    config.spec14_texts = [str(config[name]) for name in sorted(CONF_VALUES.values())]


def write_lite(app: Sphinx, folder: Path) -> None:
    """Write down what ``conf.py`` says about the Lite site.

    The values are those of jupyterlite-sphinx 0.23.0; patterns of contents are expanded
    as there (``jupyterlite_build``): a folder keeps its name in the site. That is not done for
    Sphinx-Gallery's, whose links leave it out.
    """
    config, source = app.config, Path(app.srcdir)
    ignored = config.jupyterlite_ignore_contents or ()
    shutil.rmtree(folder / FOLDERS, ignore_errors=True)
    contents: list[Path] = []
    for path in _contents(source, config.jupyterlite_contents):
        if path.is_dir() and path != folder / GALLERY:
            shutil.copytree(path, folder / FOLDERS / path.name, dirs_exist_ok=True)
        elif config.spec14_kernel and path.suffix == ".ipynb":
            # A copy, to be told its kernel: the project's own is not written.
            (folder / FOLDERS).mkdir(exist_ok=True)
            shutil.copyfile(path, folder / FOLDERS / path.name)
        else:
            contents.append(path)
    contents += [folder / FOLDERS] if (folder / FOLDERS).is_dir() else []
    for staged in (FOLDERS, GALLERY) if config.spec14_kernel else ():
        for notebook in (folder / staged).rglob("*.ipynb"):
            name_kernel(notebook, config.spec14_kernel)
    given = {
        "folder": _path(source, config.jupyterlite_dir),
        "config": _path(source, config.jupyterlite_config),
        "overrides": _path(source, config.jupyterlite_overrides),
        "contents": [str(path) for path in contents],
        "ignore": [ignored] if isinstance(ignored, str) else list(ignored),
        "conf": str(Path(app.confdir) / "conf.py"),
        "release": str(config.release or ""),
        "version": str(config.version or ""),
    }
    (folder / LITE).write_text(json.dumps(given, indent=1), "utf-8")


def _path(source: Path, value: object) -> str | None:
    return str(source / str(value)) if value else None


def _contents(source: Path, patterns: object) -> list[Path]:
    wanted = [patterns] if isinstance(patterns, str) else list(patterns or ())  # type: ignore[call-overload]
    found: list[Path] = []
    for pattern in map(str, wanted):
        found += sorted((source / pattern).parent.glob(Path(pattern).name))
    return found
