"""What a run of the tests was, test by test: the file ``tests.json``, schema 2.

Only the standard library is imported here: the environment in which a project's tests run
natively has nothing else of ours (:mod:`toolkit.testing.native_plugin`).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

SCHEMA: Final = 2
OUTCOMES: Final = ("error", "failed", "xpassed", "passed", "xfailed", "skipped")
"""From what is to be seen to first to what is not."""
BAD: Final = frozenset({"error", "failed"})


class NotARecord(ValueError):
    """The content of a file is no ``tests.json`` of this schema."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one test went.

    Attributes
    ----------
    id
        pytest's node id.
    outcome
        One of `OUTCOMES`.
    seconds
        Set-up, call and tear-down together.
    file
        Where it stands, relative to pytest's root folder.
    line
        First line of the test, from 1; ``None`` where pytest knows none.
    reason
        One line: why it was skipped, was expected to fail, or how it failed.
    cause
        The reason without what differs from test to test: what results are grouped by.
    traceback
        What pytest prints of a failure, with captured output.
    """

    id: str
    outcome: str
    seconds: float
    file: str
    line: int | None = None
    reason: str = ""
    cause: str = ""
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """A run.

    Attributes
    ----------
    wheel, wheel_sha256
        The wheel that was tested.
    exit_code
        pytest's.
    arguments
        Words of the command line, for pytest.
    collected
        Number of tests collected; equal to the number of results unless the run was stopped.
    seconds
        The whole run.
    workers
        Number of interpreters at a time.
    shard
        ``"3/10"``, or ``None`` for all.
    dealt
        What is the same for all shards that were dealt the same tests in the same way.
    runtime
        Versions of what the tests ran in.
    root
        pytest's root folder, which files are relative to, as seen from the report's folder.
    results
        One for each test, in the order in which they ended.
    """

    wheel: str
    wheel_sha256: str
    exit_code: int
    arguments: tuple[str, ...] = ()
    collected: int = 0
    seconds: float = 0.0
    workers: int = 1
    shard: str | None = None
    dealt: str = ""
    runtime: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    root: str = "../.."
    results: tuple[Result, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """Give the totals; what was expected to fail is among the skipped, as in JUnit files."""
        found = Counter(result.outcome for result in self.results)
        return {
            "tests": len(self.results),
            "failures": found["failed"],
            "errors": found["error"],
            "skipped": found["skipped"] + found["xfailed"],
            "passed": found["passed"],
            "xfailed": found["xfailed"],
            "xpassed": found["xpassed"],
        }

    def as_json(self) -> dict[str, Any]:
        """Give what ``tests.json`` holds."""
        content = {
            item.name: getattr(self, item.name) for item in fields(self) if item.name != "results"
        }
        return {
            **content,
            "schema": SCHEMA,
            "arguments": list(self.arguments),
            "runtime": dict(self.runtime),
            "seconds": round(self.seconds, 3),
            **self.counts,
            "results": [_as_json(result) for result in self.results],
        }


def _as_json(result: Result) -> dict[str, Any]:
    content = asdict(result)
    if not result.traceback:
        del content["traceback"]
    return {**content, "seconds": round(result.seconds, 4)}


def record_from(content: Any) -> Record:
    """Give the record that a ``tests.json`` holds.

    Parameters
    ----------
    content
        What :func:`json.loads` gave.

    Raises
    ------
    NotARecord
        When it is something else, or of another schema.
    """
    if not isinstance(content, dict) or "schema" not in content:
        msg = "it is not the tests.json of a run"
        raise NotARecord(msg)
    if content["schema"] != SCHEMA:
        msg = f"its schema is {content['schema']!r}, and {SCHEMA} is what is read here"
        raise NotARecord(msg)
    try:
        results = tuple(_result_from(item) for item in content["results"])
        known = {item.name for item in fields(Record)}
        values = {key: value for key, value in content.items() if key in known}
        record = Record(
            **values | {"arguments": tuple(content["arguments"]), "results": results},
        )
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"it is damaged: {error!r}"
        raise NotARecord(msg) from error
    _require_types(record)
    return record


def _result_from(item: Any) -> Result:
    result = Result(**{key.name: item[key.name] for key in fields(Result) if key.name in item})
    if result.outcome not in OUTCOMES:
        msg = f"the outcome of {result.id!r} is {result.outcome!r}"
        raise NotARecord(msg)
    texts = (result.id, result.file, result.reason, result.cause, result.traceback)
    numbers = (result.seconds, 0 if result.line is None else result.line)
    if not (_all(str, texts) and _all((int, float), numbers)):
        msg = f"the result of {result.id!r} has a value of a wrong type"
        raise NotARecord(msg)
    return result


def _require_types(record: Record) -> None:
    texts = (record.wheel, record.wheel_sha256, record.root, record.shard or "", record.dealt)
    numbers = (record.exit_code, record.collected, record.workers)
    if not (
        _all(str, texts)
        and _all(int, numbers)
        and isinstance(record.seconds, int | float)
        and isinstance(record.runtime, Mapping)
        and _all(str, record.runtime.values())
        and _all(str, record.arguments)
    ):
        msg = "it is damaged: a value has a wrong type"
        raise NotARecord(msg)


def _all(kind: type | tuple[type, ...], values: Iterable[object]) -> bool:
    return all(isinstance(value, kind) for value in values)


def read(path: Path) -> Record:
    """Read a ``tests.json``.

    Raises
    ------
    NotARecord
        When it is not there, or is something else.
    """
    try:
        return record_from(json.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        msg = f"it cannot be read: {error}"
        raise NotARecord(msg) from error
