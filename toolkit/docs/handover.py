"""Names that the two sides of the Sphinx process agree on.

It imports nothing: one side runs in the project's environment, the other need not load
Sphinx.
"""

from typing import Final

DRIVER: Final = "toolkit.docs.run"
EXTENSION: Final = "toolkit.docs.sphinx"

FAILURE: Final = "spec14: Sphinx stopped: "
"""What the line begins with that says how Sphinx ended early."""

PAGES: Final = "html"
DOCTREES: Final = "doctrees"
CONTENTS: Final = "contents"
"""Folder of the notebooks that jupyterlite-sphinx stages."""

GALLERY: Final = "gallery"
"""Folder of Sphinx-Gallery's notebooks."""
FOLDERS: Final = "folders"
"""Folder of the folders that ``jupyterlite_contents`` names: they keep their names in the site."""

EXAMPLES: Final = "examples.json"
"""What each button opens, and where that is written."""
BEGIN: Final = "<!-- spec14: button {key} -->"
INSTEAD: Final = "<!-- spec14: instead of button {key} -->"
END: Final = "<!-- spec14: end of button {key} -->"
"""Around each piece of HTML that belongs to a button, and what replaces it if it goes."""

LITE: Final = "lite.json"
"""What ``conf.py`` says about the Lite site, and which version it documents."""
SETTINGS: Final = "settings.json"
"""What ``[tool.spec14.docs]`` says, for the extension."""
KERNEL: Final = "kernel"
"""Key in it: what a notebook is opened with that names no kernel, or only Python (a
``kernelspec`` of nbformat); ``None``: the Pyodide kernel."""
WARNED: Final = "warned.json"
"""Which files Sphinx complained of."""

SOURCE_MAPS: Final = (".js.map", ".css.map")
"""Ends of files of themes that are for those who work on the theme, and are not published."""

IN_SITE: Final = "lite"
"""Where jupyterlite-sphinx's pages look for the Lite site."""

DOCSTRING: Final = ":docstring of "
"""Between the file and the name, in what autodoc says (``_dynamic`` of Sphinx 9)."""
