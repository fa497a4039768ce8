"""A build environment that is kept: the same folder, and no installing, from build to build.

``build`` makes an isolated environment (PEP 517) in a new temporary folder for every
build. The paths of what it holds (NumPy's headers, Cython) are then new each time: no build
tool and no compiler cache can tell that nothing has changed. This one stays where it is and
is made anew when anything it was made from is another.

``DefaultIsolatedEnv`` keeps what its backend found in ``_path`` and ``_env_backend``
(``build/env.py``, 1.6); ``tests/unit/test_crossenv_isolation.py`` fails when it no longer does.
"""

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from build.env import DefaultIsolatedEnv
from packaging.requirements import InvalidRequirement, Requirement

from toolkit.cache import read_record, write_record

RECORD: Final = "spec14.json"


class RequirementsChanged(BaseException):
    """What the kept environment was made for is not what is asked for.

    No ``Exception``: pyodide-build ends the process at any of those
    (``pyodide_build/pypabuild.py``, ``build``, 0.39.2).
    """


@dataclass(frozen=True, kw_only=True)
class KeptPaths:
    """Where the programs of a kept environment lie: ``build``'s backends have these names."""

    python_executable: str
    scripts_dir: str
    purelib: str


class KeptEnvironment(DefaultIsolatedEnv):
    """An isolated environment in a folder of its own that outlives the build.

    Parameters
    ----------
    folder
        Where it lies.
    facts
        What decides its content besides the requirements (toolchain, indexes, constraints).
    on_new
        Called before it is made anew: what was built with the old one is stale.

    Attributes
    ----------
    reused
        Whether it is the one of an earlier build; known once it has been entered.
    """

    def __init__(self, folder: Path, facts: str, on_new: Callable[[], None]) -> None:
        super().__init__(installer="uv")
        self._folder = folder.resolve()
        self._facts = facts
        self._on_new = on_new
        self._asked: list[list[str]] = []
        self._kept: list[list[str]] = []
        self.reused = False

    def __enter__(self) -> Self:
        self._asked = []
        self._path = str(self._folder)
        record = read_record(self._folder / RECORD)
        if record.get("facts") == self._facts:
            self._kept = record["installed"]
            paths: Any = KeptPaths(**record["paths"])
            self._env_backend = paths
            self.reused = True
            return self
        self.reused = False
        self.discard()
        self._on_new()
        self._requested_path = self._path
        return super().__enter__()

    def __exit__(self, *reason: object) -> None:
        """Leave everything where it is."""

    @property
    def scripts_dir(self) -> str:
        """The folder of its programs; pyodide-build asks for it."""
        return self._env_backend.scripts_dir

    def discard(self) -> None:
        """Remove the folder; the record first, so that half an environment is none."""
        (self._folder / RECORD).unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def install(
        self,
        requirements: Collection[str],
        constraints: Collection[str] = (),
        *,
        _fresh: bool = False,
    ) -> None:
        """Install requirements, unless an earlier build has.

        Raises
        ------
        RequirementsChanged
            When a kept environment was made for others.
        """
        self._asked.append(sorted(requirements))
        if self.reused:
            if self._kept[: len(self._asked)] != self._asked:
                raise RequirementsChanged
            return
        super().install(requirements, constraints, _fresh=_fresh)
        if all(_is_fixed(requirement) for wanted in self._asked for requirement in wanted):
            self._write()

    def _write(self) -> None:
        backend = self._env_backend
        record = {
            "facts": self._facts,
            "installed": self._asked,
            "paths": {
                "python_executable": backend.python_executable,
                "scripts_dir": backend.scripts_dir,
                "purelib": backend.purelib,
            },
        }
        write_record(self._folder / RECORD, record)


def _is_fixed(requirement: str) -> bool:
    """Whether a requirement names a release: what lies at an address or a path may change."""
    try:
        return Requirement(requirement).url is None
    except InvalidRequirement:
        return False
