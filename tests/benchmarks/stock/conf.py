"""The project's own configuration, and what its maintainer would add for JupyterLite alone.

jupyterlite-sphinx 0.23.0 with its defaults; ``tests/benchmarks/stock_site.py`` lays this file in
the place of the project's ``conf.py``. No extension of ours is loaded.
"""

import runpy
from pathlib import Path
from typing import Any

WEB_FONT = "https://fonts.googleapis.com/css?family=Vibur"

globals().update(runpy.run_path(str(Path(__file__).with_name("project_conf.py"))))

jupyterlite_config = "jupyter_lite_config.json"
jupyterlite_silence = False
# As upstream documents it: a package from the site's own index is installed before it is imported.
try_examples_preamble = "%pip install -q ripple-demo"


def without_web_font(
    app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Ask no other origin: whether that one answers would decide who is faster."""
    del app, pagename, templatename, doctree
    context["css_files"] = [
        sheet
        for sheet in context.get("css_files", ())
        if str(getattr(sheet, "filename", sheet)) != WEB_FONT
    ]


def setup(app: Any) -> None:
    """Take what would be fetched from elsewhere out of the pages."""
    app.connect("html-page-context", without_web_font, priority=900)
