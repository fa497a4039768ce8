"""Grids the tests share."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """Return a generator that gives the same numbers every time."""
    return np.random.default_rng(20260401)


@pytest.fixture(params=[(17,), (9, 13), (1, 6), (2, 2), (1,)], ids=str)
def rough(request, rng):
    """Return a random grid, of ordinary and of awkward shape."""
    return rng.normal(size=request.param)
