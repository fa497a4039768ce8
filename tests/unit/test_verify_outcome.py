"""Verdicts, from what an interpreter says."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.verify.outcome import LIMIT, Cell, Example, Kind, judge, read_cells, verdict_from

EXAMPLE = Example(
    notebook="a.ipynb",
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


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    outputs = [{"output_type": "execute_result", "data": {"text/plain": ["1\n", "2"]}}]
    cells = [
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "source": ["a\n", "b"], "outputs": outputs},
        {"cell_type": "code", "source": "c", "outputs": []},
    ]
    file.write_text(json.dumps({"cells": cells}))
    assert read_cells(file) == (Cell(source="a\nb", expected="1\n2"), Cell(source="c"))
    file.write_text("[]")
    with pytest.raises(ValueError, match="is no notebook"):
        read_cells(file)
