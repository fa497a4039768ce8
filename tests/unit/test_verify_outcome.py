"""Verdicts, from what an interpreter says."""

import json
from dataclasses import replace
from typing import Any

import pytest

from toolkit.verify.outcome import LIMIT, Cell, Example, Kind, judge, unknown, verdict_from

EXAMPLE = Example(
    key="a",
    form="docstring",
    document="api",
    place="src/a.py:7",
    name="a.f",
    cells=(
        Cell(source="import a"),
        Cell(source="a.f()", expected="1"),
        Cell(
            source="a.g()",
            expected="Traceback (most recent call last):\n  ...\nValueError: no",
        ),
    ),
)
END = {"type": "end"}


def cell(number: int, output: str = "", **failed: Any) -> list[dict[str, Any]]:
    about = {"number": number, "output": output}
    if failed:
        known = {"message": "", "module": None, "cause": "", **failed}
        return [{"type": "cell", "number": number}, {"type": "failed", **about, **known}]
    return [{"type": "cell", "number": number}, {"type": "done", **about}]


GOOD = [*cell(0), *cell(1, "1\n"), *cell(2, error="ValueError", message="no")]


def test_it_works() -> None:
    found = judge(EXAMPLE, [*GOOD, END])
    assert (found.kind, found.reason) == (Kind.WORKS, "")
    assert found.identity == "api: a.f"
    assert verdict_from(json.loads(json.dumps(found.as_json()))) == found


@pytest.mark.parametrize(
    ("told", "died", "kind", "reason", "source"),
    [
        ([*cell(0), *cell(1, "2\n"), *GOOD[4:], END], "", "differs", "another one", "a.f()"),
        (
            [*cell(0, error="ModuleNotFoundError", module="b"), END],
            "",
            "needs",
            "no package b",
            "import a",
        ),
        (
            [*cell(0, error="RuntimeError", message="x", cause="no threads"), END],
            "",
            "needs",
            "no threads",
            "import a",
        ),
        (
            [*cell(0, error="KeyError", message="'x'"), END],
            "",
            "fails",
            "KeyError: 'x'",
            "import a",
        ),
        (
            [*GOOD[:4], *cell(2, error="ValueError", message="yes"), END],
            "",
            "fails",
            "ValueError: yes",
            "a.g()",
        ),
        (GOOD[:3], "the interpreter ended with signal 9", "fails", "signal 9", "a.f()"),
        (GOOD[:3], f"{LIMIT}60 s", "slow", "more than 60 s", "a.f()"),
        ([*cell(0, error="Overdue"), END], f"{LIMIT}60 s", "slow", "more than 60 s", "import a"),
        ([], "the interpreter ended with exit code 1", "fails", "exit code 1", ""),
    ],
)
def test_it_does_not(
    told: list[dict[str, Any]], died: str, kind: str, reason: str, source: str
) -> None:
    found = judge(EXAMPLE, told, died)
    assert found.kind == kind
    assert reason in found.reason
    assert found.source == source


def test_what_may_raise_does_not_fail() -> None:
    may = replace(EXAMPLE, cells=(Cell(source="f()", may_raise=True),))
    told = [*cell(0, error="ValueError", message="no"), END]
    assert judge(may, told).kind is Kind.WORKS
    assert judge(may, [*cell(0, error="Overdue"), END], f"{LIMIT}60 s").kind is Kind.SLOW


def test_what_cannot_run_at_all() -> None:
    found = unknown(replace(EXAMPLE, cells=(), problem="the notebook is not JSON"))
    assert (found.kind, found.reason) == (Kind.FAILS, "the notebook is not JSON")
