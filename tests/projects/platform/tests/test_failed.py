"""Tests that fail by their own judgement: failures, whatever the platform did before."""

import errno
import os
import threading

import pytest


def test_a_handler_that_asserts():
    try:
        os.fork()
    except OSError:
        assert False, "no fork"


def test_a_handler_that_asserts_and_names_it():
    try:
        os.fork()
    except OSError as error:
        raise AssertionError("no fork") from error


def test_a_handler_with_a_bug():
    try:
        os.fork()
    except OSError:
        {}["missing"]


def test_an_error_of_the_same_text():
    raise RuntimeError("can't start new thread")


def test_an_error_of_the_same_number():
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def test_a_module_nobody_has():
    import no_such_module


def test_an_error_that_was_caught_before():
    try:
        threading.Thread(target=print).start()
    except RuntimeError:
        pass
    assert 1 == 2


def test_an_error_that_never_came():
    with pytest.raises(RuntimeError, match="something else"):
        threading.Thread(target=print).start()


def test_one_of_two():
    try:
        os.fork()
    except OSError as error:
        raise ExceptionGroup("two", [error, ValueError("a bug")])


def test_one_that_is_not_there():
    os.no_such_function()


def test_32_bits():
    import array

    array.array("l", [2**40])
