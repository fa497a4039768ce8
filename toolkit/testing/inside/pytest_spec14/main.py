"""Where a worker begins."""

import sys
from collections.abc import Mapping
from typing import Any

import pytest
from _pytest.assertion import rewrite

from pytest_spec14 import channel, environment
from pytest_spec14.session import Worker
from pytest_spec14.told import told


def run() -> int:
    """Run pytest as a worker and give its exit code."""
    settings = told()
    keep_bytecode(settings.get("pycache"))
    environment.prepare()
    plugins = [Worker(settings), Extensions(settings)]
    code = int(pytest.main(list(settings["args"]), plugins=plugins))
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

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Register them."""
        from pytest_spec14 import plugins  # noqa: PLC0415 - its modules want rewritten asserts

        plugins.register(config, self._settings)
