"""Which kernel an example gets: as the interface would choose for a reader."""

from dataclasses import replace

import pytest

from toolkit.verify.elsewhere import OWN, placed, runs_elsewhere
from toolkit.verify.outcome import Example

EXAMPLE = Example(key="a", form="notebook", document="d", place="p", name="n", cells=())
PYODIDE = {OWN: OWN}
LUA = {"xlua": "lua"}
PYTHON = {"xpython": "python"}
TWO = {"xpython (a)": "python", "xpython (b)": "python"}


@pytest.mark.parametrize(
    ("kernel", "language", "kernels", "gets"),
    [
        ("", "", PYODIDE, OWN),
        ("python3", "python", PYODIDE, OWN),
        ("xpython", "python", PYODIDE, OWN),
        ("xpython", "python", PYODIDE | PYTHON, "xpython"),
        ("python3", "python", PYODIDE | PYTHON, OWN),
        ("", "", PYTHON | LUA, "xpython"),
        ("python", "python", PYTHON | LUA, "xpython"),
        ("xlua", "", PYODIDE | LUA, "xlua"),
        ("lua54", "lua", PYODIDE | LUA, "xlua"),
        ("xpython (b)", "python", TWO, "xpython (b)"),
        ("ir", "r", PYODIDE | {"xr": "R"}, "xr"),
    ],
)
def test_it_gets(kernel: str, language: str, kernels: dict[str, str], gets: str) -> None:
    found = placed(replace(EXAMPLE, kernel=kernel, language=language), kernels)
    assert (found.kernel, found.problem) == (gets, "")
    assert runs_elsewhere(found) == (gets != OWN)


@pytest.mark.parametrize(
    ("kernel", "language", "kernels", "said"),
    [
        ("xlua", "lua", PYODIDE, "written in lua, its kernel is xlua: the site has python"),
        ("", "r", PYODIDE | LUA, "written in r, it names no kernel: the site has python and xlua"),
        ("", "", LUA, "written in python, it names no kernel: the site has xlua"),
        # A reader would be asked which.
        ("python3", "python", TWO, "the site has xpython (a) and xpython (b)"),
        ("python3", "python", {}, "the site has none"),
    ],
)
def test_it_gets_none(kernel: str, language: str, kernels: dict[str, str], said: str) -> None:
    found = placed(replace(EXAMPLE, kernel=kernel, language=language), kernels)
    assert said in found.problem


def test_what_has_a_problem_keeps_it() -> None:
    broken = replace(EXAMPLE, problem="it is not JSON", language="lua")
    assert placed(broken, LUA) == broken
