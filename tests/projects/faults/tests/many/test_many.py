"""Ten thousand trivial tests."""

import pytest


@pytest.mark.parametrize("number", range(10_000))
def test_number(number):
    assert number >= 0
