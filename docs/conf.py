"""Sphinx configuration of the documentation of spec14 itself."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The working tree comes before an installed copy: the tables show what stands here.
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import toolkit  # noqa: E402

project = "spec14"
author = "the spec14 authors"
project_copyright = "2026, the spec14 authors"
release = version = toolkit.__version__

extensions = ["myst_parser", "spec14_reference"]
exclude_patterns = ["_build", "_ext"]
myst_heading_anchors = 3
nitpicky = True
# Options are written with two hyphens, also outside of code.
smartquotes = False
highlight_language = "none"

html_theme = "pydata_sphinx_theme"
html_title = f"spec14 {release}"
html_static_path = ["_static"]
html_sidebars = {"**": []}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_show_sourcelink = False
