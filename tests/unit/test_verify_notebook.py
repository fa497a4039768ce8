"""What is read of a notebook, and of files that are none."""

import json
from pathlib import Path
from typing import Any

import pytest

from toolkit.verify import notebook
from toolkit.verify.notebook import read_notebook
from toolkit.verify.outcome import Cell


def written(folder: Path, *cells: dict[str, Any], **metadata: Any) -> Path:
    file = folder / "a.ipynb"
    file.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4}))
    return file


def code(source: str | list[str], *outputs: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": outputs, "metadata": metadata}


def test_cells_of_code_and_what_they_show(tmp_path: Path) -> None:
    value = {"output_type": "execute_result", "data": {"text/plain": ["1\n", "2"]}}
    printed = {"output_type": "stream", "name": "stdout", "text": "said\n"}
    warned = {"output_type": "stream", "name": "stderr", "text": "careful\n"}
    drawn = {"output_type": "display_data", "data": {"image/png": "iVBO"}}
    file = written(
        tmp_path,
        {"cell_type": "markdown", "source": "text"},
        code(["a\n", "b"], warned, value, printed),
        code("c"),
        code("d", drawn),
        code("e", tags=["raises-exception"]),
    )
    assert read_notebook(file).cells == (
        Cell(source="a\nb", expected="said\n1\n2"),
        Cell(source="c"),
        Cell(source="d"),
        Cell(source="e", may_raise=True),
    )


def test_an_error_that_is_shown_is_expected(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
    (cell,) = read_notebook(written(tmp_path, code("f()", error))).cells
    assert cell.error
    assert (cell.expected or "").endswith("ValueError: no")


@pytest.mark.parametrize(
    ("metadata", "kernel", "language"),
    [
        ({"kernelspec": {"name": "xlua", "language": "lua"}}, "xlua", "lua"),
        ({"language_info": {"name": "R"}}, "", "r"),
        ({"kernelspec": {"name": "mine", "language": "Python"}}, "mine", "python"),
        ({}, "", ""),
        ({"kernelspec": None}, "", ""),
    ],
)
def test_kernel_and_language(
    tmp_path: Path, metadata: dict[str, Any], kernel: str, language: str
) -> None:
    found = read_notebook(written(tmp_path, code("1"), **metadata))
    assert (found.kernel, found.language, found.problem) == (kernel, language, "")
    assert found.cells


@pytest.mark.parametrize(
    ("text", "problem"),
    [("[]", "no notebook"), ("{", "not JSON"), ('{"cells": [1]}', "no notebook"), ("", "not JSON")],
)
def test_what_is_none(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text(text)
    assert problem in read_notebook(file).problem
    assert "cannot be read" in read_notebook(tmp_path / "missing.ipynb").problem


def test_one_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "a.ipynb"
    with file.open("wb") as out:
        out.truncate(notebook.LARGEST + 1)
    assert "more than 20" in read_notebook(file).problem
