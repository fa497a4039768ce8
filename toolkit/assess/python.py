"""Python, read as a tree (:mod:`ast`): imports and uses, each with what guards it."""

import ast
import contextlib
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from toolkit.assess.code import Import, Seen, Use
from toolkit.assess.conditions import UNKNOWN, Conditions
from toolkit.assess.findings import Guard
from toolkit.assess.marks import SKIPPED, is_main, skips, skips_module
from toolkit.assess.runtime import Lacks
from toolkit.assess.where import Where

CALLED: Final = "()"
"""In a dotted name: what stands before is called."""
ENDS: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def read_python(source: str | bytes, module: str, lacks: Lacks, *, package: bool = False) -> Seen:
    """Read a module.

    Parameters
    ----------
    source
        Its text.
    module
        Its dotted name: relative imports start from it.
    lacks
        What the runtime lacks.
    package
        Whether it is the ``__init__`` of a package.

    Returns
    -------
    Seen
        With `trouble` where it is no Python that this Python can parse.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in strings of others
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return Seen(trouble=f"it cannot be parsed: {str(error).splitlines()[0]}")
    reader = _Reader(module, lacks, package=package)
    try:
        reader.block(tree.body, Where())
    except RecursionError:
        return Seen(trouble="it is nested too deeply to be read")
    return Seen(imports=tuple(reader.imports), uses=tuple(map(reader.marked, reader.uses)))


class _Reader:
    def __init__(self, module: str, lacks: Lacks, *, package: bool) -> None:
        self.imports: list[Import] = []
        self.uses: list[Use] = []
        parts = module.split(".")
        self._package = parts if package else parts[:-1]
        self._names: dict[str, str] = {}
        self._absent: set[str] = set()
        self._all_skipped = False
        self._conditions = Conditions(lacks=lacks, resolve=self.dotted)

    def marked(self, use: Use) -> Use:
        """Give a use as the mark of the whole module (``pytestmark``) has it."""
        free = use.guard is Guard.NONE and not use.at_import
        return replace(use, guard=Guard.SKIP) if self._all_skipped and free else use

    # Names

    def dotted(self, node: ast.expr) -> str:
        """Give the dotted name of an expression, imports followed; empty where it has none."""
        match node:
            case ast.Name(id=name):
                return self._names.get(name, name)
            case ast.Attribute(value=inner, attr=attr):
                return f"{base}.{attr}" if (base := self.dotted(inner)) else ""
            case ast.Call(func=inner):
                return f"{base}()" if (base := self.dotted(inner)) else ""
            case _:
                return ""

    def _relative(self, module: str | None, level: int) -> str:
        if not level:
            return module or ""
        base = self._package[: len(self._package) - level + 1]
        return ".".join([*base, *([module] if module else [])])

    # Statements

    def block(self, body: Sequence[ast.stmt], where: Where) -> None:
        """Read statements one after the other; what cannot be reached is guarded."""
        for statement in body:
            self._statement(statement, where)
            if self._ends_here(statement):
                where = where.under(Guard.PLATFORM)

    def _ends_here(self, statement: ast.stmt) -> bool:
        """Whether nothing after a statement runs in WebAssembly."""
        match statement:
            case ast.If(test=test, body=body) if self._conditions.holds(test):
                return isinstance(body[-1], ENDS) or skips_module(body[-1])
            case ast.Assert(test=test):
                return self._conditions.holds(test) is False
            case ast.If(test=test, orelse=[*_, last]) if self._conditions.holds(test) is False:
                return isinstance(last, ENDS)
            case _:
                return False

    def _statement(self, node: ast.stmt, where: Where) -> None:
        match node:
            case ast.Import():
                self._import(node, where)
            case ast.ImportFrom():
                self._import_from(node, where)
            case ast.If():
                self._if(node, where)
            case ast.Try() | ast.TryStar():
                self._try(node, where)
            case ast.With() | ast.AsyncWith():
                self._with(node, where)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, where)
            case ast.ClassDef():
                self._class(node, where)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value, where)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value, where)
            case _:
                self._parts(node, where)

    def _parts(self, node: ast.AST, where: Where) -> None:
        """Read what a statement or expression is made of."""
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.stmt():
                    self._statement(child, where)
                case ast.expr():
                    self._expression(child, where)
                case _:
                    self._parts(child, where)

    def _import(self, node: ast.Import, where: Where) -> None:
        for alias in node.names:
            self._names[alias.asname or alias.name.partition(".")[0]] = (
                alias.name if alias.asname else alias.name.partition(".")[0]
            )
            self._note_import(alias.name, (), node.lineno, where)

    def _import_from(self, node: ast.ImportFrom, where: Where) -> None:
        module = self._relative(node.module, node.level)
        for alias in node.names:
            self._names[alias.asname or alias.name] = f"{module}.{alias.name}"
        names = tuple(alias.name for alias in node.names)
        self._note_import(module, names, node.lineno, where)

    def _note_import(self, module: str, names: tuple[str, ...], line: int, where: Where) -> None:
        if module.partition(".")[0] in self._absent:
            where = where.under(Guard.SKIP)
        self.imports.append(
            Import(
                module=module,
                names=names,
                line=line,
                guard=where.of_import,
                at_import=where.at_import,
            )
        )

    def _if(self, node: ast.If, where: Where) -> None:
        self._expression(node.test, where)
        holds = self._conditions.holds(node.test)
        never = Guard.PLATFORM
        if "TYPE_CHECKING" in ast.unparse(node.test):
            never = Guard.TYPING
        elif is_main(node.test):
            holds, never = False, Guard.SCRIPT
        self.block(node.body, where.under(never) if holds is False else where)
        self.block(node.orelse, where.under(Guard.PLATFORM) if holds else where)

    def _try(self, node: ast.Try | ast.TryStar, where: Where) -> None:
        caught = {name for handler in node.handlers for name in self._caught(handler)}
        inside = replace(where, caught=where.caught | caught)
        self.block(node.body, inside)
        for handler in node.handlers:
            self.block(handler.body, where)
        self.block(node.orelse, inside)
        self.block(node.finalbody, where)

    def _caught(self, handler: ast.ExceptHandler) -> Iterator[str]:
        """Give the names of what is caught, unless it is only raised again."""
        if isinstance(handler.body[-1], ast.Raise):
            return
        match handler.type:
            case None:
                yield "BaseException"
            case ast.Tuple(elts=kinds):
                yield from (self.dotted(kind).removeprefix("urllib.error.") for kind in kinds)
            case kind:
                yield self.dotted(kind).removeprefix("urllib.error.")

    def _with(self, node: ast.With | ast.AsyncWith, where: Where) -> None:
        inside = where
        for item in node.items:
            self._expression(item.context_expr, where)
            match item.context_expr:
                case ast.Call(func=func, args=kinds) if self.dotted(func) == "contextlib.suppress":
                    names = {self.dotted(kind) for kind in kinds}
                    inside = replace(inside, caught=inside.caught | names)
        self.block(node.body, inside)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, where: Where) -> None:
        for part in (*node.decorator_list, *node.args.defaults, *node.args.kw_defaults):
            if part is not None:
                self._expression(part, where)
        inside = self._marked(node.decorator_list, where)
        with self._scope():
            self.block(node.body, replace(inside, at_import=False, caught=frozenset()))

    def _class(self, node: ast.ClassDef, where: Where) -> None:
        inside = self._marked(node.decorator_list, where)
        for decorator in node.decorator_list:
            self._expression(decorator, where)
        for base in node.bases:
            if name := self.dotted(base):
                self._use(name, base.lineno, replace(inside, at_import=False), called=True)
            self._expression(base, inside)
        with self._scope():
            self.block(node.body, inside)

    def _marked(self, decorators: Sequence[ast.expr], where: Where) -> Where:
        """Give where a decorated function stands: a mark may skip it in WebAssembly."""
        for decorator in decorators:
            if skips(decorator, self.dotted, self._conditions):
                return where.under(Guard.SKIP)
        return where

    def _assign(self, name: str, value: ast.expr, where: Where) -> None:
        self._expression(value, where)
        marks = value.elts if isinstance(value, ast.List) else [value]
        if any(skips(mark, self.dotted, self._conditions) for mark in marks):
            self._conditions.constants[name] = SKIPPED
            self._all_skipped |= name == "pytestmark"
            return
        if (text := self.dotted(value)) and not isinstance(value, ast.Call) and "." in text:
            self._names[name] = text
        known = self._conditions.value(value)
        if known is UNKNOWN:
            self._conditions.constants.pop(name, None)
        else:
            self._conditions.constants[name] = known

    @contextlib.contextmanager
    def _scope(self) -> Iterator[None]:
        """Forget the names of a block at its end."""
        names, constants = dict(self._names), dict(self._conditions.constants)
        yield
        self._names = names
        self._conditions.constants.clear()
        self._conditions.constants.update(constants)

    # Expressions

    def _expression(self, node: ast.expr, where: Where) -> None:
        match node:
            case ast.Call():
                self._call(node, where)
            case ast.Attribute() | ast.Name():
                self._read(node, where)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                holds = self._conditions.holds(test)
                self._expression(test, where)
                self._expression(body, where.under(Guard.PLATFORM) if holds is False else where)
                self._expression(orelse, where.under(Guard.PLATFORM) if holds else where)
            case ast.BoolOp(op=op, values=values):
                self._bool(values, where, stops_at=not isinstance(op, ast.And))
            case ast.Lambda(body=body):
                self._expression(body, replace(where, at_import=False))
            case _:
                self._parts(node, where)

    def _bool(self, values: Sequence[ast.expr], where: Where, *, stops_at: bool) -> None:
        for value in values:
            self._expression(value, where)
            if self._conditions.holds(value) is stops_at:
                where = where.under(Guard.PLATFORM)

    def _read(self, node: ast.Attribute | ast.Name, where: Where) -> None:
        name = self.dotted(node)
        if name:
            self._use(name, node.lineno, where, called=False)
        if isinstance(node, ast.Attribute) and (not name or CALLED in name):
            self._expression(node.value, where)

    def _call(self, node: ast.Call, where: Where) -> None:
        name = self.dotted(node.func)
        if name:
            self._use(name, node.lineno, where, called=True, text=self._text(node))
            self._import_in_words(name, node, where)
        match node.func:
            case ast.Name():
                pass
            case ast.Attribute(value=inner):
                # `Thread(target=f).start()`: a call in what is called.
                if not name or CALLED in name:
                    self._expression(inner, where)
            case func:
                self._expression(func, where)
        for argument in (*node.args, *(word.value for word in node.keywords)):
            self._expression(argument, where)

    def _import_in_words(self, name: str, node: ast.Call, where: Where) -> None:
        match node.args:
            case [ast.Constant(value=str(module)), *_]:
                if name == "pytest.importorskip":
                    self._absent.add(module.partition(".")[0])
                    self._names.setdefault(module.partition(".")[0], module.partition(".")[0])
                elif name in {"importlib.import_module", "__import__"}:
                    self._note_import(module, (), node.lineno, where)

    def _text(self, node: ast.Call) -> str:
        named = [word.value for word in node.keywords if word.arg in {"url", "base_url"}]
        for word in (*node.args, *named):
            if found := self._beginning(word):
                return found
        return ""

    def _beginning(self, node: ast.expr) -> str:
        """Give the text of an expression, or what it begins with."""
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                return text
            case ast.BinOp(left=left, op=ast.Add()):
                return self._beginning(left)
            case _:
                found = self._conditions.value(node)
                return found if isinstance(found, str) else ""

    def _use(self, name: str, line: int, where: Where, *, called: bool, text: str = "") -> None:
        self.uses.append(
            Use(
                name=name,
                line=line,
                guard=where.of_use,
                at_import=where.at_import,
                called=called,
                text=text,
            )
        )
