"""Files of a distribution that is installed again, and when they were changed.

Sphinx reads a page anew when a module that it documents is younger than the page
(``BuildEnvironment.get_outdated_files``, Sphinx 9.2); an installation makes all files of a
wheel young.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name


@dataclass(frozen=True, kw_only=True)
class Known:
    """A file as it was installed.

    Attributes
    ----------
    content
        Its digest, as the RECORD of its wheel has it.
    changed
        Nanoseconds since the epoch.
    """

    content: str
    changed: int


@contextmanager
def unchanged_keep_their_times(environment: Path, name: str) -> Iterator[None]:
    """Give the files of a distribution that are the same afterwards the times they had.

    Parameters
    ----------
    environment
        A virtual environment, which need not hold it yet.
    name
        The distribution's name.
    """
    before = _installed(environment, name)
    yield
    for path, after in _installed(environment, name).items():
        known = before.get(path)
        if known is not None and known.content == after.content:
            os.utime(path, ns=(after.changed, known.changed))


def _installed(environment: Path, name: str) -> Mapping[Path, Known]:
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    inside = environment.resolve()
    return {
        path: Known(content=file.hash.value, changed=path.stat().st_mtime_ns)
        for found in distributions(path=folders)
        if canonicalize_name(found.name) == canonicalize_name(name)
        for file in found.files or ()
        if file.hash is not None
        and (path := Path(str(file.locate()))).is_file()
        and path.resolve().is_relative_to(inside)
    }
