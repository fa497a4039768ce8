"""Ends the interpreter that imports it."""

import faults

faults.leave()


def test_never_collected():
    pass
