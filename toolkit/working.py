"""One run at a time on a project."""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from toolkit.errors import ProjectBusy
from toolkit.project import Project, prepare_output


@contextlib.contextmanager
def working_on(project: Project) -> Iterator[None]:
    """Hold the project for one run; ``.spec14`` is made if it is not there.

    Raises
    ------
    ProjectBusy
        When another run holds it.
    NotWritable
        When ``.spec14`` cannot be written.
    """
    prepare_output(project)
    lock = FileLock(project.cache / "lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        msg = f"another run works on {project.root}"
        raise ProjectBusy(msg, do="wait for it to end, then run the same command again") from error
    try:
        yield
    finally:
        lock.release()
