"""Names of a Python scope, and what imports bring into it."""

import ast
from collections.abc import Iterator
from typing import Any, Protocol

from gates.probes._routes_values import UNKNOWN, Foreign, Function, Module


class Modules(Protocol):
    """Where modules of the target are found."""

    def module(self, name: str) -> "Scope | None":
        """The scope of a module, None for one of another package."""


class Scope:
    """The names of a module, a function or a class."""

    def __init__(self, file: str, module: str, outer: "Scope | None" = None) -> None:
        self.file = file
        self.module = module
        self.outer = outer
        self.own: dict[str, Any] = {}
        self.later: list[Function] = []
        self.results: dict[int, Any] = {}

    def inner(self) -> "Scope":
        """A scope inside of this one."""
        return Scope(self.file, self.module, self)

    def set(self, name: str, value: Any) -> None:
        """Give a name a value."""
        self.own[name] = value

    def get(self, name: str) -> Any:
        """What a name stands for here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.own:
                return scope.own[name]
            scope = scope.outer
        return UNKNOWN

    def imports(
        self, node: ast.Import | ast.ImportFrom, modules: Modules
    ) -> Iterator[tuple[str, Any]]:
        """Yield the names that an import brings, and what they stand for."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                name = alias.name if alias.asname else bound
                yield bound, named(name, modules)
            return
        source = self._source(node)
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name, member(source, alias.name, modules)
                continue
            scope = modules.module(source)
            yield from (scope.own.items() if scope is not None else ())

    def _source(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.module.split(".")
        up = node.level - (1 if self.file.endswith("__init__.py") else 0)
        kept = package[: len(package) - up] if up else package
        return ".".join([*kept, *([node.module] if node.module else [])])


def named(name: str, modules: Modules) -> Any:
    """A module by its dotted name: the target's, or another package's."""
    return Module(name) if modules.module(name) is not None else Foreign(name)


def member(source: str, name: str, modules: Modules) -> Any:
    """What `from source import name` brings."""
    scope = modules.module(source)
    if scope is not None and name in scope.own:
        return scope.own[name]
    if modules.module(f"{source}.{name}" if source else name) is not None:
        return Module(f"{source}.{name}" if source else name)
    return UNKNOWN if scope is not None else Foreign(f"{source}.{name}")


def names_of(file: str) -> Iterator[str]:
    """The dotted names under which a file may be imported, the longest first."""
    parts = file.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    for start in range(len(parts)):
        yield ".".join(parts[start:])
