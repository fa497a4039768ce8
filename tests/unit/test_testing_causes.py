"""Reasons of failures, without what differs from test to test."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.testing.causes import LONGEST, cause_of


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("RuntimeError: can't start new thread", "RuntimeError: can't start new thread"),
        ("ValueError: 17 of 20 differ in /tmp/a/b.txt", "ValueError: N of N differ in …/b.txt"),
        ("assert <A object at 0x7f12ab> is None", "assert <A object at 0x…> is None"),
        ("assert 0.1234 == -1.5e-10", "assert N == N"),
        ("numpy 2.4.6 has no int64", "numpy 2.4.6 has no int64"),
        ("\n  TypeError: no\nsecond line", "TypeError: no"),
        ("AssertionError: index 3 of x10", "AssertionError: index 3 of x10"),
        ("OSError: '/home/user/x'", "OSError: '…/x'"),
        ("a / b and https://example.org/a/b", "a / b and https://example.org/a/b"),
        ("", ""),
    ],
)
def test_a_cause(reason: str, cause: str) -> None:
    assert cause_of(reason) == cause


@given(st.text())
def test_any_text_gives_one_short_line(text: str) -> None:
    cause = cause_of(text)
    assert len(cause) <= LONGEST
    assert len(cause.splitlines()) <= 1
    assert cause_of(cause) == cause or len(cause) == LONGEST
