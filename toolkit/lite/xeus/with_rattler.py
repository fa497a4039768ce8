"""py-rattler in a process of its own (``solver.py``): it solves, installs, and keeps the lock.

The lock has rattler's format whoever has chosen the packages, so it is read and written here.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from toolkit.errors import XeusFailed
from toolkit.lite.xeus.solving import LIMIT, UNREACHABLE, UNSOLVED, Asked, Package
from toolkit.lite.xeus.tools import xeus_python
from toolkit.process import run

SOLVER: Final = Path(__file__).with_name("solver.py")
HELP: Final[Mapping[str, str]] = {"unsolved": UNSOLVED, "unreachable": UNREACHABLE}
"""By `Result.fault` of ``solver.py``."""


class Rattler:
    """Solves and installs with py-rattler."""

    def solve(self, asked: Asked, lock: Path) -> None:
        """Choose packages and write the lock."""
        _child(asked, lock, solve=True)

    def install(self, asked: Asked, lock: Path, folder: Path) -> tuple[Package, ...]:
        """Install what a lock names; give the packages."""
        return _child(asked, lock, prefix=str(folder))


def read_lock(asked: Asked, lock: Path) -> tuple[Package, ...]:
    """Give what a lock names.

    Raises
    ------
    XeusFailed
        When it cannot be read.
    """
    return _child(asked, lock)


def write_lock(asked: Asked, lock: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Write a lock of what somebody else has chosen.

    Parameters
    ----------
    asked
        What was asked for.
    lock
        The file.
    records
        As conda's ``repodata.json`` has them, with ``url``, ``fn`` and ``channel``.

    Raises
    ------
    XeusFailed
        When a record says too little.
    """
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
        chosen = Path(work) / "chosen.json"
        chosen.write_text(json.dumps(list(records)), "utf-8")
        _child(asked, lock, solve=True, chosen=str(chosen))


def _child(
    asked: Asked, lock: Path, *, solve: bool = False, prefix: str = "", chosen: str = ""
) -> tuple[Package, ...]:
    request = {
        "channels": asked.channels,
        "packages": asked.packages,
        "lock": str(lock),
        "mark": asked.mark,
        "solve": solve,
        "prefix": prefix,
        "chosen": chosen,
        "cache": str(asked.cache),
        "configuration": [str(file) for file in asked.configuration],
        "offline": asked.offline,
    }
    with tempfile.TemporaryDirectory(prefix="spec14-xeus-") as work:
        words, result = Path(work) / "request.json", Path(work) / "result.json"
        words.write_text(json.dumps(request), "utf-8")
        done = run([xeus_python(), SOLVER, words, result], timeout=LIMIT)
        if not result.is_file():
            msg = f"the environment of {asked.where} could not be solved"
            raise XeusFailed(msg, do="read the output above", detail=done.tail(30))
        told: dict[str, Any] = json.loads(result.read_text("utf-8"))
    if told["fault"]:
        said = told["reason"].splitlines()
        msg = f"the environment of {asked.where} cannot be had: {said[0]}"
        raise XeusFailed(msg, do=HELP[told["fault"]], detail="\n".join(said[1:]))
    return tuple(told["packages"])
