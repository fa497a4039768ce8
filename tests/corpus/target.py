"""An environment of the runtime, filled by its own pip: what a user without ``spec14`` has.

The toolkit's own resolution is not in the way of what the corpus is about: whether a wheel
that was built here loads and works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.errors import RequirementsFailed, RuntimeFailed
from toolkit.process import Finished, run
from toolkit.wheels.index import Wheelhouse

PATIENCE: Final = "180"
"""Seconds that virtualenv gives Python in Node to answer; its own 15 are too few where the
machine is busy (``_DEFAULT_QUERY_TIMEOUT`` of python_discovery)."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A ``pyodide venv``.

    Attributes
    ----------
    folder
        Where it lies; its caches lie beside it.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """CPython in WebAssembly, started in Node."""
        return self.folder / "bin" / "python"

    def create(self) -> None:
        """Make it.

        Raises
        ------
        RuntimeFailed
            When Python in Node does not start.
        """
        done = run(
            ["pyodide", "venv", self.folder],
            env={
                "PY_DISCOVERY_TIMEOUT": PATIENCE,
                "VIRTUALENV_OVERRIDE_APP_DATA": str(self.folder.with_name("virtualenv")),
            },
        )
        if done.code != 0:
            msg = f"pyodide venv: {_last(done)}"
            raise RuntimeFailed(msg, do="read the log", detail=done.output)

    def install(self, wanted: Sequence[str | Path]) -> None:
        """Install wheels, and wheels of requirements from the image or the index.

        Raises
        ------
        RequirementsFailed
            When one cannot be had for the target.
        """
        links = [Wheelhouse().target, Wheelhouse().kernel]
        done = run(
            [
                *(self.folder / "bin" / "pip", "install", "--quiet", "--only-binary", ":all:"),
                *(word for link in links for word in ("--find-links", link)),
                *wanted,
            ],
            cwd=self.folder,
            env={"PIP_CACHE_DIR": str(self.folder.with_name("pip")), "PIP_NO_COMPILE": "1"},
        )
        if done.code != 0:
            raise RequirementsFailed(_last(done), do="read the log", detail=done.output)


def _last(done: Finished) -> str:
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["it said nothing"])[-1].removeprefix("ERROR: ")
