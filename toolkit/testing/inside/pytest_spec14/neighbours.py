"""Other plugins, and entries of pytest's own configuration, that need what is not there.

Without this each of them ends every run with an internal error.
"""

from collections.abc import Mapping
from typing import Any, Final

import pytest

SETTLED: Final[Mapping[str, Any]] = {
    # A thread that dumps tracebacks cannot be started; the runner has a time limit.
    "faulthandler_timeout": 0.0,
    # Files are in memory and end with the interpreter: nobody could look at what a test that
    # passed has left.
    "tmp_path_retention_policy": "failed",
}
"""Entries of the configuration (names of pytest 7.4 to 9), and what they are here."""


def settle(config: pytest.Config) -> None:
    """Change entries of the configuration that would not work."""
    # pytest has no public way to change an entry once it has read its configuration; `-o` is
    # read before plugins are. Its cache of values is the same from 7.4 to 9.2.
    config._inicache.update(SETTLED)  # noqa: SLF001


class Neighbours:
    """The plugin."""

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool:
        """Start no timer of pytest-timeout's: it wants ``signal.setitimer`` or a thread."""
        del item, settings
        return True

    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_timeout_cancel_timer(self, item: pytest.Item) -> bool:
        """Cancel none."""
        del item
        return True

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_auto_num_workers(self, config: pytest.Config) -> int:
        """Start no processes of pytest-xdist's for ``-n auto``."""
        del config
        return 0

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Any:
        """Start none for ``-n 4`` either, where the plugin is loaded that early."""
        for name, value in (("numprocesses", None), ("dist", "no"), ("tx", [])):
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        yield
