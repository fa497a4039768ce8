"""A module that cannot be imported here: skipped as a whole."""

import resource


def test_memory():
    assert resource.getrusage(resource.RUSAGE_SELF)
