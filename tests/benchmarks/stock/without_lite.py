"""Stands for jupyterlite-sphinx where a page is built without it: its directive shows nothing."""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives


class Nothing(Directive):  # type: ignore[misc]  # docutils has no types
    """Takes what ``notebooklite`` takes."""

    optional_arguments = 1
    option_spec: ClassVar[Any] = dict.fromkeys(
        ("new_tab", "new_tab_button_text"), directives.unchanged
    )

    def run(self) -> list[nodes.Node]:
        """Give nothing."""
        return []


def setup(app: Any) -> dict[str, Any]:
    """Add the directive and the values that ``conf.py`` sets."""
    app.add_directive("notebooklite", Nothing)
    for name in ("global_enable_try_examples", "strip_tagged_cells"):
        app.add_config_value(name, default=False, rebuild="html")
    app.add_config_value("try_examples_global_button_text", default=None, rebuild="html")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
