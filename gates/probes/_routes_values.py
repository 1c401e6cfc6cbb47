"""What the reader of Python routes knows of a program: routers, texts, modules, functions."""

import ast
from typing import Any, NamedTuple

MOST = 20_000  # routes; a program that has more is not read to its end


class Unknown:
    """Something that cannot be told from the source."""


UNKNOWN = Unknown()


class Module(NamedTuple):
    """A module of the target."""

    name: str


class Foreign(NamedTuple):
    """A name of another package, as "fastapi.APIRouter"."""

    name: str


class Many(NamedTuple):
    """One of several: the entries of a list, or what a loop's variable stands for."""

    values: tuple[Any, ...]


class Function(NamedTuple):
    """A function of the target, with the scope that it was made in."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Any


class Kind(NamedTuple):
    """A class of the target: the framework's class behind it, and its texts."""

    foreign: str
    attributes: dict[str, Any]
    methods: frozenset[str]


class Instance(NamedTuple):
    """An object of a class of the target."""

    kind: Kind


class Handler(NamedTuple):
    """One route as the source writes it. `path` None: it could not be told."""

    path: str | None
    methods: tuple[str, ...]
    file: str
    line: int
    unsure: bool


class Child(NamedTuple):
    """A router inside of another. `prefix` None: it could not be told."""

    router: Any
    prefix: str | None
    unsure: bool


class Router:
    """An application or router, filled while the program is read."""

    def __init__(self, framework: str, prefix: str | None, *, root: bool) -> None:
        self.framework = framework
        self.prefix = prefix
        self.root = root
        self.mounted = False
        self.handlers: list[Handler] = []
        self.children: list[Child] = []
