"""Sphinx."""

project = "cases"
extensions = ["sphinx.ext.autodoc", "numpydoc"]
html_theme = "pydata_sphinx_theme"
numpydoc_show_class_members = False
exclude_patterns = ["_build", "myst.md"]

jupyterlite_contents = ["notebooks"]
jupyterlite_bind_ipynb_suffix = False
strip_tagged_cells = True
