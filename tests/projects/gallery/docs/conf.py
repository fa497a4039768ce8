"""Sphinx."""

import importlib.metadata
import os

project = "pictures"
release = importlib.metadata.version("pictures")
extensions = [
    "sphinx.ext.autodoc",
    os.environ.get("DOCSTRINGS", "numpydoc"),
    "sphinx_gallery.gen_gallery",
]
html_theme = os.environ.get("THEME", "alabaster")
exclude_patterns = ["_build"]
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "download_all_examples": False,
    "image_scrapers": (),
    "reset_modules": (),
}
