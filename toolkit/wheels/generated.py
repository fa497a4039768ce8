"""The files of a project without those that its documentation writes beside its sources.

A ``conf.py`` may turn Markdown into notebooks in its own folder, each time with other
identifiers (PyWavelets 1.10.0 does). Taken for source, they would have every build of the
documentation build the wheel anew. What a documentation is made from has them all: a page
saved while Sphinx runs looks like one that it wrote.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from toolkit.cache import read_record, write_record
from toolkit.project import Project
from toolkit.wheels.source import source_files

RECORD: Final = "generated.json"


def project_files(project: Project) -> list[Path]:
    """Give the files that the wheel is made from, relative to the project's folder, sorted."""
    ours = {project.root / path for path in _generated(project)}
    return [path for path in source_files(project.folder) if project.folder / path not in ours]


@contextmanager
def noting_generated(project: Project, documents: Path) -> Iterator[None]:
    """Keep in mind which files come to be among the documents meanwhile.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    documents
        The folder of the pages.
    """
    before = set(source_files(project.root))
    try:
        yield
    finally:
        inside = documents.resolve().relative_to(project.root.resolve())
        there = source_files(project.root)
        known = _generated(project)
        names = [
            path.as_posix()
            for path in there
            if path in known or (path not in before and path.is_relative_to(inside))
        ]
        write_record(project.cache / RECORD, {"files": names})


def _generated(project: Project) -> frozenset[Path]:
    """Give them, relative to the root."""
    return frozenset(map(Path, read_record(project.cache / RECORD).get("files", ())))
