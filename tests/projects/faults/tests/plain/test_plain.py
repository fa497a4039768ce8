"""What pytest itself does with results; fixtures of a conftest, a module and a class."""

import warnings

import pytest

LOG = []


@pytest.fixture(scope="module")
def once():
    LOG.append("once")
    return len(LOG)


def test_passes(once, from_conftest):
    assert (once, from_conftest) == (1, "conftest")


def test_passes_too(once):
    assert once == 1


def test_fails(tmp_path):
    print("printed before it fails")
    assert [1, 2] == [1, 3]


def test_errors(no_such_fixture):
    pass


@pytest.mark.skip(reason="not today")
def test_skipped():
    pass


@pytest.mark.xfail(reason="known")
def test_known():
    assert False


@pytest.mark.xfail(reason="mended")
def test_mended():
    pass


@pytest.mark.slow
def test_warns():
    warnings.warn("careful", UserWarning)


@pytest.fixture
def tears():
    yield
    raise ValueError("in the tear-down")


def test_tear_down(tears):
    pass
