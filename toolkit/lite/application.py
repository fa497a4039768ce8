"""The application layer: what ``jupyter lite build`` makes without runtime and contents.

It depends on installed versions and on configuration only, so it is made once and kept.
"""

import hashlib
import importlib.metadata
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from toolkit.disk import require_room
from toolkit.errors import LiteFailed
from toolkit.lite.config import application_config, read_json
from toolkit.lite.kernel import extension_folder
from toolkit.process import run

type LineSink = Callable[[str], None]
"""What is called with each line a tool writes."""

PACKAGES: Final = ("jupyterlite-core", "jupyterlite-pyodide-kernel")
OWN_FILES: Final = ("jupyter-lite.json", "jupyter-lite.ipynb", "overrides.json")
OWN_FOLDERS: Final = ("extensions", "pypi")
UNFINISHED: Final = "new-"


@dataclass(frozen=True, kw_only=True)
class Application:
    """The user-facing application and its configuration.

    Attributes
    ----------
    apps
        Applications to include.
    folder
        The project's JupyterLite folder (``lite_dir``), with ``jupyter-lite.json`` or
        ``overrides.json`` of its own where it has them.
    config
        The project's own build configuration (JSON).
    overrides
        The project's own settings (``overrides.json`` elsewhere).
    pyodide
        Whether it has the Pyodide kernel.
    """

    apps: tuple[str, ...]
    folder: Path | None = None
    config: Path | None = None
    overrides: Path | None = None
    pyodide: bool = True


def own_config(application: Application) -> dict[str, Any]:
    """Give the project's own build configuration."""
    return read_json(application.config) if application.config else {}


def copy_application(
    application: Application, out: Path, *, cache: Path, on_line: LineSink | None = None
) -> None:
    """Write the application layer to `out`, out of the cache where it is there.

    Parameters
    ----------
    application
        What to build.
    out
        Folder that does not exist.
    cache
        Folder kept from run to run; it holds one application.
    on_line
        Called with each line of the build's output.

    Raises
    ------
    LiteFailed
        When a file of the project's cannot be read, or the build fails.
    """
    for file in _inputs(application):
        if file.name in OWN_FILES:
            # JupyterLite passes over a file that it cannot read (merge_one_jupyterlite).
            read_json(file)
    kept = cache / _key(application)
    if not kept.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        for leftover in cache.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover)
        with tempfile.TemporaryDirectory(dir=cache, prefix=UNFINISHED) as work:
            _build(application, Path(work), on_line)
            for old in _kept(cache):
                shutil.rmtree(old)
            (Path(work) / "out").rename(kept)
    shutil.copytree(kept, out)


def jupyter_lite_build(
    words: Sequence[str | Path], *, work: Path, on_line: LineSink | None
) -> None:
    """Run ``jupyter lite build``.

    Parameters
    ----------
    words
        Options.
    work
        Folder to run in; the build writes its database (``.jupyterlite.doit.db``) there.
    on_line
        Called with each line of the output.

    Raises
    ------
    LiteFailed
        With the build's output as detail.
    """
    command = (sys.executable, "-m", "jupyterlite_core", "build", *words)
    done = run(command, cwd=work, on_line=on_line)
    if done.code != 0:
        require_room(done.output, work)
        msg = f"jupyter lite build failed (exit code {done.code}){_cause(done.output)}"
        raise LiteFailed(
            msg, do="read its output above; the cause stands last", detail=done.tail(40)
        )


def _build(application: Application, work: Path, on_line: LineSink | None) -> None:
    config = work / "jupyter_lite_config.json"
    empty = work / "empty"
    empty.mkdir()
    config.write_text(json.dumps(_config(application, work / "cache")), "utf-8")
    words: list[str | Path] = ["--config", config, "--output-dir", work / "out"]
    words += ["--lite-dir", application.folder or empty]
    if application.overrides:
        words += ["--settings-overrides", application.overrides]
    jupyter_lite_build(words, work=work, on_line=on_line)


def _config(application: Application, cache: Path) -> dict[str, Any]:
    return application_config(
        own_config(application),
        apps=application.apps,
        extension=extension_folder() if application.pyodide else None,
        cache=cache,
    )


def _kept(cache: Path) -> Iterator[Path]:
    return (entry for entry in cache.iterdir() if entry.name.startswith("app-"))


def _key(application: Application) -> str:
    digest = hashlib.sha256()
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    digest.update(json.dumps([versions, _config(application, Path())], sort_keys=True).encode())
    for file in sorted(_inputs(application)):
        digest.update(f"\0{file}\0".encode())
        digest.update(file.read_bytes())
    return f"app-{digest.hexdigest()[:32]}"


def _inputs(application: Application) -> Iterator[Path]:
    yield from (file for file in (application.config, application.overrides) if file)
    if application.folder is None:
        return
    for name in OWN_FILES:
        yield from application.folder.rglob(name)
    for name in OWN_FOLDERS:
        yield from (file for file in (application.folder / name).rglob("*") if file.is_file())


def _cause(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if "Error" in line]
    return f": {lines[-1]}" if lines else ""
