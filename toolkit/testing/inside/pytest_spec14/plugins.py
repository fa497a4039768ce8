"""What every session in WebAssembly gets besides pytest's own plugins.

The runner calls `register`. By hand: ``python -m pytest -p pytest_spec14.plugins``, with
settings as :mod:`pytest_spec14.told` reads them.
"""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from pytest_spec14 import environment
from pytest_spec14.markers import MARKERS, Markers
from pytest_spec14.neighbours import Neighbours, settle
from pytest_spec14.outcomes import Outcomes
from pytest_spec14.overflow import Overflows
from pytest_spec14.skips import Skips
from pytest_spec14.told import told

NAME: Final = "spec14-"

environment.prepare()


def register(config: pytest.Config, settings: Mapping[str, Any]) -> None:
    """Register the plugins with a session, once.

    Parameters
    ----------
    config
        The session's.
    settings
        ``skips`` (entries of the skip file, see `Entry`), ``check_skips``, ``platform_skips``,
        ``xfail_strict``; all may be missing, others are not looked at.
    """
    if config.pluginmanager.has_plugin(f"{NAME}outcomes"):
        return
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    settle(config)
    # Wrappers of the one registered last are the outermost: what entries of the skip file
    # make of a result is known before the platform's causes are looked for.
    plugins = {
        "skips": Skips(settings),
        "outcomes": Outcomes(settings),
        "markers": Markers(),
        "overflows": Overflows(),
        "neighbours": Neighbours(),
    }
    for name, plugin in plugins.items():
        config.pluginmanager.register(plugin, f"{NAME}{name}")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Register them before anything of the project is imported (``-p``)."""
    register(early_config, told())
