"""The contents layer: notebooks and files, and the index the application lists them from."""

import importlib.metadata
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.lite.application import LineSink, jupyter_lite_build
from toolkit.lite.config import contents_config

ADDONS: Final = "jupyterlite.addon.v0"
"""Entry points of JupyterLite's add-ons."""


def add_contents(
    site: Path,
    contents: Sequence[Path],
    *,
    own: dict[str, Any],
    ignore: Sequence[str] = (),
    on_line: LineSink | None = None,
) -> None:
    """Add files to a site and index them, by JupyterLite's own add-on.

    Parameters
    ----------
    site
        A built application.
    contents
        Files, and folders whose content is taken.
    own
        The project's own build configuration.
    ignore
        Regular expressions of paths to leave out, beside JupyterLite's own.
    on_line
        Called with each line of the build's output.

    Raises
    ------
    LiteFailed
        When the build fails.
    """
    addons = [entry.name for entry in importlib.metadata.entry_points(group=ADDONS)]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        config = work / "jupyter_lite_config.json"
        config.write_text(
            json.dumps(contents_config(own, addons=addons, cache=work / "cache")), "utf-8"
        )
        empty = work / "empty"
        empty.mkdir()
        words: list[str | Path] = ["--config", config, "--lite-dir", empty, "--output-dir", site]
        for path in contents:
            words += ["--contents", path]
        for pattern in ignore:
            words += ["--ignore-contents", pattern]
        jupyter_lite_build(words, work=work, on_line=on_line)
