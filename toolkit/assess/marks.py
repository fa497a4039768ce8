"""Marks that skip tests, and what else ends a module before its end."""

import ast
from collections.abc import Callable
from typing import Final

from toolkit.assess.conditions import Conditions

SKIPS: Final = frozenset({"skipif", "skipIf", "xfail"})
SKIPS_UNLESS: Final = frozenset({"skipUnless"})


class _Skipped:
    """The value of a mark that skips in WebAssembly."""


SKIPPED: Final = _Skipped()


def skips(mark: ast.expr, dotted: Callable[[ast.expr], str], conditions: Conditions) -> bool:
    """Whether a mark, or a decorator, skips a test in WebAssembly.

    Parameters
    ----------
    mark
        The expression.
    dotted
        Gives the dotted name of one.
    conditions
        What is known of conditions and constants.
    """
    name = dotted(mark.func if isinstance(mark, ast.Call) else mark)
    last = name.rpartition(".")[2]
    if last == "skip" and name.startswith(("pytest", "unittest")):
        return True
    if "wasm_skip" in name or "wasm_xfail" in name:
        return True
    if name in conditions.constants and conditions.constants[name] is SKIPPED:
        return True
    match mark:
        case ast.Call(args=[condition, *_]) if last in SKIPS:
            return bool(conditions.holds(condition))
        case ast.Call(args=[condition, *_]) if last in SKIPS_UNLESS:
            return conditions.holds(condition) is False
        case _:
            return False


def is_main(test: ast.expr) -> bool:
    """Whether a condition holds in a script only."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()]):
            return True
        case _:
            return False


def skips_module(node: ast.stmt) -> bool:
    """Whether a statement skips the rest of a module of tests."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="pytest"), attr="skip"))):
            return True
        case _:
            return False
