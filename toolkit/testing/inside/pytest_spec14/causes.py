"""Why a test failed: read off the exception that was really raised, never off names of tests.

An exception counts where it was made: the innermost frame of its traceback, and whether a
``raise`` stands there or a call of a function in C. So an error that a test raises itself, or
one of the same text from somewhere else, is not mistaken for the platform's.
"""

import dis
import errno
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Final

from pytest_spec14.platform import C, Cause, Rule, platform

RAISE: Final = frozenset({dis.opmap["RAISE_VARARGS"]})
DEPTH: Final = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """What of the platform an exception shows.

    Attributes
    ----------
    cause
        What is missing.
    error
        The exception that says so: the one asked about or one that it was made from.
    """

    cause: Cause
    error: BaseException

    @property
    def reason(self) -> str:
        """One line: what is missing, and the exception's own words."""
        words = " ".join(str(self.error).split())
        return f"{self.cause.reason} ({type(self.error).__name__}: {words})"


def find(error: BaseException) -> Found | None:
    """Give the cause of an exception in the platform; ``None`` where there is none.

    Parameters
    ----------
    error
        What ended a test, a fixture or an import. Exceptions that it was made from
        (``raise … from``, or a ``raise`` in the handler) are looked at, and all of a group's.
    """
    return _find(error, DEPTH)


def _find(error: BaseException, depth: int) -> Found | None:
    if depth == 0 or _is_judgement(error):
        return None
    if (name := _missing(error) or _ruled(error)) is not None:
        return Found(cause=platform().causes[name], error=error)
    if isinstance(error, BaseExceptionGroup):
        every = [_find(one, depth - 1) for one in error.exceptions]
        return None if None in every else every[0]
    for origin in _origins(error):
        if (found := _find(origin, depth - 1)) is not None:
            return found
    return None


def _is_judgement(error: BaseException) -> bool:
    """Say whether it is what a test says of what it saw: its own verdict, whatever came before."""
    pytest = sys.modules.get("pytest")  # examples of a documentation run without it
    kinds = (AssertionError,) if pytest is None else (AssertionError, pytest.fail.Exception)
    return isinstance(error, kinds)


def _origins(error: BaseException) -> Iterator[BaseException]:
    """Give what an exception was made from on purpose.

    A context counts where a ``raise`` in the handler made the one from the other: an error that
    only happened in a handler is an error of its own. Of a doctest the first
    failure counts: those after it often follow from it.
    """
    kind = _full_name(type(error))
    if kind == "doctest.UnexpectedException":
        yield error.exc_info[1]  # type: ignore[attr-defined]
    elif kind == "_pytest.doctest.MultipleDoctestFailures":
        yield error.failures[0]  # type: ignore[attr-defined]
    elif error.__cause__ is not None:
        yield error.__cause__
    elif error.__context__ is not None and not error.__suppress_context__:
        context = error.__context__
        place = _innermost(error)
        handled = {entry.tb_frame for entry in _entries(context.__traceback__)}
        if place is not None and _is_raise(place) and place.tb_frame in handled:
            yield context


def _missing(error: BaseException) -> str | None:
    """Give the cause where a module or a name in one is not there."""
    known = platform()
    place = _innermost(error)
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        # Asked for by an import statement, not said by somebody's `raise`.
        raised = (
            place is not None and _is_raise(place) and not _module(place).startswith("importlib")
        )
        name = error.name if error.name in known.modules else error.name.partition(".")[0]
        return None if raised else known.modules.get(name)
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        module = error.obj.__name__
        return known.names.get((module, str(error.name))) if _said_by(module, place) else None
    if place is None or _is_raise(place):
        return None
    if type(error) is ImportError and error.name is not None:
        wanted = getattr(error, "name_from", None)
        return known.names.get((error.name, wanted)) if isinstance(wanted, str) else None
    return None


def _said_by(module: str, place: TracebackType | None) -> bool:
    """Say whether it was a module's attribute that was asked for, not somebody's ``raise``."""
    if place is None:
        return False
    own = _module(place) == module and place.tb_frame.f_code.co_name == "__getattr__"
    return own or not _is_raise(place)


def _ruled(error: BaseException) -> str | None:
    place = _innermost(error)
    if place is None:
        return None
    fitting = (rule.cause for rule in platform().rules if _fits(rule, error, place))
    return next(fitting, None)


def _fits(rule: Rule, error: BaseException, place: TracebackType) -> bool:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)
    if name != rule.raises:
        return False
    if rule.errno and getattr(error, "errno", None) != getattr(errno, rule.errno, ...):
        return False
    if rule.message is not None and not rule.message.fullmatch(str(error)):
        return False
    if rule.by == C:
        return not _is_raise(place)
    function = place.tb_frame.f_code.co_name
    return _module(place) == rule.by and (not rule.functions or function in rule.functions)


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _entries(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _innermost(error: BaseException) -> TracebackType | None:
    place = None
    for entry in _entries(error.__traceback__):
        # Frames of Cython are no Python: what is raised there is raised by compiled code.
        place = entry
    return place


def _module(place: TracebackType) -> str:
    return str(place.tb_frame.f_globals.get("__name__", ""))


def _is_raise(place: TracebackType) -> bool:
    """Say whether a ``raise`` statement stands where an exception was made."""
    code = place.tb_frame.f_code.co_code
    return 0 <= place.tb_lasti < len(code) and code[place.tb_lasti] in RAISE


def here() -> bool:
    """Say whether this Python runs in WebAssembly."""
    return sys.platform == "emscripten"
