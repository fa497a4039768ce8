"""Where a worker begins."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import pytest

from pytest_spec14 import channel
from pytest_spec14.session import Worker

SETTINGS: Final = "SPEC14_TEST"


def settings() -> Mapping[str, Any]:
    """Give what the controller says, JSON in the environment."""
    found: Mapping[str, Any] = json.loads(os.environ[SETTINGS])
    return found


def run() -> int:
    """Run pytest as a worker and give its exit code."""
    told = settings()
    keep_bytecode(told.get("pycache"))
    code = int(pytest.main(list(told["args"]), plugins=[Worker(told), Extensions(told)]))
    channel.send("end", code=code)
    return code


def keep_bytecode(folder: str | None) -> None:
    """Keep compiled modules, pytest's rewritten ones too, for the other interpreters.

    Parameters
    ----------
    folder
        Where, away from the project's source (PEP 304's idea, ``sys.pycache_prefix``).
    """
    if folder is not None:
        sys.pycache_prefix = folder
        sys.dont_write_bytecode = False


class Extensions:
    """The plugins that every session in WebAssembly gets."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = dict(told)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register them."""
        from pytest_spec14 import plugins  # noqa: PLC0415 - its modules want rewritten asserts

        plugins.register(config, self._told)
