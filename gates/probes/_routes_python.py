"""Reads the route table of FastAPI, Starlette and Flask programs from their source.

Nothing of the target is imported or run: its modules are parsed, and the few statements that make
routes are followed with the values that can be told.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from gates.core.parity.routes import Route, Table
from gates.probes import _routes_calls
from gates.probes._routes_scope import Scope, names_of
from gates.probes._routes_values import MOST, UNKNOWN, Child, Function, Kind, Many, Module, Router

DEPTH = 12


class Program:
    """The modules of a target by their dotted names, each read on first use."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._trees: dict[str, tuple[str, ast.Module]] = {}
        self._scopes: dict[str, Scope] = {}
        self.routers: list[Router] = []
        self.notes: list[str] = []
        for file, text in sources.items():
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                self.notes.append(f"{file} cannot be parsed: its routes are not known")
                continue
            for name in names_of(file):
                self._trees.setdefault(name, (file, tree))

    def read(self) -> None:
        """Read every module."""
        done: set[str] = set()
        for name, (file, _) in list(self._trees.items()):
            if file not in done:
                done.add(file)
                self.module(name)

    def module(self, name: str) -> Scope | None:
        """The names of a module; None for one that is not the target's."""
        if name not in self._trees:
            return None
        file, tree = self._trees[name]
        if file not in self._scopes:
            scope = self._scopes[file] = Scope(file, name)
            _Reader(self, scope).block(tree.body)
            while scope.later:
                function = scope.later.pop(0)
                self.result(function)
        return self._scopes[file]

    def result(self, function: Function) -> Any:
        """What a function returns, as far as it can be told; its body is read once."""
        scope = function.scope
        key = id(function.node)
        if key not in scope.results:
            scope.results[key] = UNKNOWN
            inner = scope.inner()
            reader = _Reader(self, inner)
            for one in ast.walk(function.node.args):
                if isinstance(one, ast.arg):
                    inner.set(one.arg, UNKNOWN)
            reader.block(function.node.body)
            scope.results[key] = reader.returned
            for later in inner.later:
                self.result(later)
        return scope.results[key]


class _Reader:
    """Follows the statements of one scope."""

    def __init__(self, program: Program, scope: Scope) -> None:
        self.program = program
        self.scope = scope
        self.returned: Any = UNKNOWN
        self.unsure = 0

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self.imported(node)
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self.assign(target, found)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                self.assign(target, self.value(value))
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self.scope.set(name, _joined(self.scope.get(name), self.value(value)))
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.function(node)
            case ast.ClassDef():
                self.scope.set(node.name, self.kind(node))
            case ast.Expr(value=value):
                self.value(value)
            case ast.Return(value=value) if value is not None:
                found = self.value(value)
                self.returned = found if self.returned is UNKNOWN else self.returned
            case _:
                self.compound(node)

    def compound(self, node: ast.stmt) -> None:
        match node:
            case ast.If(body=body, orelse=orelse):
                self.unsure += 0 if _always(node.test) else 1
                self.block(body)
                self.block(orelse)
                self.unsure -= 0 if _always(node.test) else 1
            case ast.For(target=target, iter=listed, body=body):
                self.assign(target, self.value(listed))
                self.block(body)
            case ast.With(body=body) | ast.AsyncWith(body=body):
                self.block(body)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                self.block([*body, *orelse, *final])
                for handler in handlers:
                    self.block(handler.body)
            case _:
                pass

    def imported(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, value in self.scope.imports(node, self.program):
            self.scope.set(name, value)

    def assign(self, target: ast.expr, value: Any) -> None:
        match target:
            case ast.Name(id=name):
                self.scope.set(name, value)
            case ast.Tuple(elts=parts) if isinstance(value, Many):
                self._unpacked(parts, value)
            case _:
                pass

    def _unpacked(self, parts: list[ast.expr], value: Many) -> None:
        """A loop over pairs: each name stands for one column of them."""
        rows = [row.values for row in value.values if isinstance(row, Many)]
        for index, part in enumerate(parts):
            column = tuple(row[index] for row in rows if index < len(row))
            self.assign(part, Many(column) if column else UNKNOWN)

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                _routes_calls.decorated(self, decorator)
        function = Function(node, self.scope)
        self.scope.set(node.name, function)
        self.scope.later.append(function)

    def kind(self, node: ast.ClassDef) -> Kind:
        bases = [self.value(base) for base in node.bases]
        foreign = next((name for base in bases if (name := _routes_calls.foreign(base))), "")
        inner = self.scope.inner()
        reader = _Reader(self.program, inner)
        methods = set()
        for statement in node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                methods.add(statement.name)
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                reader.statement(statement)
        inherited = {
            key: value
            for base in bases
            if isinstance(base, Kind)
            for key, value in base.attributes.items()
        }
        return Kind(foreign, {**inherited, **inner.own}, frozenset(methods))

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for."""
        return _routes_calls.value(self, node)


def table(sources: Mapping[str, str]) -> Table | None:
    """The routes of a program; None where no application of a known framework is made."""
    program = Program(sources)
    program.read()
    roots = [one for one in program.routers if one.root and not one.mounted]
    if not roots:
        return None
    routes: set[Route] = set()
    notes = list(dict.fromkeys(program.notes))
    if any(one.handlers and not one.root and not one.mounted for one in program.routers):
        notes.append("there is a router with routes that is included nowhere that can be read")
    for root in roots:
        routes |= set(_flattened(root, "", len(roots) > 1, DEPTH, notes))
    return Table(
        framework=", ".join(sorted({one.framework for one in roots})),
        routes=tuple(sorted(routes)),
        whole=not notes,
        notes=tuple(dict.fromkeys(notes)),
    )


def _flattened(
    router: Router, prefix: str, unsure: bool, depth: int, notes: list[str]
) -> Iterator[Route]:
    if depth == 0:
        return
    if router.prefix is None:
        notes.append("the prefix of a router is not written where it can be read")
        return
    start = prefix + router.prefix
    for one in router.handlers[:MOST]:
        if one.path is None:
            notes.append(f"{one.file}:{one.line}: the path of a route is not a plain text")
            continue
        yield Route(
            path=start + one.path,
            methods=one.methods,
            file=one.file,
            line=one.line,
            unsure=unsure or one.unsure,
        )
    for child in router.children:
        yield from _below(child, start, unsure, depth, notes)


def _below(child: Child, start: str, unsure: bool, depth: int, notes: list[str]) -> Iterator[Route]:
    if child.prefix is None:
        notes.append("the prefix under which a router is included is not a plain text")
        return
    if isinstance(child.router, Router):
        both = unsure or child.unsure
        yield from _flattened(child.router, start + child.prefix, both, depth - 1, notes)
    elif not isinstance(child.router, Module):
        notes.append("a router that is included is not made where it can be read")


def _joined(one: Any, two: Any) -> Any:
    if isinstance(one, str) and isinstance(two, str):
        return one + two
    if isinstance(one, Many) and isinstance(two, Many):
        return Many(one.values + two.values)
    return UNKNOWN


def _always(test: ast.expr) -> bool:
    """`if __name__ == "__main__"` and `if TYPE_CHECKING` switch no route."""
    text = ast.unparse(test)
    return "__name__" in text or text.endswith("TYPE_CHECKING")
