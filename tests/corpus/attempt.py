"""One project from its sdist to its tests in the runtime, as a user of ``spec14`` would do it.

Whatever goes wrong is an outcome, with the stage and the words of the tool that failed.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tests.corpus.entries import Entry
from tests.corpus.junit import read_junit
from tests.corpus.modules import compiled_modules
from tests.corpus.outcome import Outcome
from tests.corpus.sdist import fetched, unpacked
from tests.corpus.target import Target
from toolkit.errors import AuditFailed, Spec14Error
from toolkit.process import Finished, run

ROOT: Final = Path(__file__).resolve().parents[2]
BUILD_LIMIT: Final = 1200
IMPORT_LIMIT: Final = 180
SCRATCH: Final = ("pip", "source", "target", "tests", "virtualenv", "work")
SPEC14: Final = (sys.executable, "-m", "toolkit.cli", "--json")
PYTEST: Final = (
    *("-p", "no:cacheprovider"),
    *("-v", "--tb=short", "--continue-on-collection-errors"),
)
LOAD: Final = """
import importlib, json, sys
result = {}
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except BaseException as error:
        result[name] = f"{type(error).__name__}: {error}"
    else:
        result[name] = ""
print("\\n" + json.dumps(result))
"""
"""Run in the runtime: import modules by name, say for each what went wrong."""


type Words = Sequence[str | Path]


class Stopped(Exception):
    """A stage failed; the message is why."""


@dataclass(kw_only=True)
class Attempt:
    """What is tried with one project.

    Attributes
    ----------
    entry
        The project.
    folder
        Everything of it: made anew; the log, the wheel and the JUnit file stay.
    sdists
        Where sdists are kept.
    known
        What is known so far.
    """

    entry: Entry
    folder: Path
    sdists: Path
    known: Outcome
    stage: str = "fetch"
    log: list[str] = field(default_factory=list)

    def outcome(self) -> Outcome:
        """Do everything that can be done with the project."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        try:
            self._everything()
        except (Stopped, Spec14Error, subprocess.TimeoutExpired) as error:
            self.log += [f"{self.stage}: {error}", getattr(error, "detail", "")]
            self._note(stage=self.stage, reason=told(error))
        finally:
            (self.folder / "log.txt").write_text("\n".join(self.log), "utf-8")
            for scratch in SCRATCH:
                shutil.rmtree(self.folder / scratch, ignore_errors=True)
        return self.known

    def _everything(self) -> None:
        source = unpacked(fetched(self.entry, self.sdists), self.folder / "source")
        self.stage = "build"
        wheel = self._build()
        self.stage = "audit"
        self._audit(wheel)
        self.stage = "install"
        target = Target(folder=self.folder / "target")
        target.create()
        target.install([wheel])
        self.stage = "import"
        self._load(target.python, wheel)
        if self.entry.tested:
            self.stage = "install"
            target.install(["pytest", *self.entry.requires])
            self.stage = "tests"
            self._test(target.python, source)

    def _build(self) -> Path:
        work = self.folder / "work"
        work.mkdir()
        wanted = f"{self.entry.name}=={self.entry.version}"
        began = time.monotonic()
        done = self._run([*SPEC14, "wheel", wanted, "--project", work], cwd=work, limit=BUILD_LIMIT)
        took = time.monotonic() - began
        if done.code != 0:
            if done.code == AuditFailed.exit_code:
                self.stage = "audit"
            raise Stopped(error_line(done))
        built = Path(json.loads(done.output.rstrip().splitlines()[-1])["wheel"])
        wheel = built.rename(self.folder / built.name)
        self._note(seconds=round(took, 1), size=wheel.stat().st_size, wheel=wheel.name)
        return wheel

    def _audit(self, wheel: Path) -> None:
        done = self._run([*SPEC14, "audit", wheel], cwd=self.folder, limit=IMPORT_LIMIT)
        if done.code != 0:
            raise Stopped(error_line(done))
        (audited,) = json.loads(done.output)
        kinds = dict.fromkeys(finding["kind"] for finding in audited["findings"])
        self._note(audit=", ".join(["sound", *(f"warning: {kind}" for kind in kinds)]))

    def _load(self, python: Path, wheel: Path) -> None:
        """Import what the corpus names, and every compiled module by itself."""
        compiled = compiled_modules(wheel)
        names = list(dict.fromkeys([*self.entry.imports, *compiled]))
        words: Words = [python, "-P", "-c", LOAD, json.dumps(names)]
        done = self._run(words, cwd=self.folder, limit=IMPORT_LIMIT)
        try:
            ended: Mapping[str, str] = json.loads(done.output.rstrip().splitlines()[-1])
        except (IndexError, ValueError) as error:
            raise Stopped(_died(done)) from error
        self._note(modules=len(compiled), loaded=sum(not ended[name] for name in compiled))
        if bad := {name: why for name, why in ended.items() if why}:
            name, why = next(iter(bad.items()))
            self._note(stage="import", reason=f"{name}: {why}")
            if set(bad) & set(self.entry.imports):
                raise Stopped(f"{name}: {why}")

    def _test(self, python: Path, source: Path) -> None:
        folder, junit = self.folder / "tests", self.folder / "junit.xml"
        words = [*laid_out(self.entry, source, folder), *self.entry.pytest]
        start: Words = [python, "-P", "-m", "pytest", "-c", "pytest.ini", *PYTEST]
        began = time.monotonic()
        done = self._run(
            [*start, f"--junitxml={junit}", *words],
            cwd=folder,
            limit=self.entry.limit,
        )
        took = time.monotonic() - began
        if not junit.is_file():
            raise Stopped(_died(done))
        try:
            counts = read_junit(junit, self.folder)
        except ValueError as error:
            raise Stopped(_died(done)) from error
        self._note(
            passed=counts.passed,
            failed=counts.failed,
            skipped=counts.skipped,
            test_seconds=round(took, 1),
        )
        if counts.failed:
            raise Stopped(counts.why())
        if done.code != 0:
            raise Stopped(f"pytest ended with code {done.code}")

    def _run(self, words: Words, *, cwd: Path, limit: float) -> Finished:
        """Run a program of a stage; what it says goes into the log."""
        environment = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT)}
        if Path(words[0]) != Path(sys.executable):
            environment["PYTHONPATH"] = ""
        self.log.append(f"$ {' '.join(map(str, words[:8]))} …")
        try:
            done = run(words, cwd=cwd, env=environment, timeout=limit)
        except subprocess.TimeoutExpired as error:
            self.log.append(str(error.output))
            raise
        self.log.append(done.output)
        return done

    def _note(self, **found: Any) -> None:
        self.known = replace(self.known, **found)


def laid_out(entry: Entry, source: Path, folder: Path) -> list[str]:
    """Lay the tests out in a folder of their own and give pytest's words.

    The source is not beside them: what is imported is the wheel. The file ``pytest.ini``
    keeps pytest from the configuration of folders above.
    """
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    names = []
    for path in entry.tests:
        target = folder / Path(path).name
        if (source / path).is_dir():
            shutil.copytree(source / path, target)
        else:
            shutil.copyfile(source / path, target)
        if target.is_dir() or target.suffix == ".py":
            names.append(target.name)
    return ["--pyargs", entry.package] if entry.package else names


def error_line(done: Finished) -> str:
    """Give the line of ours that says what is wrong; without one the end of what was said."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("error: ")]
    return ours[-1].removeprefix("error: ") if ours else _died(done)


def told(error: Exception) -> str:
    """Give an error in a line."""
    if isinstance(error, subprocess.TimeoutExpired):
        return f"not finished after {error.timeout:.0f} s"
    return " ".join(str(error).split())


def _died(done: Finished) -> str:
    """Say how a program ended that gave no result: its code and the line that names an error."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    named = [line for line in lines if "Error" in line or "error" in line]
    last = (named or lines or ["it said nothing"])[-1]
    # What `pytest -v` writes before it runs a test.
    tests = [found[0] for line in lines if (found := re.match(r"\S+\.py::\S+", line))]
    where = f" in {tests[-1]}" if tests else ""
    return f"ended with code {done.code}{where}: {last[:200]}"
