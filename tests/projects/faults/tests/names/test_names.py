"""Names that are hard to write down."""

import pytest

NAMES = ["two words", "a[b]c", "::", "\U0001f600", "line\nfeed", "", "ü", "\udcff", "a/b.py::c", "x" * 300]


@pytest.mark.parametrize("name", NAMES)
def test_name(name):
    assert name != "::"


@pytest.mark.parametrize("number", [1, 2], ids=["same", "same"])
def test_same(number):
    pass


class Test_Ünïcödé:
    def test_größe(self):
        pass
