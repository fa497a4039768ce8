"""Python in WebAssembly with the project's wheel: the environment of the tests, used by hand."""

import signal
from collections.abc import Sequence

from toolkit.errors import INTERRUPTED
from toolkit.process import attach
from toolkit.wheels.environment import TargetEnvironment


def run_python(environment: TargetEnvironment, words: Sequence[str]) -> int:
    """Run CPython on this process's terminal, in the working folder, and give its exit code.

    The working folder is not on ``sys.path``, where the source would hide the wheel; the
    folder of a script is.

    Parameters
    ----------
    environment
        What can be imported.
    words
        Its command line.
    """
    script = bool(words) and not words[0].startswith("-")
    code = attach(
        [environment.python, *(() if script else ("-P",)), *words],
        env={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ""},
    )
    return INTERRUPTED if code == -signal.SIGINT else code
