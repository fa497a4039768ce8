"""Run inside the image: run test suites with ``spec14 test`` and with one process of pytest.

::

    python -m tests.benchmarks.run_suites SCRATCH SUBJECT PAIRS

`SUBJECT` is ``trivial``, ``pywavelets`` or ``numpy``. Prints one line of JSON: `Found`. The
other is ``python -m pytest`` in the very environment that ``spec14 test`` has made, a ``pyodide
venv``, with the same words in the same folder; for ``trivial`` also the image's native Python.
A first run of ours is not timed: it builds the wheel, makes the environment and the memory
snapshot, and measures how long each test takes. The pairs alternate, as in ``build_wheels``.
"""

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from subprocess import STDOUT, Popen
from typing import Final

from tests.benchmarks.build_wheels import ROOT, SPEC14
from tests.benchmarks.build_wheels import subject as to_build
from tests.corpus.suite import section
from toolkit.pins import read_pins
from toolkit.testing.results import read

PYPROJECT: Final = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "suite"
version = "1.0"
[tool.spec14.test]
requires = ["pytest"]
"""
TRIVIAL: Final = "".join(f"def test_{number}():\n    pass\n" for number in range(10))
INTERPRETERS: Final = re.compile(
    r"interpreters: (\d+), started in ([\d.]+) s on average; at most (\d+) MiB"
)


Words = Sequence[str | Path]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is run.

    Attributes
    ----------
    name
        What it is called.
    project
        Folder of the project that ``spec14 test`` is called on.
    words
        Words for pytest.
    native
        Whether the image's own Python runs them too.
    """

    name: str
    project: Path
    words: tuple[str, ...]
    native: bool = False


@dataclass(kw_only=True)
class Found:
    """What was measured.

    Attributes
    ----------
    seconds
        Of each run, by what was run.
    resident
        Of each run, the most memory that one of its processes had resident, in bytes.
    said
        The last line of each first run.
    interpreters, start, heap
        Of a run of ours: number of interpreters, mean seconds of a start, MiB of the largest heap.
    section
        What the pages say of the results of ours.
    """

    seconds: dict[str, list[float]] = field(default_factory=dict)
    resident: dict[str, list[int]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    interpreters: int = 0
    start: float = 0.0
    heap: int = 0
    section: str = ""


def subject(name: str, scratch: Path) -> Subject:
    """Give what is run, by name."""
    if name == "trivial":
        return trivial(scratch / "project")
    built = to_build(name, scratch)
    settings = json.dumps(list(built.settings))
    with (built.source / "pyproject.toml").open("a") as file:
        file.write(f"\n[tool.spec14.wheel]\nconfig-settings = {settings}\n")
        file.write('[tool.spec14.test]\nrequires = ["pytest", "hypothesis==6.135.0"]\n')
    # --pyargs would find the conftest of the source, which is not compiled.
    installed = f".spec14/cache/test-env/lib/python{read_pins().python_minor}/site-packages"
    if name == "numpy":
        # Its settings for pytest make errors of warnings, also of those of newer pytests.
        quiet = ("-W", "ignore::pytest.PytestRemovedIn10Warning")
        words = (f"{installed}/numpy", "-m", "not slow", *quiet)
        return Subject(name="NumPy", project=built.source, words=words)
    return Subject(name="PyWavelets", project=built.source, words=(f"{installed}/pywt",))


def trivial(project: Path) -> Subject:
    """Write a project with ten tests that do nothing."""
    package = project / "src" / "suite"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (project / "pyproject.toml").write_text(PYPROJECT)
    (project / "tests").mkdir()
    (project / "tests" / "test_trivial.py").write_text(TRIVIAL)
    return Subject(name="Trivial", project=project, words=("tests",), native=True)


def timed(words: Words, cwd: Path, log: Path) -> tuple[float, int]:
    """Run pytest to its end; give the seconds, and the bytes that a process had at most."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT) if words[: len(SPEC14)] == SPEC14 else ""}
    began = time.monotonic()
    with (
        log.open("w") as out,
        Popen(words, cwd=cwd, env=environment, stdout=out, stderr=STDOUT) as child,
    ):
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - began
    if child.returncode not in (0, 1):
        said = log.read_text(errors="replace")[-3000:]
        sys.exit(f"{' '.join(map(str, words))} ended with code {child.returncode}:\n{said}")
    return took, used.ru_maxrss * 1024


def measure(what: Subject, scratch: Path, pairs: int) -> Found:
    """Run the suite in alternating pairs."""
    found = Found()
    report = what.project / ".spec14" / "report" / "tests.json"
    python = what.project / ".spec14" / "cache" / "test-env" / "bin" / "python"
    plain = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *what.words)
    ours: Words = [*SPEC14, "test", "--project", what.project, "--"]
    commands: dict[str, Words] = {
        "ours": [*ours, "-q", *what.words],
        "one process": [python, "-P", *plain],
        **({"native": [sys.executable, "-P", *plain]} if what.native else {}),
    }
    first = scratch / "first.log"
    timed([*ours, "-v", *what.words], what.project, first)
    if (told := INTERPRETERS.search(first.read_text(errors="replace"))) is None:
        sys.exit(first.read_text(errors="replace")[-3000:])
    found.interpreters, found.heap = int(told[1]), int(told[3])
    found.start = float(told[2])
    found.section = section(what.name, read(report))
    for pair in range(pairs):
        for name in commands if pair % 2 == 0 else reversed(commands):
            log = scratch / f"{name}-{pair}.log"
            took, resident = timed(commands[name], what.project, log)
            found.seconds.setdefault(name, []).append(took)
            found.resident.setdefault(name, []).append(resident)
            found.said.setdefault(name, log.read_text(errors="replace").rstrip().splitlines()[-1])
    return found


def main() -> None:
    """Measure."""
    scratch, name, pairs = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    os.chdir(scratch)
    print(json.dumps(asdict(measure(subject(name, scratch), scratch, pairs))))


if __name__ == "__main__":
    main()
