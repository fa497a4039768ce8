"""Sphinx configuration of the measures documentation."""

project = "measures"
author = "the measures authors"
project_copyright = "2026, the measures authors"

extensions = ["sphinx.ext.autodoc", "numpydoc", "jupyterlite_sphinx"]
exclude_patterns = ["_build", "_contents"]

autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "alabaster"
