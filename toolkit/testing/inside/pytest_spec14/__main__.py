"""``python -m pytest_spec14``."""

import sys

from pytest_spec14.main import run

sys.exit(run())
