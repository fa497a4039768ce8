"""What ``tests/corpus.toml`` says of each project: one table for each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name

FILE: Final = Path(__file__).resolve().parents[1] / "corpus.toml"
STAGES: Final = ("fetch", "build", "audit", "install", "import", "tests")
"""What is done with a project, in order."""
LIMIT: Final = 600


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One project of the corpus.

    Attributes
    ----------
    name
        As the project writes it.
    version, sha256
        Exact version, and the SHA-256 of its sdist.
    backend
        The build backend, and what is compiled through it.
    imports
        Modules that must import in the runtime.
    tests
        Files and folders of the sdist that are laid beside one another in an empty folder and
        given to pytest: the project's source is not beside them, only its wheel is there.
    package
        A package of the wheel that carries the tests (``pytest --pyargs``).
    no_tests
        Why there is nothing to run.
    requires
        Requirements of the tests besides pytest.
    pytest
        More words for pytest.
    limit
        Seconds that the tests may take.
    fails_at
        The stage that is known to fail (one of `STAGES`); for ``tests``: some of them fail.
    because
        Why, in words that the error does not say.
    """

    name: str
    version: str
    sha256: str
    backend: str
    imports: tuple[str, ...]
    tests: tuple[str, ...] = ()
    package: str = ""
    no_tests: str = ""
    requires: tuple[str, ...] = ()
    pytest: tuple[str, ...] = ()
    limit: int = LIMIT
    fails_at: str = ""
    because: str = ""

    @property
    def tested(self) -> bool:
        """Whether there are tests to run."""
        return bool(self.tests or self.package)


def read_entries(file: Path = FILE) -> dict[str, Entry]:
    """Read the corpus; give entries by normalised name, in the order of the file.

    Raises
    ------
    ValueError
        When an entry is not as it should be; it names the entry.
    """
    read = tomllib.loads(file.read_text("utf-8"))
    entries = [_entry(name, table) for name, table in read.items()]
    return {canonicalize_name(entry.name): entry for entry in entries}


def _entry(name: str, table: Mapping[str, Any]) -> Entry:
    known = {field.name for field in fields(Entry)}
    values: dict[str, Any] = {"name": name}
    for key, value in table.items():
        if (attribute := key.replace("-", "_")) not in known:
            msg = f"[{name}] {key}: no such key"
            raise ValueError(msg)
        values[attribute] = tuple(value) if isinstance(value, list) else value
    try:
        entry = Entry(**values)
    except TypeError as error:
        msg = f"[{name}] {error}"
        raise ValueError(msg) from error
    if trouble := _trouble(entry):
        msg = f"[{name}] {trouble}"
        raise ValueError(msg)
    return entry


def _trouble(entry: Entry) -> str:
    """Say what is wrong with an entry, or nothing."""
    if entry.tested == bool(entry.no_tests):
        return "either tests (tests, package) or the reason why there are none (no-tests)"
    if entry.tests and entry.package:
        return "tests of the sdist (tests) or those in the wheel (package), not both"
    if entry.fails_at and entry.fails_at not in STAGES:
        return f"fails-at must be one of {', '.join(STAGES)}"
    if bool(entry.fails_at) != bool(entry.because):
        return "fails-at and because go together"
    return ""
