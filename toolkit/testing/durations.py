"""How long the tests took last time: what the next run is balanced by.

Of each file its sum and number of tests are kept, and one by one only the tests that stand
out: NumPy's fifty thousand tests are a few hundred lines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from toolkit.cache import read_record, write_record

if TYPE_CHECKING:
    from toolkit.testing.schedule import Test

SLOW: Final = 0.05
"""Seconds from which a test is kept by its own name."""
SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True)
class OfFile:
    """What is known of a file.

    Attributes
    ----------
    seconds
        Of all its tests but the slow ones.
    tests
        Their number.
    slow
        Seconds of each slow test.
    """

    seconds: float = 0.0
    tests: int = 0
    slow: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Durations:
    """What earlier runs took.

    Attributes
    ----------
    files
        By the id of the file.
    """

    files: Mapping[str, OfFile] = field(default_factory=dict)

    def of(self, tests: Iterable[Test]) -> dict[str, float]:
        """Give the seconds each test is expected to take, by its id.

        A test of an unknown file is expected to take what one takes on average; where nothing
        is known every test counts the same, one millisecond.
        """
        count = sum(known.tests + len(known.slow) for known in self.files.values())
        average = self.total / count if count else 0.001
        found = {}
        for test in tests:
            known = self.files.get(test.file)
            usual = known.seconds / known.tests if known and known.tests else average
            found[test.id] = known.slow.get(test.id, usual) if known else usual
        return found

    @property
    def total(self) -> float:
        """Seconds of all that is known."""
        return sum(known.seconds + sum(known.slow.values()) for known in self.files.values())

    def updated(self, measured: Mapping[str, Mapping[str, float]]) -> Durations:
        """Give these with what a run measured, {file: {test: seconds}}.

        A file of which fewer tests ran than are known (``-k``, ``--lf``) keeps what was known
        of the others.
        """
        files = dict(self.files)
        for file, tests in measured.items():
            files[file] = _merged(files.get(file, OfFile()), tests)
        return Durations(files=files)


def _merged(before: OfFile, tests: Mapping[str, float]) -> OfFile:
    slow = {name: round(seconds, 3) for name, seconds in tests.items() if seconds >= SLOW}
    quick = [seconds for seconds in tests.values() if seconds < SLOW]
    if len(tests) >= before.tests + len(before.slow):
        return OfFile(seconds=round(sum(quick), 4), tests=len(quick), slow=slow)
    kept = {name: seconds for name, seconds in before.slow.items() if name not in tests}
    return OfFile(seconds=before.seconds, tests=before.tests, slow={**kept, **slow})


def read_durations(path: Path) -> Durations:
    """Read the file; nothing is known where it is missing or damaged."""
    record = read_record(path)
    if record.get("schema") != SCHEMA:
        return Durations()
    files: Mapping[str, Any] = record["files"]
    return Durations(files={name: OfFile(**known) for name, known in files.items()})


def write_durations(path: Path, durations: Durations) -> None:
    """Write the file."""
    files = {
        name: {"seconds": known.seconds, "tests": known.tests, "slow": dict(known.slow)}
        for name, known in durations.files.items()
    }
    write_record(path, {"schema": SCHEMA, "files": files})
