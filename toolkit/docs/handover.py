"""Names that the two sides of the Sphinx process agree on.

It imports nothing: one side runs in the project's environment, the other need not load
Sphinx.
"""

from typing import Final

DRIVER: Final = "toolkit.docs.run"
EXTENSION: Final = "toolkit.docs.extension"

FAILURE: Final = "spec14: Sphinx stopped: "
"""What the line begins with that says how Sphinx ended early."""

PAGES: Final = "html"
DOCTREES: Final = "doctrees"
CONTENTS: Final = "contents"
"""Folder of the notebooks that jupyterlite-sphinx stages."""

EXAMPLES: Final = "examples.json"
"""Which notebook each button opens, and where its example is written."""
BUTTON_BEGIN: Final = "<!-- spec14: button {name} -->"
BUTTON_END: Final = "<!-- spec14: end of button {name} -->"
"""Around each piece of HTML that belongs to the button of a notebook."""

LITE: Final = "lite.json"
"""What ``conf.py`` says about the Lite site."""
