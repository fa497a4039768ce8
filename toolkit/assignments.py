"""Assignments to variables as a shell understands them: ``CFLAGS="$CFLAGS -O3" A=$(cmd)``.

The POSIX shell itself does it: quoting, variables and ``$(…)`` mean what they mean there,
and so what they mean in cibuildwheel's ``environment`` (which reads them with bashlex).
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from toolkit.errors import SettingsError
from toolkit.process import run

NAME: Final = re.compile(r"(?:^|\s)([A-Za-z_][A-Za-z0-9_]*)=")
MARK: Final = "spec14-environment"


def evaluated(
    text: str, environment: Mapping[str, str], *, folder: Path, origin: str
) -> dict[str, str]:
    """Give the variables that a line of assignments sets.

    Parameters
    ----------
    text
        Assignments with blanks between them.
    environment
        Variables that may be named, laid over this process's own.
    folder
        Where commands in ``$(…)`` run.
    origin
        Where the text stands, for the error.

    Raises
    ------
    SettingsError
        When it is not a line of assignments, or a command in it fails.
    """
    # `set -e`: an assignment fails with its command. Only assignments are there to be run:
    # in front of `env` they would not see one another.
    script = f"set -ea\n{text}\nprintf '%s\\0' {MARK}\nenv -0\n"
    done = run(["sh", "-c", script], cwd=folder, env=environment)
    before, mark, after = done.output.partition(f"{MARK}\0")
    if done.code != 0 or not mark or before:
        said = (before or done.output).strip().splitlines()
        msg = f"{origin}: {text} cannot be evaluated"
        if said:
            msg += f": {said[-1]}"
        raise SettingsError(msg, do="write NAME=VALUE, as cibuildwheel's documentation says")
    values = dict(line.partition("=")[::2] for line in after.split("\0") if "=" in line)
    return {name: values[name] for name in NAME.findall(text) if _is_new(name, values, environment)}


def _is_new(name: str, values: Mapping[str, str], environment: Mapping[str, str]) -> bool:
    """Leave out what only looks like an assignment: a word within another's quotes."""
    before = environment.get(name, os.environ.get(name))
    return name in values and values[name] != before
