"""Annotations of GitHub Actions: each failure at its line of the changed files.

Format: "Workflow commands for GitHub Actions", `::error file=…,line=…,title=…::message`;
what must be escaped is in actions/toolkit, ``packages/core/src/command.ts`` (``escapeData``,
``escapeProperty``).
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from toolkit.testing.results import BAD, Record, Result

MOST: Final = 10
"""GitHub shows ten errors of a step; a last line says how many more there are."""
LONGEST: Final = 4_000
"""Characters of a message."""


def is_wanted(environment: Mapping[str, str]) -> bool:
    """Whether this is a job of GitHub Actions."""
    return environment.get("GITHUB_ACTIONS") == "true"


def annotations(record: Record, root: Path, repository: Path) -> Iterator[str]:
    """Give the lines to print.

    Parameters
    ----------
    record
        The run.
    root
        pytest's root folder, which the record's files are relative to.
    repository
        The checkout's folder, which GitHub's paths are relative to.
    """
    bad = [result for result in record.results if result.outcome in BAD]
    shown = bad if len(bad) <= MOST else bad[: MOST - 1]
    for result in shown:
        yield command(
            "error",
            _place(result, root, repository) | {"title": result.id},
            _message(result),
        )
    if len(shown) < len(bad):
        more = f"{len(bad) - len(shown)} more tests failed; the report has them all"
        yield command("error", {"title": record.wheel}, more)


def repository_of(folder: Path) -> Path:
    """Give the checkout that a folder lies in; the folder itself where there is none."""
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), folder)


def _place(result: Result, root: Path, repository: Path) -> dict[str, str]:
    file = (root / result.file).resolve()
    if not result.file or not file.is_relative_to(repository.resolve()):
        return {}
    place = {"file": file.relative_to(repository.resolve()).as_posix()}
    return place if result.line is None else place | {"line": str(result.line)}


def _message(result: Result) -> str:
    text = result.traceback.strip() or result.reason or result.outcome
    return text if len(text) <= LONGEST else f"…{text[-LONGEST:]}"


def command(name: str, properties: Mapping[str, str], message: str) -> str:
    """Give a workflow command.

    Parameters
    ----------
    name
        ``error``, ``warning`` or ``notice``.
    properties
        ``file``, ``line``, ``title``.
    message
        What is shown; it may have several lines.
    """
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(record: Record, title: str) -> Sequence[str]:
    """Give lines of Markdown for the job's summary page (``GITHUB_STEP_SUMMARY``)."""
    counts = record.counts
    heads = ("tests", "passed", "failures", "errors", "skipped")
    return (
        f"### {title}",
        "",
        f"| {' | '.join(heads)} | seconds |",
        f"|{' ---: |' * (len(heads) + 1)}",
        f"| {' | '.join(str(counts[head]) for head in heads)} | {record.seconds:.1f} |",
        "",
    )
