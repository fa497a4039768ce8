"""Environments for the target: ``pyodide venv``, filled by its own pip.

That pip evaluates markers and tags as the runtime would, which no option of the
machine's pip does.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.disk import require_room
from toolkit.errors import RuntimeFailed
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.wheels.index import Wheelhouse, offline_then_index


@dataclass(frozen=True, kw_only=True)
class TargetEnvironment:
    """A ``pyodide venv``.

    Attributes
    ----------
    folder
        Where it lies.
    fresh
        Whether this run made it.
    """

    folder: Path
    fresh: bool

    @property
    def python(self) -> Path:
        """CPython in WebAssembly, started in Node."""
        return self.folder / "bin" / "python"


def environment_with(
    folder: Path, requirements: Sequence[str], wheels: Sequence[Path], *, what: str
) -> TargetEnvironment:
    """Give a clean environment that holds exactly what is asked for.

    An environment made from the same requirements and the same wheels (by content) is
    used again; otherwise it is made anew, never added to.

    Parameters
    ----------
    folder
        Where it goes.
    requirements
        PEP 508 requirements.
    wheels
        Wheels of the project itself: they win over any index.
    what
        What it is for, for messages.

    Raises
    ------
    RuntimeFailed
        When Python in Node does not start.
    RequirementsFailed
        When a requirement cannot be had for the target.
    """
    key = _key(folder, requirements, wheels)
    if read_record(folder / "spec14.json").get("key") == key:
        return TargetEnvironment(folder=folder, fresh=False)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _create(folder)
        if wanted := [*map(str, wheels), *requirements]:
            pip_install(folder, wanted, what=what)
        write_record(folder / "spec14.json", {"key": key})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return TargetEnvironment(folder=folder, fresh=True)


def pip_install(folder: Path, wanted: Sequence[str], *, what: str) -> None:
    """Install into an environment: the image's wheelhouse first, the index then."""
    offline_then_index(
        pip_command(folder, "install", wanted),
        offline=["--no-index"],
        cwd=folder,
        env=pip_environment(folder.parent),
        what=what,
    )


def pip_command(folder: Path, verb: str, wanted: Sequence[str]) -> list[str | Path]:
    """Give the words of the environment's pip, wheels for the target only."""
    wheelhouse = Wheelhouse()
    links = [wheelhouse.target, wheelhouse.kernel]
    return [
        folder / "bin" / "pip",
        verb,
        "--quiet",
        "--only-binary",
        ":all:",
        *(word for link in links for word in ("--find-links", str(link))),
        *wanted,
    ]


def pip_environment(cache: Path) -> dict[str, str]:
    """Give pip's variables: a cache of ours, nothing compiled beside the sources."""
    return {"PIP_CACHE_DIR": str(cache / "pip"), "PIP_NO_COMPILE": "1"}


def _create(folder: Path) -> None:
    done = run(
        ["pyodide", "venv", folder],
        # virtualenv unpacks the pip it carries into a folder of its own.
        env={"VIRTUALENV_OVERRIDE_APP_DATA": str(folder.parent / "virtualenv")},
    )
    if done.code != 0:
        require_room(done.output, folder)
        msg = "Python in Node did not start to make an environment"
        raise RuntimeFailed(msg, do="see `spec14 info`", detail=done.tail())


def _key(folder: Path, requirements: Sequence[str], wheels: Sequence[Path]) -> str:
    return key_of(
        # Its programs name it: an environment that has been moved is none.
        str(folder),
        sorted(requirements),
        sorted(map(file_sha256, wheels)),
        fingerprint(),
        os.environ.get("PYODIDE_XBUILDENV_PATH", ""),
    )
