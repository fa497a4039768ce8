"""Whether what an example gave is what its page shows, as doctest sees it, with a tolerance."""

import doctest
import math
import re
from typing import Final

OPTIONS: Final = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
TRACEBACK: Final = "Traceback (most recent call last):"
NUMBER: Final = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])")
DIRECTIVE: Final = re.compile(r"#\s*doctest:\s*(.*)$", re.MULTILINE)
CLOSE: Final = 1e-6
"""Relative difference of two numbers that count as one."""


def unchecked(source: str) -> bool:
    """Say whether a cell itself says that its output is not to be compared (``+SKIP``)."""
    return any("+SKIP" in found for found in DIRECTIVE.findall(source))


def same(expected: str, got: str) -> bool:
    """Say whether two outputs count as one.

    White space, ``...`` and ``<BLANKLINE>`` are doctest's; numbers may differ by `CLOSE`.

    Parameters
    ----------
    expected
        What the page shows.
    got
        What came.
    """
    if expected.lstrip().startswith(TRACEBACK):
        expected = expected.strip().splitlines()[-1]
        got = got.strip().splitlines()[-1] if got.strip() else ""
    checker = doctest.OutputChecker()
    if checker.check_output(f"{expected}\n", f"{got}\n", OPTIONS):
        return True
    wanted, found = NUMBER.findall(expected), NUMBER.findall(got)
    if len(wanted) != len(found) or not all(map(_close, wanted, found, strict=True)):
        return False
    words, others = (_without_numbers(text) for text in (expected, got))
    return checker.check_output(words, others, OPTIONS)


def _close(one: str, other: str) -> bool:
    return math.isclose(float(one), float(other), rel_tol=CLOSE, abs_tol=1e-12)


def _without_numbers(text: str) -> str:
    # Columns of arrays are padded by the width of their numbers.
    words = " ".join(NUMBER.sub(" # ", text).split())
    return re.sub(r"(?<=[\[(]) | (?=[\]),])", "", words) + "\n"
