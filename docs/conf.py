"""Sphinx configuration of the documentation of spec14 itself.

`spec14 docs` builds it around the demo's wheel and gives the examples of ``try.md`` their
buttons. Plain Sphinx builds the same pages without them.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The working tree comes before an installed copy: the tables show what stands here.
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import toolkit  # noqa: E402

project = "spec14"
author = "the spec14 authors"
project_copyright = "2026, the spec14 authors"
release = version = toolkit.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "spec14_reference",
    "without_lite",
]
exclude_patterns = ["_build", "_ext", "_templates"]
templates_path = ["_templates"]
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 3
nitpicky = True
# Options are written with two hyphens, also outside of code.
smartquotes = False
highlight_language = "none"

# Plain Sphinx has no such option, and no such buttons.
try_examples_global_button_text = "Try it"

autodoc_typehints = "none"
if find_spec("ripple") is None:
    # Plain Sphinx: the docstrings are read off the demo's source, and nothing is compiled.
    sys.path.append(str(HERE.parent / "tests" / "projects" / "demo" / "src"))
    autodoc_mock_imports = ["numpy", "ripple._kernel"]

html_theme = "pydata_sphinx_theme"
html_title = f"spec14 {release}"
html_static_path = ["_static"]
html_css_files = ["spec14.css"]
html_sidebars = {"**": ["kinds.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "navbar_center": [],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_show_sourcelink = False
