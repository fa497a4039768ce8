"""Causes: read off the exception, never off its words alone."""

import array
import errno
import importlib
import os
import types
import typing
from collections.abc import Callable

import pytest
from pytest_spec14.causes import find
from pytest_spec14.platform import platform

from toolkit.testing.platform import platform as named

TOO_LARGE: typing.Final = "Python int too large to convert to C long"


def overflow() -> None:
    array.array("l", [2**70])


def missing_name() -> None:
    # A module of that name without it, as os is in the runtime.
    _ = types.ModuleType("os").link


def missing_module() -> None:
    importlib.import_module("_pydbm_of_no_system")


def raised(function: Callable[[], object]) -> BaseException:
    with pytest.raises(BaseException) as info:  # noqa: PT011 - any
        function()
    return info.value


def cause(function: Callable[[], object]) -> str | None:
    found = find(raised(function))
    return None if found is None else found.cause.name


def test_what_a_function_in_c_says() -> None:
    assert cause(overflow) == "32-bit"
    assert cause(missing_name) == "files"
    assert cause(missing_module) is None


def test_the_same_words_by_a_raise_statement() -> None:
    def raise_it() -> None:
        raise OverflowError(TOO_LARGE)

    def raise_number() -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    def raise_name() -> None:
        raise AttributeError(name="link", obj=os)

    def raise_module() -> None:
        msg = "No module named 'resource'"
        raise ModuleNotFoundError(msg, name="resource")

    for function in (raise_it, raise_number, raise_name, raise_module):
        assert cause(function) is None


def test_another_name_of_a_module() -> None:
    assert cause(lambda: os.no_such_name) is None  # type: ignore[attr-defined]
    assert cause(lambda: types.ModuleType("mine").link) is None


def test_an_error_made_from_it() -> None:
    def translated() -> None:
        try:
            overflow()
        except OverflowError:
            raise ValueError("too large")  # noqa: B904

    def named_from() -> None:
        try:
            overflow()
        except OverflowError as error:
            raise ValueError("too large") from error

    assert cause(translated) == "32-bit"
    assert cause(named_from) == "32-bit"
    assert find(raised(translated)).reason == (  # type: ignore[union-attr]
        f"C long, size_t and np.intp have 32 bits here (OverflowError: {TOO_LARGE})"
    )


def test_an_error_that_came_later() -> None:
    def bug_in_the_handler() -> None:
        try:
            overflow()
        except OverflowError:
            _ = dict[str, int]()["missing"]

    def deeper() -> None:
        raise ValueError("another")

    def raised_elsewhere() -> None:
        try:
            overflow()
        except OverflowError:
            deeper()

    def hidden() -> None:
        try:
            overflow()
        except OverflowError:
            raise ValueError("mine") from None

    for function in (bug_in_the_handler, raised_elsewhere, hidden):
        assert cause(function) is None


def test_a_judgement_is_the_tests_own() -> None:
    def asserted() -> None:
        try:
            overflow()
        except OverflowError as error:
            raise AssertionError("too large") from error

    def failed() -> None:
        with pytest.raises(OverflowError, match="something else"):
            overflow()

    def fell() -> None:
        try:
            overflow()
        except OverflowError:
            pytest.fail("too large")

    for function in (asserted, failed, fell):
        assert cause(function) is None


def test_a_group_has_a_cause_when_each_of_it_has() -> None:
    def group(*functions: Callable[[], object]) -> BaseException:
        return BaseExceptionGroup("several", [raised(function) for function in functions])

    assert find(group(overflow, missing_name)) is not None
    assert find(group(overflow, missing_module)) is None


def test_a_circle_ends() -> None:
    first, second = ValueError(1), ValueError(2)
    first.__cause__, second.__cause__ = second, first
    assert find(first) is None


def test_the_data_hang_together() -> None:
    known = platform()
    used = {rule.cause for rule in known.rules} | {*known.modules.values(), *known.names.values()}
    assert used == set(known.causes)
    assert set(named()) == set(known.causes)
    assert [rule for rule in known.rules if rule.errno and not hasattr(errno, rule.errno)] == []
    assert all(cause.examples for cause in named().values())
    for module, name in known.names:
        assert hasattr(importlib.import_module(module), name), "what Linux has"
