"""Runs a script of this folder in a container of the image, through Compose.

Compose hands this machine's certificates and index over, by which sources are fetched.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from tests.image.conftest import give
from tests.image.containers import Owner
from tests.image.machine import here


class InTheImage:
    """Runs scripts of this checkout.

    Parameters
    ----------
    work
        Folder for what they write.
    owner
        Whom the containers run as.
    """

    def __init__(self, work: Path, owner: Owner) -> None:
        self._work, self._owner = work, owner
        self._environment = {
            "COMPOSE_PROJECT_NAME": f"spec14-bench-{secrets.token_hex(3)}",
            "SPEC14_UID": str(owner.uid),
            "SPEC14_GID": str(owner.gid),
        }

    def __call__(self, script: str, subject: str, times: int, *, limit: float) -> Any:
        """Give what a script prints in its last line.

        Parameters
        ----------
        script
            Name of a module beside this one.
        subject, times
            Its arguments.
        limit
            Seconds that it may take.
        """
        scratch = self._work / f"scratch-{secrets.token_hex(3)}"
        scratch.mkdir()
        give(scratch, self._owner)
        ran = here(
            *("docker", "compose", "run", "--rm", "-T", "tests"),
            *("python", "-m", f"tests.benchmarks.{script}", "/project", subject, str(times)),
            env={**self._environment, "PROJECT": str(scratch)},
            seconds=limit,
        )
        assert ran.code == 0, ran.output
        return json.loads(ran.output.rstrip().splitlines()[-1])

    def down(self) -> None:
        """Remove everything that Compose made."""
        # A container of `run` that outlived its time limit is an orphan.
        words = ("--profile", "*", "down", "--remove-orphans", "--timeout", "5")
        down = here("docker", "compose", *words, env=self._environment)
        assert down.code == 0, down.output
