"""Environments for the target: ``pyodide venv``, filled with the wheels of a lock."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.archive import file_sha256
from toolkit.cache import key_of, read_record, write_record
from toolkit.disk import require_room
from toolkit.errors import RequirementsFailed
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.wheels.index import uv_environment
from toolkit.wheels.template import create


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

    @property
    def site_packages(self) -> Path:
        """Where its packages are."""
        (found,) = self.folder.glob("lib/python3.*/site-packages")
        return found


def environment_with(folder: Path, wheels: Sequence[Path], *, what: str) -> TargetEnvironment:
    """Give a clean environment that holds exactly these wheels.

    An environment made from the same wheels (by content) is used again; otherwise it is
    made anew, never added to.

    Parameters
    ----------
    folder
        Where it goes.
    wheels
        All that goes in: nothing is resolved here.
    what
        What it is for, for messages.

    Raises
    ------
    RuntimeFailed
        When Python in Node does not start.
    RequirementsFailed
        When a wheel cannot be installed.
    """
    key = _key(folder, wheels)
    if read_record(folder / "spec14.json").get("key") == key:
        return TargetEnvironment(folder=folder, fresh=False)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        create(folder)
        _install(folder, wheels, what=what)
        _compile(folder)
        write_record(folder / "spec14.json", {"key": key})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return TargetEnvironment(folder=folder, fresh=True)


def unpack(
    environment: TargetEnvironment, wheels: Sequence[Path], folder: Path, *, what: str
) -> None:
    """Unpack wheels beside an environment: for programs that put the folder into ``sys.path``.

    Parameters
    ----------
    environment
        Its Python says which wheels it can load.
    wheels
        What is unpacked; byte code is written too.
    folder
        Where it goes.
    what
        What it is for, for messages.

    Raises
    ------
    RequirementsFailed
        When a wheel cannot be installed.
    """
    _install(environment.folder, wheels, what=what, target=folder)
    _compile_in(folder)


def _install(
    folder: Path, wheels: Sequence[Path], *, what: str, target: Path | None = None
) -> None:
    """Unpack wheels with uv, which asks the environment's Python for its layout."""
    words: list[str | Path] = ["uv", "pip", "install", "--quiet", "--no-config", "--no-deps"]
    words += ["--no-index", "--offline", "--python", folder / "bin" / "python"]
    words += ["--target", target] if target is not None else []
    done = run(
        [*words, *wheels],
        cwd=folder.parent,
        env={**uv_environment(folder.parent), "UV_FIND_LINKS": ""},
    )
    if done.code != 0:
        require_room(done.output, folder)
        msg = f"the environment of {what} cannot be filled"
        raise RequirementsFailed(msg, do="delete .spec14/cache and run again", detail=done.tail(12))


def _compile(folder: Path) -> None:
    for packages in folder.glob("lib/*/site-packages"):
        _compile_in(packages)


def _compile_in(folder: Path) -> None:
    """Write byte code beside the installed modules, with this Python.

    Every interpreter would compile them again. Byte code is that of a minor version (a magic
    number, PEP 552); where it is not the target's, it is passed over there.
    """
    words: list[str | Path] = [sys.executable, "-m", "compileall", "-q", "-j", "0"]
    # Not pip, which no program imports. A file that does not compile is one nobody can import.
    run([*words, "-x", "site-packages/pip/", folder])


def _key(folder: Path, wheels: Sequence[Path]) -> str:
    return key_of(
        # Its programs name it: an environment that has been moved is none.
        str(folder),
        sorted(map(file_sha256, wheels)),
        "with byte code",
        fingerprint(),
        os.environ.get("PYODIDE_XBUILDENV_PATH", ""),
    )
