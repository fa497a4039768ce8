"""Run inside the image: build wheels with ``spec14`` and with plain ``pyodide build``.

::

    python -m tests.benchmarks.build_wheels SCRATCH SUBJECT PAIRS

`SUBJECT` is ``demo``, ``pywavelets`` or ``numpy``. Prints one line of JSON with the seconds of
each run, by what was run. Every cold build has a copy of the source that nothing was built in,
and a home folder and caches of its own. Build requirements come from the image's wheelhouse
alone where they are all there, for both: a download would decide who is faster. The pairs
alternate (ours, theirs, theirs, ours), so neither always has the warmer machine.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.corpus.entries import Entry, read_entries
from tests.corpus.sdist import fetched, unpacked
from toolkit.pins import WHEELHOUSE, SdistPin, read_pins
from toolkit.process import run
from toolkit.wheels.index import uv_environment

ROOT: Final = Path(__file__).resolve().parents[2]
SPEC14: Final = (sys.executable, "-m", "toolkit.cli")
NUMPY_SETTINGS: Final = (
    "setup-args=--cross-file=pyodide",
    "setup-args=-Dallow-noblas=true",
    "setup-args=-Dblas=none",
    "setup-args=-Dlapack=none",
)
"""As in ``images/recipes/numpy/meta.yaml``."""
LIMIT: Final = 1800

Words = Sequence[str | Path]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is built.

    Attributes
    ----------
    source
        Unpacked; copied for each build.
    touched
        The C file that changes for the second build, relative to the source.
    settings
        ``KEY=VALUE`` for the build backend.
    """

    source: Path
    touched: str
    settings: tuple[str, ...] = ()


def subject(name: str, scratch: Path) -> Subject:
    """Give what is built, by name; its source is fetched where it is not ours."""
    sdists = scratch / "sdists"
    sdists.mkdir(exist_ok=True)
    if name == "demo":
        return Subject(source=ROOT / "tests/projects/demo", touched="src/ripple/_kernel.c")
    if name == "numpy":
        pin = read_pins().wheelhouse["numpy"]
        assert isinstance(pin.source, SdistPin)
        entry = Entry(
            name="numpy",
            version=pin.version,
            sha256=pin.source.sha256,
            backend="meson-python",
            imports=("numpy",),
        )
        source = unpacked(fetched(entry, sdists), scratch / "unpacked")
        touched = "numpy/_core/src/multiarray/hashdescr.c"
        return Subject(source=source, touched=touched, settings=NUMPY_SETTINGS)
    source = unpacked(fetched(read_entries()[name], sdists), scratch / "unpacked")
    return Subject(source=source, touched="pywt/_extensions/c/convolution.c")


@dataclass(frozen=True, kw_only=True)
class Build:
    """One copy of the source, and the tool that builds it.

    Attributes
    ----------
    folder
        Holds the copy and the home folder.
    ours
        Whether it is built with ``spec14``.
    subject
        What is built.
    """

    folder: Path
    ours: bool
    subject: Subject

    @property
    def source(self) -> Path:
        """The copy."""
        return self.folder / "source"

    def lay(self) -> None:
        """Copy the source, with the settings where ``spec14`` finds them."""
        foreign = shutil.ignore_patterns(".spec14", "__pycache__")
        shutil.copytree(self.subject.source, self.source, ignore=foreign)
        (self.folder / "home").mkdir()
        if self.ours and self.subject.settings:
            with (self.source / "pyproject.toml").open("a") as file:
                told = json.dumps(list(self.subject.settings))
                file.write(f"\n[tool.spec14.wheel]\nconfig-settings = {told}\n")

    def run(self) -> float:
        """Build; give the seconds."""
        if self.ours:
            return timed([*SPEC14, "wheel", "--project", self.source], self.source, self._home())
        words: Words = [
            "pyodide",
            "build",
            "--skip-emscripten-install",
            "--outdir",
            self.folder / "dist",
        ]
        settings = [f"-C{setting}" for setting in self.subject.settings]
        environment = {**uv_environment(self.folder), "UV_OFFLINE": "1", **self._home()}
        return timed([*words, *settings, "."], self.source, environment)

    def touch(self) -> None:
        """Change a C file: in content, not only in time."""
        with (self.source / self.subject.touched).open("a") as file:
            file.write('__attribute__((used)) static const char spec14_touched[] = "again";\n')

    def _home(self) -> dict[str, str]:
        home = self.folder / "home"
        return {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), "PYTHONPATH": str(ROOT)}


def timed(words: Words, cwd: Path, environment: Mapping[str, str]) -> float:
    """Run a command to its end; give the seconds, and end everything if it failed."""
    began = time.monotonic()
    done = run(words, cwd=cwd, env=environment, timeout=LIMIT)
    took = time.monotonic() - began
    if done.code != 0:
        sys.exit(f"{' '.join(map(str, words))} ended with code {done.code}:\n{done.output}")
    return took


def measure(what: Subject, scratch: Path, pairs: int) -> dict[str, list[float]]:
    """Build cold in alternating pairs; with the last of each: unchanged, and one file changed."""
    found: dict[str, list[float]] = {}
    for pair in range(pairs):
        for ours in (True, False) if pair % 2 == 0 else (False, True):
            tool = "ours" if ours else "plain"
            build = Build(folder=scratch / f"{tool}-{pair}", ours=ours, subject=what)
            build.folder.mkdir()
            build.lay()
            found.setdefault(f"{tool} cold", []).append(build.run())
            found.setdefault(f"{tool} unchanged", []).append(build.run())
            build.touch()
            found.setdefault(f"{tool} touched", []).append(build.run())
            shutil.rmtree(build.folder)
    return found


def audits(scratch: Path, times: int) -> dict[str, list[float]]:
    """Audit the wheel of NumPy that the image holds."""
    (wheel,) = (WHEELHOUSE / "target").glob("numpy-*.whl")
    words: Words = [*SPEC14, "audit", wheel]
    return {"audit": [timed(words, scratch, {"PYTHONPATH": str(ROOT)}) for _ in range(times)]}


def main() -> None:
    """Measure."""
    scratch, name, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    os.chdir(scratch)
    found = (
        audits(scratch, times)
        if name == "audit"
        else measure(subject(name, scratch), scratch, times)
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
