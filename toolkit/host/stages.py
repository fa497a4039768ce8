"""What the sessions of ``noxfile.py`` do: here, or once more inside the image.

Every function gives an exit code. nox itself knows only 0 and 1 (``final_reduce`` in
``nox/tasks.py``, 2026.10.20), but lets a ``SystemExit`` of a session through: so a
session that failed ends nox at once, with the code of the command that failed.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from toolkit.errors import ToolMissing
from toolkit.host.container import host_job, inside_image, run_job
from toolkit.host.ports import Published, published
from toolkit.host.project_path import checked_project, chosen_project, dotenv
from toolkit.host.turns import ALL, VARIABLE, chosen_turn, dealt, read_costs, todays_turn
from toolkit.process import attach, started

CHECKED_SCRIPTS: Final = ("*.mjs", "*.js")
PYTEST: Final = ("-m", "pytest", "--durations=40", "--durations-min=5")
PYTEST_INTERRUPTED: Final = 2
WITHOUT_DEMO: Final = frozenset(
    {"test_commands.py", "test_contents.py", "test_host.py", "test_readme_lines.py"}
)
"""Tests of the image that do not need the demo's site, which takes a minute to build."""

TEST_CACHE: Final = "SPEC14_TEST_CACHE"
"""Environment variable: what tests that need not make it anew keep in common."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a session was called.

    Attributes
    ----------
    root
        The folder of ``noxfile.py``.
    started_in
        The folder that the user stood in.
    words
        What stands after ``--``.
    """

    root: Path
    started_in: Path
    words: tuple[str, ...] = ()

    @property
    def project(self) -> Path:
        """The project, checked."""
        chosen = chosen_project(
            os.environ, root=self.root, started_in=self.started_in, inside=inside_image()
        )
        return checked_project(chosen)

    @property
    def port(self) -> str:
        """The port that the preview is to have on this machine, as the user wrote it."""
        return os.environ.get("PORT") or dotenv(self.root / ".env").get("PORT") or "8000"


def stage(call: Call, *, session: str, command: str) -> int:
    """Run one of the commands that ``spec14`` is made of on the project.

    Parameters
    ----------
    call
        How the session was called.
    session
        Its name, to be called once more inside the image.
    command
        ``wheel``, ``test`` or ``docs``.
    """
    project = call.project
    if not inside_image():
        return run_job(host_job(root=call.root, session=session, words=call.words, project=project))
    return attach(_spec14(command, project, call.words), cwd=project)


def serve(call: Call) -> int:
    """Serve the project's site, on this machine's loopback interface unless told otherwise."""
    project = call.project
    if not inside_image():
        return _serving_job(call, "serve", project)
    return attach(_spec14("serve", project, call.words), cwd=project)


def preview(call: Call) -> int:
    """Run wheel, test and docs; the first that fails ends it. Serve, and follow changes."""
    project = call.project
    if not inside_image():
        return _serving_job(call, "preview", project)
    for command in ("wheel", "test", "docs"):
        if code := attach(_spec14(command, project), cwd=project):
            return code
    return attach(_spec14("serve", project, ("--watch", *call.words)), cwd=project)


def tests(call: Call) -> int:
    """Run the tests of this repository: unit, integration and browser.

    They are run by two processes side by side, tests that take long when it is their turn
    (:mod:`toolkit.host.turns`). What the second says is shown when both have ended.

    Returns
    -------
    int
        pytest's exit code: of the first process, unless only the second failed.
    """
    if not inside_image():
        return _our_job(call, "tests")
    pytest = (sys.executable, *PYTEST)
    if call.words:
        return attach([*pytest, *call.words], cwd=call.root)
    turn = chosen_turn(otherwise=todays_turn(datetime.now().astimezone().date()))
    # Sites that browsers come to are built once, for all of that folder.
    places = ["tests/unit", *_test_files(call, "integration")]
    first, second = dealt(places, read_costs(call.root), turn, first=["tests/browser"])
    with tempfile.TemporaryDirectory(prefix="spec14-tests-") as shared:
        return _side_by_side(
            [*pytest, *first],
            [*pytest, *second],
            cwd=call.root,
            env={TEST_CACHE: shared, VARIABLE: ALL if turn is None else str(turn)},
        )


def image_tests(call: Call, python: Path) -> int:
    """Run the tests that drive the engine, by two processes side by side.

    Parameters
    ----------
    call
        How the session was called.
    python
        The Python that has what they need.

    Returns
    -------
    int
        pytest's exit code, as in :func:`tests`.
    """
    pytest = (str(python), *PYTEST)
    if call.words:
        return attach([*pytest, "tests/image", *call.words], cwd=call.root)
    files = _test_files(call, "image")
    beside = [file for file in files if Path(file).name in WITHOUT_DEMO]
    first = [file for file in files if file not in beside]
    return _side_by_side([*pytest, *first], [*pytest, *beside], cwd=call.root, env={})


def _test_files(call: Call, kind: str) -> list[str]:
    found = (call.root / "tests" / kind).glob("test_*.py")
    return sorted(path.relative_to(call.root).as_posix() for path in found)


def _side_by_side(
    words: list[str], other_words: list[str], *, cwd: Path, env: dict[str, str]
) -> int:
    with (
        tempfile.TemporaryFile() as said,
        started(other_words, cwd=cwd, env=env, stdout=said) as beside,
    ):
        code = attach(words, cwd=cwd, env=env)
        if code in (-signal.SIGINT, PYTEST_INTERRUPTED):
            return code  # on the way out the other one is ended
        other = beside.wait()
        said.seek(0)
        sys.stdout.write(said.read().decode("utf-8", "replace"))
    return code or other


def corpus(call: Call) -> int:
    """Try the toolkit on real projects, and write the table of how it went."""
    if not inside_image():
        return _our_job(call, "corpus")
    return attach([sys.executable, "-m", "tests.corpus", *call.words], cwd=call.root)


def lint(call: Call) -> int:
    """Run every check that does not run the code; all of them, even if one fails.

    Returns
    -------
    int
        The exit code of the first check that failed, or 0.
    """
    if not inside_image():
        return _our_job(call, "lint")
    python = [sys.executable, "-m"]
    checks: list[list[str]] = [
        [*python, "ruff", "check", "."],
        [*python, "ruff", "format", "--check", "."],
        # Which files, stands in pyproject.toml.
        [*python, "mypy", "--strict"],
        [_beside_python("lint-imports")],
    ]
    checks += [["node", "--check", str(script)] for script in scripts(call.root)]
    checks.append([_eslint(), "eslint.config.mjs", *map(str, scripts(call.root))])
    checks += [["sh", "-n", str(script)] for script in shell_scripts(call.root)]
    if shellcheck := shutil.which("shellcheck"):
        checks.append([shellcheck, *map(str, shell_scripts(call.root))])
    return first_failure(checks, cwd=call.root)


def _eslint() -> str:
    """Give the image's ESLint: npm puts programs into a folder that is on nobody's PATH."""
    folder = Path(os.environ.get("SPEC14_HOME", "")) / "npm" / "node_modules" / ".bin"
    return (
        shutil.which("eslint", path=os.pathsep.join([str(folder), os.environ["PATH"]])) or "eslint"
    )


def first_failure(checks: Iterable[Sequence[str]], *, cwd: Path) -> int:
    """Run every command; give the exit code of the first that failed, or 0."""
    failed = 0
    for check in checks:
        code = attach(check, cwd=cwd)
        if code:
            sys.stderr.write(f"failed (exit code {code}): {' '.join(check)}\n")
        failed = failed or code
    return failed


def scripts(root: Path) -> list[Path]:
    """Give our own JavaScript files: what the stages wrote is not ours."""
    foreign = {"node_modules", ".spec14", "_build"}
    return sorted(
        script
        for folder in ("toolkit", "tests")
        for pattern in CHECKED_SCRIPTS
        for script in (root / folder).rglob(pattern)
        if not foreign.intersection(script.relative_to(root).parts)
    )


def shell_scripts(root: Path) -> list[Path]:
    """Give our own shell scripts: they have no suffix, but a first line."""
    return sorted(
        path
        for folder in ("images", ".ci")
        for path in (root / folder).glob("*")
        if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh")
    )


def on_host_only(name: str) -> None:
    """Refuse a session that drives the engine, where there is none to drive.

    Raises
    ------
    ToolMissing
        Inside the image, which never sees the engine's socket.
    """
    if inside_image():
        msg = f"the session {name} drives the container engine, which the image never sees"
        raise ToolMissing(msg, do=f"run nox -s {name} on the machine that has the engine")


def _spec14(command: str, project: Path, words: Sequence[str] = ()) -> list[str]:
    start = [_beside_python("spec14"), command, "--project", str(project)]
    if command == "test" and words:
        # All of it is pytest's, even what looks like an option of ours.
        return [*start, "--", *words]
    return [*start, *words]


def _serving_job(call: Call, session: str, project: Path) -> int:
    where: Published = published(call.words, default_port=call.port)
    return run_job(
        host_job(root=call.root, session=session, words=(), project=project, published=where)
    )


def _our_job(call: Call, session: str) -> int:
    return run_job(
        host_job(
            root=call.root,
            session=session,
            words=call.words,
            project=call.project,
            service="tests",
        )
    )


def _beside_python(name: str) -> str:
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name
