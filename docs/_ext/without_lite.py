"""What jupyterlite-sphinx puts into a page, where it is not loaded: a line that says so.

`spec14 docs` loads it, after the extensions of ``conf.py``; plain Sphinx does not.
"""

from typing import Any, ClassVar, Final

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import is_directive_registered

NAMES: Final = ("replite", "try_examples")


class Absent(Directive):
    """Shows its content, and says what is missing."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[Any] = dict.fromkeys(("height", "kernel", "prompt"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        """Give the content as it is, and the line."""
        text = "This runs in the browser where the pages were built with spec14."
        code = "\n".join(self.content)
        return [nodes.literal_block(code, code), nodes.paragraph(text, text)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add what is missing once all extensions are there."""

    def add(app: Sphinx, config: Config) -> None:
        del config
        for name in NAMES:
            if not is_directive_registered(name):
                app.add_directive(name, Absent)

    app.connect("config-inited", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
