"""One way to end after the other; every other test passes."""

import faults


def test_first():
    pass


def test_leaves():
    print("the last words")
    faults.leave()


def test_between():
    pass


def test_aborts():
    faults.abort()


def test_traps():
    faults.trap()


def test_is_killed():
    faults.killed()


def test_overflows_the_stack():
    faults.overflow()


def test_last():
    pass
