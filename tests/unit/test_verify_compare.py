"""When an output counts as what the page shows."""

import pytest

from toolkit.verify.compare import same, unchecked


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("3.25", "3.25\n"),
        ("array([0. , 0.5])", "array([0. ,  0.5])\n"),
        ("[1, ..., 9]", "[1, 2, 3, 9]"),
        ("a\n<BLANKLINE>\nb", "a\n\nb\n"),
        ("0.1", "0.1000000001"),
        ("array([ 1.00000001, -2. ])", "array([1., -2.])"),
        ("1e-20", "2e-20"),
        ("Traceback (most recent call last):\n  ...\nValueError: no", "ValueError: no"),
        ("{'a': 1.5}", "{'a': 1.4999999999}"),
    ],
)
def test_the_same(expected: str, got: str) -> None:
    assert same(expected, got)


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("3.25", "3.26"),
        ("[1, 2]", "[1, 2, 3]"),
        ("array([1., 2.])", "array([1., 2.], dtype=float32)"),
        ("1", ""),
        ("x1", "x2"),
        ("float64", "float32"),
        ("version 1.2.3", "version 1.2.4"),
        ("Traceback (most recent call last):\n  ...\nValueError: no", "TypeError: no"),
    ],
)
def test_not_the_same(expected: str, got: str) -> None:
    assert not same(expected, got)


def test_what_is_not_compared() -> None:
    assert unchecked("f()  # doctest: +SKIP")
    assert unchecked("f()  # doctest: +ELLIPSIS, +SKIP")
    assert not unchecked("f()  # doctest: +ELLIPSIS")
