"""Sphinx configuration of the ripple documentation."""

from importlib.metadata import version as installed_version

project = "ripple"
author = "the ripple authors"
project_copyright = "2026, the ripple authors"
release = version = installed_version("ripple-demo")

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "jupyterlite_sphinx",
]
exclude_patterns = ["_build", "_contents"]

numpydoc_show_class_members = False
autodoc_typehints = "none"

# The tutorial is run while the pages are made; an error in it is an error here.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 60

# Every Examples section gets a button, and the tutorial opens as a notebook.
global_enable_try_examples = True
try_examples_global_button_text = "Try it"
strip_tagged_cells = True

html_theme = "pydata_sphinx_theme"
html_title = f"ripple {release}"
html_sidebars = {"**": []}
html_theme_options = {
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_show_sourcelink = False
