"""MkDocs, run in the environment that holds the project built for this machine."""

import json
from pathlib import Path
from typing import Final

from toolkit.disk import require_room
from toolkit.docs.driver import environment
from toolkit.docs.handover import SETTINGS
from toolkit.docs.messages import Message
from toolkit.docs.mkdocs.messages import judge
from toolkit.docs.told import docs_settings
from toolkit.lite.application import LineSink
from toolkit.process import run
from toolkit.project import Project

PROGRAM: Final = "toolkit.docs.mkdocs.run"


def run_mkdocs(
    project: Project, file: Path, folder: Path, native_python: Path, on_line: LineSink | None
) -> tuple[Message, ...]:
    """Run MkDocs with our plugin and give what it said.

    Parameters
    ----------
    project
        The project.
    file
        Its ``mkdocs.yml``.
    folder
        Where the pages go, and what is handed over.
    native_python
        A Python that can import the project, built for this machine, and MkDocs.
    on_line
        Called with each line that it writes.

    Raises
    ------
    DocsFailed, PageFailed
        When it stops, or a warning counts as an error.
    """
    (folder / SETTINGS).write_text(json.dumps(docs_settings(project)), "utf-8")
    words: list[str | Path] = [native_python, "-m", PROGRAM, file, folder]
    if project.settings.docs.warnings_are_errors:
        words.append("--strict")
    with environment() as variables:
        done = run(words, cwd=file.parent, env=variables, on_line=on_line)
    if done.code != 0:
        require_room(done.output, folder)
    return judge(done)
