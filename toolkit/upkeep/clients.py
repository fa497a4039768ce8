"""The clients of the package indexes: pip and npm, which know their index and its certificates."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from packaging.version import Version

from toolkit.errors import IndexFailed
from toolkit.process import Finished, find_tool, run
from toolkit.runtime.distribution import Runtime

NPM: Final = {"NODE_NO_WARNINGS": "1", "NPM_CONFIG_LOGLEVEL": "silent"}
PIP: Final = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COLOR": "1"}
SEE_INDEX: Final = "see that the package index can be reached (pip's configuration), then try again"
SEE_NPM: Final = "see that npm's registry can be reached (npm's configuration), then try again"


def pip(*words: str | Path) -> Finished:
    """Run pip."""
    return run([sys.executable, "-m", "pip", *words], env=PIP)


def npm(*words: str, cwd: Path | None = None) -> Finished:
    """Run npm.

    Raises
    ------
    ToolMissing
        When it is not here: the image itself has none.
    """
    program = find_tool("npm", do="run nox -s update-pins on the machine that has the engine")
    return run([program, *words], cwd=cwd, env=NPM)


def index_versions(name: str, python: str, words: Sequence[str] = ()) -> list[str]:
    """Give the versions of a Python package that have wheels, newest first, no previews.

    Parameters
    ----------
    name
        The package.
    python
        Minor version of the Python that it is for.
    words
        More of pip's words: another platform, for instance.

    Raises
    ------
    IndexFailed
        When the index does not answer, or has no such package.
    """
    of_python = ("--python-version", python, "--only-binary", ":all:")
    done = pip("index", "versions", name, "--json", *of_python, *words)
    if done.code != 0:
        msg = f"the package index gives no versions of {name}: {last(done)}"
        raise IndexFailed(msg, do=SEE_INDEX, detail=done.tail(8))
    found: list[str] = parsed(done, name)["versions"]
    return sorted(found, key=Version, reverse=True)


def for_runtime(runtime: Runtime) -> tuple[str, ...]:
    """Give pip's words for wheels of a runtime."""
    abi = f"cp{runtime.python_minor.replace('.', '')}"
    return ("--platform", runtime.platform_tag, "--implementation", "cp", "--abi", abi)


def parsed(done: Finished, what: str) -> Any:
    """Read what a client said as JSON.

    Raises
    ------
    IndexFailed
        When it is none.
    """
    try:
        return json.loads(done.output)
    except ValueError as error:
        msg = f"what was said of {what} is not JSON: {error}"
        do = "see that no proxy answers instead"
        raise IndexFailed(msg, do=do, detail=done.tail(8)) from error


def last(done: Finished) -> str:
    """Give the line in which a client says what is wrong."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip()]
    told = [line for line in lines if line.lower().startswith(("error", "npm error"))]
    return (told or lines or [f"exit code {done.code}"])[-1]
