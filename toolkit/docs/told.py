"""What the extension is told of ``[tool.spec14.docs]``, as JSON."""

from typing import Any, Final

from toolkit.project import Project

KEYS: Final = (
    "banner",
    "button_text",
    "examples",
    "preamble",
    "preambles",
    "strip_tagged_cells",
    "warning_text",
)


def docs_settings(project: Project) -> dict[str, Any]:
    """Give the settings by key; those that are not set are ``None``."""
    values = {name: getattr(project.settings.docs, name) for name in KEYS}
    return {
        name.replace("_", "-"): dict(value) if name == "preambles" and value else value
        for name, value in values.items()
    }
