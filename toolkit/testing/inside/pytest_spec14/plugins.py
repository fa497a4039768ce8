"""What every session in WebAssembly gets besides pytest's own plugins."""

from collections.abc import Mapping
from typing import Any

import pytest


def register(config: pytest.Config, settings: Mapping[str, Any]) -> None:
    """Register the plugins with a session."""
    del config, settings
