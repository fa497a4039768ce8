"""The stage ``verify``: every example in WebAssembly, with the wheels of the site."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import toolkit
from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.data.gather import DataFile
from toolkit.pins import fingerprint
from toolkit.project import Project
from toolkit.verify.behaviour import Wheels, looks_at_docstrings, told_apart
from toolkit.verify.data import prepare_data
from toolkit.verify.elsewhere import OWN, Elsewhere, placed, runs_elsewhere
from toolkit.verify.outcome import Example, Kind, Verdict, unknown, verdict_from
from toolkit.verify.pool import run_examples
from toolkit.verify.start import files_in, prepared
from toolkit.verify.version import FORM as VERSION
from toolkit.wheels.compilers import processors_allowed

SCHEMA: Final = 3
RECORD: Final = "verify.json"
"""What is known from before, in the cache."""


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What is known of all examples.

    Attributes
    ----------
    verdicts
        One for each, in the order of the pages.
    ran
        How many were run now; the others are known from before.
    """

    verdicts: tuple[Verdict, ...]
    ran: int


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Who is told what happens meanwhile.

    Attributes
    ----------
    say
        Given lines.
    progress
        Given how many examples are done, and of how many.
    """

    say: Callable[[str], None]
    progress: Callable[[int, int], None]


def verify(
    project: Project,
    examples: Sequence[Example],
    wheels: Sequence[Path],
    *,
    contents: Iterable[Path] = (),
    again: bool,
    telling: Telling,
    data: Sequence[DataFile] = (),
    elsewhere: Elsewhere | None = None,
    pyodide: bool = True,
) -> Verified:
    """Run the examples, those that are not known from before.

    Parameters
    ----------
    project
        The project; the caller holds its lock.
    examples
        What is run; of those that are alike one.
    wheels
        All that the kernel of the site can load.
    contents
        Files and folders that notebooks find beside them.
    again
        Whether what was too slow is run again: the machine may have been busy.
    telling
        Who is told.
    data
        What the examples read by URL.
    elsewhere
        Runs those that are not for the site's own Python.
    pyodide
        Whether the site has a Python of its own.

    Raises
    ------
    RuntimeFailed
        When an interpreter does not start.
    XeusFailed
        When a kernel elsewhere does not start.
    """
    beside = tuple(contents)
    files = files_in(beside)
    apart = told_apart(project.name, wheels)
    kernels = ({OWN: OWN} if pyodide else {}) | dict(elsewhere.kernels if elsewhere else {})
    examples = [placed(one, kernels) for one in examples]
    identity = elsewhere.identity if elsewhere else ""
    keys = _keys(project, examples, apart, _beside(files, data), identity)
    record = project.cache / RECORD
    known = _known(record, frozenset(keys.values()), again=again)
    new = {keys[one]: one for one in examples if not one.problem and keys[one] not in known}
    left = {one.key: key for key, one in new.items()}

    def take(verdict: Verdict) -> None:
        known[left.pop(verdict.key)] = verdict.as_json()
        telling.progress(len(new) - len(left), len(new))

    limit = project.settings.verify.timeout
    there = [one for one in new.values() if runs_elsewhere(one)]
    try:
        if len(there) < len(new):
            ready = prepared(project, apart, files, telling.say)
            run_examples(
                replace(
                    ready,
                    start=prepare_data(ready.start, project.cache / "verify-data.json", data),
                ),
                [one for one in new.values() if not runs_elsewhere(one)],
                workers=project.settings.verify.workers or processors_allowed(),
                limit=limit,
                done=take,
            )
        if elsewhere and there:
            elsewhere.run(there, contents=beside, limit=limit, done=take)
    finally:
        write_record(record, {"schema": SCHEMA, "known": known})
    verdicts = (unknown(one) if one.problem else _placed(known[keys[one]], one) for one in examples)
    ran = sum(one.form != VERSION for one in new.values())
    return Verified(verdicts=tuple(verdicts), ran=ran)


def _keys(
    project: Project, examples: Iterable[Example], wheels: Wheels, beside: object, identity: str
) -> dict[Example, str]:
    """Give what the verdict on each example depends on."""
    machine = [SCHEMA, toolkit.__version__, fingerprint(), project.settings.verify.timeout]
    return {
        one: key_of(
            *(machine, beside, one.folder),
            _inside(one, wheels, identity),
            [[cell.source, cell.expected, cell.may_raise] for cell in one.cells],
        )
        for one in examples
    }


def _inside(example: Example, wheels: Wheels, identity: str) -> object:
    """Give what a kernel finds in itself: no wheel of the site's own Python is in another one."""
    if runs_elsewhere(example):
        return [example.kernel, identity]
    return wheels.whole if looks_at_docstrings(example) else wheels.code


def _beside(files: Mapping[str, Path], data: Iterable[DataFile]) -> object:
    return [
        sorted([name, file_sha256(file)] for name, file in files.items()),
        sorted([one.url, one.sha256] for one in data),
    ]


def _known(record: Path, wanted: frozenset[str], *, again: bool) -> dict[str, Any]:
    kept = read_record(record)
    known = dict(kept["known"]) if kept.get("schema") == SCHEMA else {}
    return {
        key: one
        for key, one in known.items()
        if key in wanted and not (again and one["kind"] == Kind.SLOW)
    }


def _placed(known: Mapping[str, Any], example: Example) -> Verdict:
    about = {name: getattr(example, name) for name in ("key", "form", "document", "place", "name")}
    return verdict_from({**known, **about})
