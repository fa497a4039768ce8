"""The recorder in the environment in which a project's tests run natively.

``pytest -p toolkit.testing.native_plugin``: what is imported here is the standard library,
pytest, and modules of ours that need nothing else.
"""

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest

from toolkit.testing.recorder import Recorder
from toolkit.testing.results import Record

TARGET: Final = "SPEC14_NATIVE_RECORD"
"""Variable with the path of the file to write."""
IMPORTED: Final = Path(__file__).resolve().parents[2]


def pytest_configure(config: pytest.Config) -> None:
    """Start to record; the tests do not see the folder that this came from."""
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != IMPORTED]
    os.environ.pop("PYTHONPATH", None)
    # Not there in the processes of pytest-xdist: their reports come to this one.
    if target := os.environ.pop(TARGET, None):
        config.pluginmanager.register(_Keeper(Path(target)), "spec14-recorder")


class _Keeper(Recorder):
    def __init__(self, target: Path) -> None:
        super().__init__()
        self._target: Final = target

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write what there is."""
        record = Record(
            wheel="",
            wheel_sha256="",
            exit_code=int(session.exitstatus),
            collected=session.testscollected + self.collectors,
            results=self.results,
        )
        temporary = self._target.with_suffix(".new")
        temporary.write_text(json.dumps(record.as_json()), "utf-8")
        temporary.replace(self._target)
