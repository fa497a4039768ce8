"""Run inside the image: every Examples section of NumPy's docstrings, in WebAssembly.

::

    python -m tests.benchmarks.numpy_examples SCRATCH numpy LIMIT

The docstrings are those of the NumPy for this machine that the image's wheelhouse has
(``numpy_docstrings.py``); each is run as ``spec14 docs`` runs it, with ``import numpy as np``
before it, in a site of NumPy and matplotlib. `LIMIT` is how many at most, 0 for all. Prints one
line of JSON.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.build_wheels import ROOT, Words
from tests.benchmarks.numpy_docstrings import NAMES
from toolkit.lite.distribution import Distribution
from toolkit.lite.kernel import kernel_wheels
from toolkit.pins import RUNTIME
from toolkit.process import run
from toolkit.project import Project, prepare_output, read_project
from toolkit.runtime.distribution import read_runtime
from toolkit.verify.notebook import read_notebook
from toolkit.verify.outcome import Cell, Example, Kind, Verdict
from toolkit.verify.run import Telling, verify
from toolkit.wheels.build import build_wheel
from toolkit.wheels.dependencies import site_wheels
from toolkit.wheels.index import Wheelhouse
from toolkit.wheels.native import native_python

PREAMBLE: Final = Cell(source="import numpy as np")
PYPROJECT: Final = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "examples"
version = "1.0"
dependencies = ["matplotlib", "numpy"]
"""


def project_in(folder: Path) -> Project:
    """Give a project that requires what the site has."""
    package = folder / "src" / "examples"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (folder / "pyproject.toml").write_text(PYPROJECT)
    project = read_project(folder)
    prepare_output(project)
    return project


def examples(project: Project, folder: Path) -> list[Example]:
    """Give the examples of NumPy's docstrings."""
    python = native_python(project, ["numpydoc", "jupyterlite-sphinx"])
    folder.mkdir()
    words: Words = [python, "-m", "tests.benchmarks.numpy_docstrings", folder]
    done = run(words, env={"PYTHONPATH": str(ROOT)})
    if done.code != 0:
        sys.exit(done.output)
    names: dict[str, str] = json.loads((folder / NAMES).read_text("utf-8"))
    return [
        Example(
            key=name,
            form="docstring",
            document=name.rpartition(".")[0],
            place=name,
            name=name,
            cells=(PREAMBLE, *read_notebook(folder / file).cells),
        )
        for file, name in names.items()
    ]


def wheels(project: Project) -> list[Path]:
    """Give all wheels of the site."""
    found = site_wheels(project, build_wheel(project), (), say=told)
    distribution = Distribution(
        runtime=read_runtime(RUNTIME),
        kernel=kernel_wheels(Wheelhouse().kernel),
        project=tuple(found),
    )
    return list(distribution.wheels)


def told(line: str) -> None:
    """Print a line that is not the result."""
    print(line, file=sys.stderr, flush=True)


def as_json(verdicts: tuple[Verdict, ...], seconds: float) -> dict[str, Any]:
    """Give what is printed."""
    broken = [one for one in verdicts if one.kind not in (Kind.WORKS, Kind.DIFFERS)]
    return {
        "examples": len(verdicts),
        "seconds": seconds,
        "kinds": Counter(one.kind for one in verdicts),
        "broken": [[one.kind, one.reason, one.name] for one in broken],
        "differs": [
            [one.name, one.source, one.expected, one.got]
            for one in verdicts
            if one.kind is Kind.DIFFERS
        ],
    }


def main() -> None:
    """Run them."""
    scratch, limit = Path(sys.argv[1]), int(sys.argv[3])
    project = project_in(scratch / "project")
    chosen = examples(project, scratch / "notebooks")[: limit or None]
    telling = Telling(say=told, progress=lambda done, total: told(f"{done} of {total}"))
    began = time.monotonic()
    found = verify(project, chosen, wheels(project), again=False, telling=telling)
    print(json.dumps(as_json(found.verdicts, time.monotonic() - began)))


if __name__ == "__main__":
    main()
