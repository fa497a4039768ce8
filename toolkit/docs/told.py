"""What the extension is told of ``[tool.spec14.docs]``, as JSON."""

from collections.abc import Mapping
from typing import Any, Final

from toolkit.docs.handover import KERNEL
from toolkit.lite.xeus.names import XPYTHON
from toolkit.project import Project
from toolkit.settings import XEUS

KERNELSPEC: Final[Mapping[str, str]] = {
    "display_name": "Python (xeus)",
    "language": "python",
    "name": XPYTHON,
}
"""The kernel of ``xeus-python``, as a notebook names it."""

KEYS: Final = (
    "allow_origins",
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
    told = {
        name.replace("_", "-"): dict(value) if name == "preambles" and value else value
        for name, value in values.items()
    }
    return {**told, KERNEL: dict(KERNELSPEC) if project.settings.kernel == XEUS else None}
