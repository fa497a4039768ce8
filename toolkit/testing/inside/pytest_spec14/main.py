"""Where a worker begins."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Final

import pytest
from _pytest.assertion import rewrite

from pytest_spec14 import channel, environment
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
    environment.prepare()
    code = int(pytest.main(list(told["args"]), plugins=[Worker(told), Extensions(told)]))
    channel.send("end", code=code)
    return code


class Rewriting:
    """``sys`` as pytest's rewriting of assertions sees it: byte code goes to a folder of ours.

    Rewriting takes longer in WebAssembly than running most tests does; the other interpreters,
    and the next run, read what the first one wrote. Byte code of other modules is not written:
    that of the environment is there already, and nothing goes beside the project's source.
    """

    def __init__(self, folder: str) -> None:
        self.dont_write_bytecode = False
        self.pycache_prefix = folder

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)


def keep_bytecode(folder: str | None) -> None:
    """Keep the modules that pytest rewrites.

    Parameters
    ----------
    folder
        Where; ``None``: nowhere.
    """
    if folder is not None:
        vars(rewrite)["sys"] = Rewriting(folder)


class Extensions:
    """The plugins that every session in WebAssembly gets."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = dict(told)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register them."""
        from pytest_spec14 import plugins  # noqa: PLC0415 - its modules want rewritten asserts

        plugins.register(config, self._told)
