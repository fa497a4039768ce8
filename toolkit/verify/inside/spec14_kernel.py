"""What the kernel of a site has imported when a reader's first cell runs: for the snapshot.

A snapshot must behave like a plain start: what jedi sets for the whole interpreter is undone, and
set again by :mod:`spec14_verify`.
"""

import sys

_limit = sys.getrecursionlimit()

import IPython.core.completer  # noqa: E402
import IPython.core.interactiveshell  # noqa: E402
import IPython.utils.capture  # noqa: E402, F401
import pytest_spec14.causes  # noqa: E402, F401

sys.setrecursionlimit(_limit)
