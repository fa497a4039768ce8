"""The kernel that a notebook of the site names."""

import json
from pathlib import Path

import pytest

from toolkit.docs.kernelspec import KERNEL, kernel_of, name_kernel
from toolkit.docs.told import KERNELSPEC, docs_settings
from toolkit.docs.workarounds import Notebooks
from toolkit.project import read_project


@pytest.mark.parametrize("named", ["", "python", "python3"])
def test_what_only_says_python_is_for_the_sites_xeus_kernel(named: str) -> None:
    assert kernel_of(named, KERNELSPEC) == KERNELSPEC


def test_any_other_name_stands() -> None:
    assert kernel_of("xlua", KERNELSPEC) is None
    assert kernel_of("python3", None, "python") is None
    assert kernel_of("python", None) is None
    # JupyterLite would ask the reader which kernel is meant.
    assert kernel_of("python3", None) == KERNEL
    assert kernel_of("python3", None, "R") == KERNEL
    assert kernel_of("", None) == KERNEL


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({}, "xpython"),
        ({"kernelspec": None}, "xpython"),
        ({"kernelspec": {"name": "python3", "display_name": "Python 3"}}, "xpython"),
        ({"kernelspec": {"name": "xsqlite"}}, "xsqlite"),
    ],
)
def test_a_staged_notebook_is_given_its_kernel(
    tmp_path: Path, metadata: dict[str, object], name: str
) -> None:
    notebook = tmp_path / "a.ipynb"
    notebook.write_text(json.dumps({"cells": [], "metadata": metadata}))
    name_kernel(notebook, KERNELSPEC)
    assert json.loads(notebook.read_text())["metadata"]["kernelspec"]["name"] == name


@pytest.mark.parametrize(
    ("kernel", "name"), [("pyodide", None), ("both", None), ("xeus", "xpython")]
)
def test_the_extension_is_told_of_a_site_without_pyodide(
    tmp_path: Path, kernel: str, name: str | None
) -> None:
    text = f"[project]\nname = 'ripple'\n[tool.spec14]\nkernel = '{kernel}'\n"
    (tmp_path / "pyproject.toml").write_text(text)
    told = docs_settings(read_project(tmp_path))["kernel"]
    assert (told and told["name"]) == name


def test_an_example_of_another_kernel_is_another_notebook(tmp_path: Path) -> None:
    made = {}
    for kernel in (None, dict(KERNELSPEC)):
        notebooks = Notebooks(tmp_path)
        notebooks._kernel = kernel
        notebook = notebooks.to_notebook([">>> 1", "1"], warning_text=None)
        made[notebook.metadata.kernelspec.name] = notebooks.name()
    assert set(made) == {"python", "xpython"}
    assert len(set(made.values())) == 2
