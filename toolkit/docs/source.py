"""Where a project keeps its documentation."""

import json
from pathlib import Path
from typing import Final

from toolkit.docs.handover import LITE
from toolkit.errors import DocsFailed
from toolkit.project import Project

PLACES: Final = ("docs", "doc", "docs/source", "doc/source")
CONF: Final = "conf.py"


def documented_in(folder: Path) -> Path:
    """Give the folder of the documentation whose Sphinx handed something over."""
    conf: str = json.loads((folder / LITE).read_text("utf-8"))["conf"]
    return Path(conf).parent


def find_source(project: Project) -> Path:
    """Give the folder that holds ``conf.py``.

    Raises
    ------
    DocsFailed
        When there is none, or the one named in the settings lies outside the project.
    """
    named = project.settings.docs.source
    places = (named,) if named is not None else PLACES
    for place in places:
        folder = (project.root / place).resolve()
        if not folder.is_relative_to(project.root.resolve()):
            msg = f"[tool.spec14.docs] source = {place!r} leads out of the project"
            raise DocsFailed(msg, do="name a folder inside the project")
        if (folder / CONF).is_file():
            return folder
    if named is not None:
        msg = f"[tool.spec14.docs] source = {named!r}: there is no {CONF} in it"
        raise DocsFailed(msg, do="name the folder that holds Sphinx's conf.py")
    msg = f"{project.root} has no Sphinx documentation: no {CONF} in {', '.join(PLACES)}"
    raise DocsFailed(
        msg, do="set source in [tool.spec14.docs], or start with `sphinx-quickstart docs`"
    )
