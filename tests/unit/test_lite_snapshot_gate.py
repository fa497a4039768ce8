"""What two ways of starting a kernel are compared by."""

import ast
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from toolkit.browser.gate import BROWSERS, BothWays
from toolkit.browser.readers import browsers_here
from toolkit.lite.snapshot.gate.compare import COMPLETED, NotCompared, difference, read_cells
from toolkit.lite.snapshot.gate.node import compare_in_node

type Shown = dict[str, Any]

CELLS = read_cells()


def shown(number: int, **cells: Any) -> Shown:
    """Give what a kernel shows in which all is right; `number` tells kernels apart."""
    found = {
        cell.name: [["result", f"{number if cell.own else cell.name}"], ["stdout", "text"]]
        for cell in CELLS
    }
    return {
        "cells": {**found, **cells},
        "completions": {text: [f"{text}x", f"{text}y"] for text in COMPLETED},
        "snapshot": number > 0,
        "reason": "",
    }


@pytest.fixture
def all_three() -> list[Shown]:
    """Give what an ordinary kernel shows and two from a snapshot."""
    return [shown(number) for number in range(3)]


def test_cells_are_read_with_what_ipython_alone_understands() -> None:
    cells = {cell.name: cell for cell in CELLS}
    assert len(cells) == len(CELLS)
    assert cells["a result"].code == "2**100"
    assert cells["await"].code.endswith("\nawait asyncio.sleep(0.01, 5)")
    assert cells["a package that nobody has"].code == "%pip install no-such-package-of-nobody"
    assert cells["random"].own
    assert not cells["a result"].own
    assert {cell.name for cell in CELLS if cell.own} == {
        "random",
        "temporary name",
        "identity",
        "entropy",
    }
    for cell in CELLS:
        assert cell.code
        assert "# %%" not in cell.code
        assert "mypy" not in cell.code
        if "%pip" not in cell.code:
            compile(cell.code, cell.name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_kernels_that_are_alike(all_three: list[Shown]) -> None:
    assert difference(*all_three) == ""


def test_addresses_are_chance(all_three: list[Shown]) -> None:
    for number, one in enumerate(all_three):
        one["cells"]["display"] = [["display", f"<a at 0x7f{number}abc>", f"<b id={number}9>"]]
    assert difference(*all_three) == ""
    all_three[1]["cells"]["display"] = [["display", "<a at 0x7f>", "<b id=19>"]]
    assert "'display' is" in difference(*all_three)


@pytest.mark.parametrize("which", [1, 2])
def test_what_differs_is_named_from_shortly_before_where_they_part(
    all_three: list[Shown], which: int
) -> None:
    for one in all_three:
        one["cells"]["the environment"] = [["result", "same " * 30 + "end"]]
    all_three[which]["cells"]["the environment"] = [["result", "same " * 30 + "other"]]
    said = difference(*all_three)
    name, restored, ordinary = (
        said.partition(" is ")[0],
        *said.partition(" is ")[2].split(", after an ordinary start "),
    )
    assert name == "'the environment'"
    assert restored.endswith("same other']]")
    assert ordinary.endswith("same end']]")
    assert len(ordinary) < 80


def test_what_is_only_longer_is_another_thing(all_three: list[Shown]) -> None:
    all_three[1]["cells"]["streams"] = [*all_three[1]["cells"]["streams"], ["stderr", "more"]]
    assert difference(*all_three).startswith("'streams' is ")
    assert "more" in difference(*all_three)


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2)])
def test_chance_that_is_the_same_in_two_kernels(
    all_three: list[Shown], pair: tuple[int, int]
) -> None:
    one, other = pair
    all_three[one]["cells"]["random"] = deepcopy(all_three[other]["cells"]["random"])
    assert difference(*all_three) == "'random' is the same in two kernels"


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_cell_that_was_not_run(all_three: list[Shown], which: int) -> None:
    del all_three[which]["cells"]["the clock"]
    assert difference(*all_three) == "'the clock' was not run"


@pytest.mark.parametrize("which", [1, 2])
def test_a_kernel_that_does_not_start_from_it(all_three: list[Shown], which: int) -> None:
    all_three[which] |= {"snapshot": False, "reason": "the snapshot is of another lock"}
    said = "a kernel does not start from it: the snapshot is of another lock"
    assert difference(*all_three) == said


def test_completions(all_three: list[Shown]) -> None:
    all_three[2]["completions"]["json.lo"] = ["json.load"]
    assert difference(*all_three).startswith("'completions of json.lo' is ")
    for one in all_three:
        one["completions"]["json.lo"] = []
    assert difference(*all_three) == "there are no completions of 'json.lo'"


def test_where_no_ordinary_kernel_starts_nothing_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(NotCompared, match=r"starts in the ordinary way in Node ends: .*") as raised:
        compare_in_node(tmp_path, [])
    assert "pyodide.mjs" in str(raised.value)


def test_without_a_browser_nothing_can_be_compared() -> None:
    here = [name for name in BROWSERS if name in browsers_here()]
    assert BothWays(browsers=tuple(here)).obstacle() == ""
    gate = BothWays(browsers=(*here, "netscape", "mosaic"))
    assert gate.obstacle() == "there is no netscape and no mosaic on this machine"
