"""Sphinx, run in the environment that holds the project built for this machine."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import toolkit
from toolkit.cache import read_record, write_record
from toolkit.disk import require_room
from toolkit.docs.handover import DRIVER, SETTINGS, WARNED
from toolkit.docs.messages import Message, files_of, judge, read_messages
from toolkit.docs.told import docs_settings
from toolkit.lite.application import LineSink
from toolkit.process import Finished, run
from toolkit.project import Project
from toolkit.wheels.compilers import processors_allowed


def run_sphinx(
    project: Project, source: Path, folder: Path, native_python: Path, on_line: LineSink | None
) -> tuple[Message, ...]:
    """Run Sphinx with our extension and give its warnings.

    What it writes stays for the next run.

    Raises
    ------
    DocsFailed
        When it stops, or a warning counts as an error.
    """
    docs = project.settings.docs
    words: list[str | Path] = [native_python, "-m", DRIVER, source, folder]
    words += ["--builder", docs.builder, "--jobs", str(docs.jobs or processors_allowed())]
    (folder / SETTINGS).write_text(json.dumps(docs_settings(project)), "utf-8")
    if docs.warnings_are_errors:
        words.append("--warnings-are-errors")
    with environment() as env:
        done = run(words, cwd=source, env=env, on_line=on_line)
    _remember(folder / WARNED, done)
    if done.code != 0:
        require_room(done.output, folder)
    return judge(done)


def _remember(record: Path, done: Finished) -> None:
    """Write down which files were complained of; of a run that stopped early, those besides."""
    files = {str(file) for file in files_of(read_messages(done.output))}
    if done.code not in (0, 1):
        files |= set(read_record(record).get("files", ()))
    write_record(record, {"files": sorted(files)})


@contextmanager
def environment() -> Iterator[dict[str, str]]:
    """Give the variables that a documentation tool needs.

    Of the folder this package lies in, the project's environment is shown this package and
    nothing else; and what a notebook's kernel writes goes where any user can write.
    """
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shown = work / "path"
        shown.mkdir()
        (shown / toolkit.__name__).symlink_to(Path(toolkit.__file__).resolve().parent)
        yield {
            "PYTHONPATH": str(shown),
            "IPYTHONDIR": str(work / "ipython"),
            "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
        }
