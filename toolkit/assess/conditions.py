"""Conditions as they come out in WebAssembly: true, false, or not known.

``sys.platform``, ``os.name``, ``platform.system()``, ``sys.version_info``, ``hasattr(os, "fork")``
and the like are known there; so are constants of a module that are made of these, and names that
say what they are (``IS_WASM``).
"""

import ast
import operator
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from toolkit.assess.runtime import Lacks

SAID: Final = re.compile(r"wasm|emscripten|pyodide", re.IGNORECASE)
"""Names of constants and functions that are true there."""

COMPARED: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.Is: operator.eq,
        ast.IsNot: operator.ne,
        ast.In: lambda left, right: left in right,
        ast.NotIn: lambda left, right: left not in right,
    }
)
CALLED: Final = MappingProxyType(
    {
        "platform.system": "Emscripten",
        "platform.machine": "wasm32",
        "platform.python_implementation": "CPython",
        "sysconfig.get_platform": "emscripten-wasm32",
        "sys._is_gil_enabled": True,
    }
)
METHODS: Final = frozenset({"startswith", "endswith", "lower", "upper", "casefold"})


class Unknown:
    """What is not known before it runs."""


UNKNOWN: Final = Unknown()

type Resolve = Callable[[ast.expr], str]


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What is known of the values in one module.

    Attributes
    ----------
    lacks
        What the runtime lacks.
    resolve
        Gives the dotted name of an expression, imports followed; empty for what has none.
    constants
        Values of the module's own names.
    """

    lacks: Lacks
    resolve: Resolve
    constants: dict[str, Any] = field(default_factory=dict)

    def holds(self, node: ast.expr) -> bool | None:
        """Say whether a condition holds in WebAssembly; ``None``: it is not known."""
        found = self.value(node)
        return None if isinstance(found, Unknown) else bool(found)

    def value(self, node: ast.expr) -> Any:
        """Give the value of an expression, or `UNKNOWN`."""
        found: Any = UNKNOWN
        match node:
            case ast.Constant(value=value):
                found = value
            case ast.Name() | ast.Attribute():
                found = self._named(node)
            case ast.UnaryOp() | ast.BoolOp():
                found = self._combined(node)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                found = self._compared(type(op), self.value(left), self.value(right))
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                parts = [self.value(item) for item in items]
                if not any(isinstance(one, Unknown) for one in parts):
                    found = tuple(parts)
            case ast.Subscript(value=inner, slice=index):
                found = self._part(self.value(inner), index)
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                found = self._power(self.value(left), self.value(right))
            case ast.Call():
                found = self._called(node)
        return found

    def _named(self, node: ast.Name | ast.Attribute) -> Any:
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self.constants[node.id]
        dotted = self.resolve(node)
        version = tuple(map(int, self.lacks.python.split(".")))
        known: dict[str, Any] = {
            "sys.platform": "emscripten",
            "os.name": "posix",
            "sys.maxsize": 2**31 - 1,
            "sys.byteorder": "little",
            "sys.version_info": (*version, "final", 0),
            "sys.implementation.name": "cpython",
            "typing.TYPE_CHECKING": False,
            "TYPE_CHECKING": False,
        }
        if dotted in known:
            return known[dotted]
        last = dotted.rpartition(".")[2]
        return True if SAID.search(last) else UNKNOWN

    def _combined(self, node: ast.UnaryOp | ast.BoolOp) -> Any:
        """Give what ``not``, ``and`` and ``or`` make of conditions."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                known = self.holds(operand)
                return UNKNOWN if known is None else not known
            case ast.BoolOp(op=op, values=values):
                ends = isinstance(op, ast.Or)  # what decides alone
                holds = [self.holds(one) for one in values]
                return ends if ends in holds else UNKNOWN if None in holds else not ends
            case _:
                return UNKNOWN

    def _compared(self, op: type[ast.cmpop], left: Any, right: Any) -> Any:
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return UNKNOWN
        try:
            return COMPARED[op](left, right)
        except TypeError:
            return UNKNOWN

    def _part(self, whole: Any, index: ast.expr) -> Any:
        if not isinstance(whole, tuple):
            return UNKNOWN
        match index:
            case ast.Constant(value=int(at)) if -len(whole) <= at < len(whole):
                return whole[at]
            case ast.Slice(lower=None, upper=ast.Constant(value=int(end)), step=None):
                return whole[:end]
            case _:
                return UNKNOWN

    def _power(self, base: Any, exponent: Any) -> Any:
        # sys.maxsize > 2**32 is how code asks for 64 bits; nothing larger is meant.
        if isinstance(base, int) and isinstance(exponent, int) and 0 <= exponent <= 64:  # noqa: PLR2004
            return base**exponent
        return UNKNOWN

    def _called(self, node: ast.Call) -> Any:
        dotted = self.resolve(node.func)
        if dotted in CALLED:
            return CALLED[dotted]
        found: Any = UNKNOWN
        match node:
            case ast.Call(
                func=ast.Name(id="hasattr"), args=[module, ast.Constant(value=str(name))]
            ):
                if name in self.lacks.names.get(self.resolve(module), frozenset()):
                    found = False
            case ast.Call(args=[ast.Constant(value="Py_GIL_DISABLED")]):
                found = 0
            case ast.Call(func=ast.Name(id="bool"), args=[inner]):
                found = self.value(inner)
            case ast.Call(args=[ast.Constant(value="P")]) if dotted == "struct.calcsize":
                found = struct.calcsize("<I")
            case ast.Call(func=ast.Attribute(value=whole, attr=method), args=args) if (
                method in METHODS
            ):
                found = self._method(self.value(whole), method, [self.value(one) for one in args])
            case ast.Call(args=[]) if SAID.search(dotted.rpartition(".")[2]):
                found = True
        return found

    def _method(self, whole: Any, method: str, args: list[Any]) -> Any:
        if not isinstance(whole, str) or any(isinstance(one, Unknown) for one in args):
            return UNKNOWN
        try:
            return getattr(whole, method)(*args)
        except TypeError:
            return UNKNOWN
