"""Run inside the image: build documentation with ``spec14`` and with plain jupyterlite-sphinx.

::

    python -m tests.benchmarks.build_documentation SCRATCH SUBJECT PAIRS

`SUBJECT` is ``demo``, ``pywavelets`` or ``examples``. Prints one line of JSON with the seconds of
each run, by what was run.

The other is ``python -m sphinx`` in the very environment that ``spec14 docs`` has made, on a copy
of the same source, with jupyterlite-sphinx as its ``conf.py`` has it and a button for every
Examples section: it builds a JupyterLite site that loads its runtime from elsewhere, without the
project's wheel. A first run of ours is not timed: it builds the wheel, for this machine too, and
fills the environments. ``examples`` has 10, 40 and 160 examples that do next to nothing, and says
what running them takes.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.benchmarks.build_wheels import ROOT, SPEC14, Words, timed
from tests.benchmarks.build_wheels import subject as to_build
from tests.benchmarks.numpy_examples import project_in, told, wheels
from toolkit.verify.outcome import Cell, Example
from toolkit.verify.run import RECORD, Telling, verify

PYWAVELETS: Final = """
[tool.spec14.docs]
source = "doc/source"
requires = ["matplotlib", "sphinx-copybutton", "sphinx-design", "sphinx-togglebutton"]
# pywt.__version__ of 1.10.0 is 1.8.0.
check-version = false
# Badges, in two pages.
allow-origins = ["http://joss.theoj.org", "https://github.com", "https://zenodo.org"]
"""
MATHJAX: Final = """
mathjax_path = "mathjax.js"
"""
"""Otherwise pages load it from another origin, which ``spec14`` refuses."""
STOCK: Final = """
if "jupyterlite_sphinx" not in extensions:
    extensions.append("jupyterlite_sphinx")
global_enable_try_examples = True
"""
PLAIN: Final = "plain"
COUNTS: Final = (10, 40, 160)

Found = dict[str, list[float]]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is built.

    Attributes
    ----------
    project
        Its folder.
    docs
        Where ``conf.py`` lies, relative to it.
    module
        A module with a docstring to change, relative to it.
    """

    project: Path
    docs: str
    module: str


@dataclass(kw_only=True)
class Edits:
    """Changes a docstring, each time otherwise.

    Attributes
    ----------
    file
        The module.
    count
        How many changes there have been.
    """

    file: Path
    text: str = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.text = self.file.read_text("utf-8")

    def __call__(self) -> None:
        """Change it."""
        self.count += 1
        self.file.write_text(self.text.replace('"""', f'"""Again ({self.count}). ', 1), "utf-8")


def subject(name: str, scratch: Path) -> Subject:
    """Give what is built, in a folder of its own."""
    project = scratch / "ours"
    foreign = shutil.ignore_patterns(".spec14", "__pycache__", "_build")
    shutil.copytree(to_build(name, scratch).source, project, ignore=foreign)
    if name == "demo":
        return Subject(project=project, docs="docs", module="src/ripple/_waves.py")
    with (project / "pyproject.toml").open("a") as file:
        file.write(PYWAVELETS)
    with (project / "doc" / "source" / "conf.py").open("a") as file:
        file.write(MATHJAX)
    return Subject(project=project, docs="doc/source", module="pywt/_dwt.py")


def measure(what: Subject, scratch: Path, pairs: int) -> Found:
    """Build in alternating pairs, then after a change of a docstring."""
    environment = {"PYTHONPATH": str(ROOT)}
    ours: Words = [*SPEC14, "docs", "--project", what.project]
    found: Found = {"ours first": [timed(ours, what.project, environment)]}
    other = scratch / PLAIN
    shutil.copytree(what.project, other, ignore=shutil.ignore_patterns(".spec14"))
    with (other / what.docs / "conf.py").open("a") as file:
        file.write(STOCK)
    python = what.project / ".spec14" / "cache" / "docs-env" / "bin" / "python"
    stock: Words = [python, "-P", "-m", "sphinx", "-q", "-b", "html", what.docs, scratch / "html"]
    edit = Edits(file=what.project / what.module)

    def run(kind: str) -> None:
        match kind:
            case "plain full":
                remove(scratch / "html", other / what.docs / "_contents")
                took = timed(stock, other, {})
            case "ours full":
                forget(what.project, verdicts=True)
                took = timed(ours, what.project, environment)
            case "ours full, examples known":
                forget(what.project, verdicts=False)
                took = timed(ours, what.project, environment)
            case _:
                edit()
                took = timed(ours, what.project, environment)
        found.setdefault(kind, []).append(took)

    for pair in range(pairs):
        row = ["plain full", "ours full", "ours full, examples known"]
        for kind in row if pair % 2 == 0 else reversed(row):
            run(kind)
        run("ours after a docstring")
    return found


def forget(project: Path, *, verdicts: bool) -> None:
    """Remove what was built of the pages, and what is known of examples if that is asked for."""
    cache = project / ".spec14" / "cache"
    remove(cache / "docs", project / ".spec14" / "site", cache / "docs.json")
    if verdicts:
        remove(cache / RECORD)


def remove(*paths: Path) -> None:
    """Remove files and folders, where they are there."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def throughput(scratch: Path, times: int) -> Found:
    """Run examples that do next to nothing."""
    project = project_in(scratch / "project")
    site = wheels(project)
    telling = Telling(say=told, progress=lambda done, total: None)
    run = _runner(lambda chosen: verify(project, chosen, site, again=False, telling=telling))
    run(1)
    found: Found = {}
    for count in COUNTS:
        for _ in range(times):
            remove(project.cache / RECORD)
            found.setdefault(str(count), []).append(run(count))
    return found


def _runner(verify_all: Callable[[list[Example]], object]) -> Callable[[int], float]:
    def run(count: int) -> float:
        chosen = [
            Example(
                key=str(number),
                form="docstring",
                document="a",
                place="a",
                name=str(number),
                cells=(Cell(source=f"{number} + 1", expected=str(number + 1)),),
            )
            for number in range(count)
        ]
        began = time.monotonic()
        verify_all(chosen)
        return time.monotonic() - began

    return run


def main() -> None:
    """Measure."""
    scratch, name, pairs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    os.chdir(scratch)
    found = (
        throughput(scratch, pairs)
        if name == "examples"
        else measure(subject(name, scratch), scratch, pairs)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
