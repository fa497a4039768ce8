"""How it went with a project, as it is kept from run to run."""

import dataclasses
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.corpus.entries import Entry
from toolkit.cache import key_of, read_record, write_record


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run found out.

    Attributes
    ----------
    key
        Of the entry and the toolchain: with another one the outcome is stale.
    date
        Of the run, ISO 8601.
    seconds
        What the build took, build requirements fetched included; ``None`` if there was none.
    size
        Of the wheel, in bytes.
    wheel
        Its name.
    audit
        What `spec14 audit` says: ``sound`` and the kinds of its warnings.
    modules, loaded
        How many compiled modules are in the wheel, and how many of them import.
    passed, failed, skipped
        Tests; ``None`` where none ran to the end.
    test_seconds
        What the tests took.
    stage
        The stage that failed, or nothing.
    reason
        Why, in the words of the tool that failed.
    """

    key: str
    date: str
    seconds: float | None = None
    size: int | None = None
    wheel: str = ""
    audit: str = ""
    modules: int | None = None
    loaded: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    test_seconds: float | None = None
    stage: str = ""
    reason: str = ""

    def as_expected(self, entry: Entry) -> bool:
        """Whether it failed where the corpus says so, and nowhere else."""
        return self.stage == entry.fails_at


def outcome_key(entry: Entry, toolchain: str) -> str:
    """Give what an outcome is known by: what was asked for, and with which toolchain.

    What is only said about a failure decides nothing.
    """
    asked = {name: value for name, value in asdict(entry).items() if name not in WORDS}
    return key_of(json.loads(json.dumps(asked)), toolchain)


WORDS = frozenset({"because", "fails_at", "backend", "limit", "no_tests"})


def read_outcome(file: Path) -> Outcome | None:
    """Give a kept outcome; ``None`` when there is none that can be read."""
    record: dict[str, Any] = dict(read_record(file))
    known = {field.name for field in dataclasses.fields(Outcome)}
    if not {"key", "date"} <= record.keys() <= known:
        return None
    return Outcome(**record)


def keep_outcome(file: Path, outcome: Outcome) -> None:
    """Write an outcome."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_record(file, asdict(outcome))
