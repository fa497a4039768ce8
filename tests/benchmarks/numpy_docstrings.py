"""Run under a Python that has NumPy: write a notebook of each Examples section of its docstrings.

::

    python -m tests.benchmarks.numpy_docstrings FOLDER

They are found as autosummary would find them: the public names of the public modules, and the
methods of classes, each docstring once. numpydoc says what their Examples section is,
jupyterlite-sphinx makes a notebook of it. ``names.json`` has the names by file.
"""

import importlib
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from jupyterlite_sphinx._try_examples import examples_to_notebook
from numpydoc.docscrape import NumpyDocString

NAMES: Final = "names.json"
MODULES: Final = (
    "numpy",
    "numpy.char",
    "numpy.ctypeslib",
    "numpy.exceptions",
    "numpy.fft",
    "numpy.lib",
    "numpy.lib.array_utils",
    "numpy.lib.format",
    "numpy.lib.mixins",
    "numpy.lib.npyio",
    "numpy.lib.recfunctions",
    "numpy.lib.scimath",
    "numpy.lib.stride_tricks",
    "numpy.linalg",
    "numpy.ma",
    "numpy.ma.extras",
    "numpy.ma.mrecords",
    "numpy.matlib",
    "numpy.polynomial",
    "numpy.polynomial.chebyshev",
    "numpy.polynomial.hermite",
    "numpy.polynomial.hermite_e",
    "numpy.polynomial.laguerre",
    "numpy.polynomial.legendre",
    "numpy.polynomial.polynomial",
    "numpy.polynomial.polyutils",
    "numpy.random",
    "numpy.rec",
    "numpy.strings",
    "numpy.testing",
    "numpy.typing",
)


def documented() -> Iterator[tuple[str, str]]:
    """Give names and docstrings."""
    seen: set[int] = set()
    for name in MODULES:
        module = importlib.import_module(name)
        for member, value in public(module):
            yield from _of(f"{name}.{member}", value, seen)
            if inspect.isclass(value):
                for method, inner in vars(value).items():
                    if not method.startswith("_"):
                        yield from _of(f"{name}.{member}.{method}", inner, seen)


def public(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Give the public names of a module, as its ``__all__`` or their spelling has them."""
    names = getattr(module, "__all__", None) or [one for one in vars(module) if one[0] != "_"]
    for name in sorted(names):
        value = getattr(module, name, None)
        if value is not None and not inspect.ismodule(value):
            yield name, value


def _of(name: str, value: Any, seen: set[int]) -> Iterator[tuple[str, str]]:
    text = inspect.getdoc(value)
    if isinstance(text, str) and ">>>" in text and id(value) not in seen:
        seen.add(id(value))
        yield name, text


def main() -> None:
    """Write them."""
    folder = Path(sys.argv[1])
    seen: dict[str, str] = {}
    for name, text in documented():
        lines = NumpyDocString(text)["Examples"]  # type: ignore[no-untyped-call]
        section = "\n".join(lines)
        if section not in seen and any(line.startswith(">>>") for line in lines):
            seen[section] = name
            notebook = examples_to_notebook(lines)  # type: ignore[no-untyped-call]
            (folder / f"{len(seen)}.ipynb").write_text(json.dumps(notebook), "utf-8")
    names = {f"{number}.ipynb": name for number, name in enumerate(seen.values(), 1)}
    (folder / NAMES).write_text(json.dumps(names), "utf-8")


if __name__ == "__main__":
    main()
