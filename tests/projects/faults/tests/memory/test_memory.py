"""No more memory: for WebAssembly, and for JavaScript."""

import os

import faults


def test_first():
    pass


def test_fills_the_heap():
    faults.fill()


def test_has_another_interpreter():
    assert "filled" not in os.environ


def test_fills_javascript():
    faults.fill_javascript()


def test_last():
    pass
