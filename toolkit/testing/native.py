"""``spec14 test --against-native``: the same suite with the image's own Python.

The project is compiled for this machine, its tests' requirements are resolved for it, and
pytest gets the same words in the same folder.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import toolkit
from toolkit.cache import write_atomically
from toolkit.errors import INTERRUPTED, RuntimeFailed, SettingsError
from toolkit.process import run
from toolkit.project import Project
from toolkit.testing.command import suite_words, test_command, test_environment, test_folder
from toolkit.testing.compare import Comparison, compare
from toolkit.testing.coverage_options import without_coverage
from toolkit.testing.native_plugin import TARGET
from toolkit.testing.reports.writer import RECORD, source_root, write_files
from toolkit.testing.requirements import test_requirements
from toolkit.testing.results import NotARecord, Record, read
from toolkit.wheels.native import TESTS, native_python

NATIVE: Final = "native.json"
COMPARISON: Final = "against-native.json"

type Say = Callable[[str], None]


def against_native(
    project: Project, words: Sequence[str], *, say: Say, root: Path | None = None
) -> Comparison:
    """Run the project's tests natively and compare with the last run in WebAssembly.

    Parameters
    ----------
    project
        The project; the caller holds its lock, and has just run its tests.
    words
        pytest's words of that run's command line.
    say
        Told what takes long.
    root
        pytest's root folder in that run; the project's folder if not given.

    Returns
    -------
    Comparison
        What differs; it is in ``.spec14/report/against-native.json`` and ``tests.html`` too.

    Raises
    ------
    SettingsError
        When the tests are run by a command that is not pytest.
    BuildFailed, RequirementsFailed
        When the project or a requirement cannot be had natively.
    RuntimeFailed
        When one of the two runs left no record.
    """
    require_pytest(project, words)
    here = _read(project.report / RECORD, "the run in WebAssembly")
    requirements = test_requirements(project)
    say(f"building {project.name} and its tests' environment for this machine ...")
    python = native_python(project, requirements, TESTS)
    say("running the same tests natively ...")
    native = run_natively(project, python, words)
    comparison = compare(here, native)
    text = json.dumps(comparison.as_json(), indent=2) + "\n"
    write_atomically(project.report / COMPARISON, text.encode())
    write_files(here, project.report, source_root(project, root), comparison)
    return comparison


def require_pytest(project: Project, words: Sequence[str]) -> None:
    """Refuse where nothing could be compared; to be called before the first run.

    Raises
    ------
    SettingsError
        When the tests are run by a command that is not pytest.
    """
    own = test_command(project)
    if own.line and not words:
        msg = f"{own.origin} is not a call of pytest: its tests cannot be told apart"
        raise SettingsError(
            msg, do="give pytest's words on the command line, or leave --against-native out"
        )


def run_natively(project: Project, python: Path, words: Sequence[str]) -> Record:
    """Run pytest in a native environment.

    Parameters
    ----------
    project
        The project.
    python
        Of an environment with the project and its tests' requirements.
    words
        pytest's, of the command line.

    Raises
    ------
    RuntimeFailed
        When pytest ended without a record.
    KeyboardInterrupt
        When Ctrl-C ended it.
    """
    target = project.report / NATIVE
    target.unlink(missing_ok=True)
    cache = project.cache / TESTS.folder / "pytest"
    own = ["-p", "toolkit.testing.native_plugin", "-o", f"cache_dir={cache}"]
    done = run(
        [python, "-P", "-m", "pytest", "-q", *own, *without_coverage(suite_words(project, words))],
        cwd=test_folder(project) or project.folder,
        env={
            **test_environment(project),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(Path(toolkit.__file__).parents[1]),
            TARGET: str(target),
        },
    )
    if done.code == INTERRUPTED:
        raise KeyboardInterrupt
    if not target.is_file():
        msg = f"pytest ended natively with code {done.code} and no report"
        raise RuntimeFailed(msg, do="see its words above", detail=done.tail())
    return _read(target, "the native run")


def _read(path: Path, what: str) -> Record:
    try:
        return read(path)
    except NotARecord as error:
        msg = f"{what} left no report: {path}: {error}"
        raise RuntimeFailed(msg, do="run `spec14 test` and see how it ends") from error
