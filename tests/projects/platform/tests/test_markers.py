"""The markers, and xfail."""

import os

import pytest


@pytest.mark.wasm_skip("too large")
def test_skipped():
    raise SystemExit(3)


@pytest.mark.wasm_xfail(reason="no fork", raises=OSError)
def test_xfailed():
    os.fork()


@pytest.mark.wasm_xfail("it was broken once")
def test_xpassed_strictly():
    pass


@pytest.mark.wasm_xfail("now and then", strict=False)
def test_xpassed():
    pass


@pytest.mark.wasm_only
def test_only():
    assert os.name == "posix"


@pytest.mark.xfail(strict=True, reason="fails on Linux")
def test_xpassed_of_the_project():
    pass


@pytest.mark.xfail(strict=True, reason="always")
def test_xfailed_of_the_project():
    os.fork()
