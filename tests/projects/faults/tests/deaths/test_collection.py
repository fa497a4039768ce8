"""Ends the interpreter while its tests are made."""

import faults


def pytest_generate_tests(metafunc):
    faults.trap()


def test_never_collected(number):
    pass
