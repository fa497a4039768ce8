"""``spec14 test --update-skips``: entries for a skip file, from what failed in the last run."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import tomli_w

from toolkit.cache import read_record, write_atomically
from toolkit.errors import StageMissing
from toolkit.project import Project
from toolkit.testing.platform import platform

FAILED: Final = frozenset({"failed", "error"})
DEATHS: Final = ("[died]", "[time limit]")
"""How the reason of a test begins that ended its interpreter, or was ended."""
PARAMETERS: Final = re.compile(r"\[.*\]$", re.DOTALL)


def propose_skips(project: Project) -> tuple[str, Path]:
    """Write entries for what failed, and give their text and their file.

    Raises
    ------
    StageMissing
        When no tests have been run, or by a version that kept no results.
    """
    record = read_record(project.report / "tests.json")
    results = record.get("results")
    if not isinstance(results, list):
        msg = f"{project.report / 'tests.json'} holds no results"
        raise StageMissing(msg, do="run `spec14 test` first")
    text = proposed(results)
    file = project.report / "skips.toml"
    write_atomically(file, text.encode())
    return text, file


def proposed(results: Sequence[Mapping[str, Any]]) -> str:
    """Give TOML with an entry for each test that failed, grouped by cause.

    Parameters
    ----------
    results
        ``results`` of the JSON report.

    Returns
    -------
    str
        Tests whose parameters all failed are one entry; empty when nothing failed.
    """
    failed = [one for one in results if one["outcome"] in FAILED]
    by_cause = sorted(failed, key=_cause)
    groups = [(cause, list(tests)) for cause, tests in itertools.groupby(by_cause, _cause)]
    groups.sort(key=lambda group: -len(group[1]))
    parts = []
    for cause, tests in groups:
        parts.append(f"# {len(tests)}: {_one_line(cause) or 'for a reason that is not known'}\n")
        parts += [
            f"[[skip]]\n{tomli_w.dumps(_entry(name, one))}" for name, one in _names(tests, results)
        ]
    return "\n".join(parts)


def _cause(result: Mapping[str, Any]) -> str:
    return str(result.get("cause") or result.get("reason") or "")


def _names(
    tests: Iterable[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give ids to name; without parameters where every set of them failed for this cause."""
    chosen = {str(one["id"]): one for one in tests}
    alike: dict[str, list[str]] = {}
    for one in results:
        alike.setdefault(PARAMETERS.sub("", str(one["id"])), []).append(str(one["id"]))
    given = set()
    for name, one in chosen.items():
        plain = PARAMETERS.sub("", name)
        shown = plain if all(other in chosen for other in alike[plain]) else name
        if shown not in given:
            given.add(shown)
            yield shown, one


def _entry(name: str, result: Mapping[str, Any]) -> dict[str, str]:
    reason = _one_line(str(result.get("reason") or "failed"))
    kind = "skip" if reason.startswith(DEATHS) else "xfail"
    entry = {"test": name, "kind": kind, "reason": reason}
    if result.get("cause") in platform():
        entry["cause"] = str(result["cause"])
    return entry


def _one_line(text: str) -> str:
    return " ".join(text.split())
