"""Tests that never end."""

import faults


def test_first():
    pass


def test_in_python():
    faults.loop_in_python()


def test_for_a_promise():
    faults.wait_for_ever()


def test_in_c():
    faults.loop_in_c()


def test_last():
    pass
