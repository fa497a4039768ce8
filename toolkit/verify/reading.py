"""The examples of a build, read from what the tool that made the pages handed over."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

from toolkit.docs.handover import EXAMPLES
from toolkit.project import Project
from toolkit.verify.notebook import Contents, read_notebook
from toolkit.verify.outcome import Cell, Example
from toolkit.verify.places import name, place
from toolkit.wheels.source import source_files


def read_examples(project: Project, folder: Path) -> tuple[Example, ...]:
    """Give what the buttons of all pages open.

    Parameters
    ----------
    project
        The project.
    folder
        What the extension handed over (:mod:`toolkit.docs.button`).
    """
    told: list[dict[str, Any]] = json.loads((folder / EXAMPLES).read_text("utf-8"))
    files = [path.as_posix() for path in source_files(project.root)]
    return tuple(_example(one, project, files) for one in told)


def _example(told: dict[str, Any], project: Project, files: list[str]) -> Example:
    if told["form"] == "console":
        found = Contents(cells=(Cell(source=told["code"]),))
    else:
        found = read_notebook(Path(told["file"]))
    of_its_own = told["form"] in ("notebook", "gallery")
    return Example(
        key=told["key"],
        form=told["form"],
        document=told["document"],
        place=place(told["source"], told["line"], told["first"], project=project.root, files=files),
        name=told["first"] if of_its_own else name(told["source"], told["first"]),
        cells=found.cells,
        problem=found.problem,
        folder=str(PurePosixPath(told["notebook"]).parent) if of_its_own else ".",
        kernel=found.kernel,
        language=found.language,
    )
