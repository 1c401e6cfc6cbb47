"""Which names of a Python module stand for the environment, and which calls ask it.

A name is what the module makes of it: `environ` that a WSGI server passes in is a request, and the
`environ` of a request object is none of ours.
"""

import ast
from collections.abc import Iterable, Iterator

import msgspec

_MODULES = frozenset({"os", "_os"})  # also where the import stands in another place
_MAPPINGS = frozenset({"environ", "environb"})
# Libraries that read the environment: what makes a reader, and the readers that are ready-made.
_MAKERS = {
    "decouple": frozenset({"AutoConfig", "Config"}),
    "environ": frozenset({"Env", "FileAwareEnv"}),
    "environs": frozenset({"Env"}),
    "starlette.config": frozenset({"Config"}),
}
_READY = {"decouple": "config", "environs": "env"}


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """Names of a module: of the module os, the mapping, its getenv, and readers of libraries."""

    modules: frozenset[str]
    mappings: frozenset[str]
    functions: frozenset[str]
    readers: frozenset[str]

    def opens(self, owner: ast.expr) -> bool:
        """Whether an expression is the environment itself."""
        match owner:
            case ast.Attribute(value=ast.Name(id=module), attr=attr):
                return module in self.modules and attr in _MAPPINGS
            case ast.Name(id=name):
                return name in self.mappings
            case _:
                return False

    def asks(self, function: ast.expr) -> bool:
        """Whether a called expression is os.getenv."""
        match function:
            case ast.Attribute(value=ast.Name(id=module), attr="getenv"):
                return module in self.modules
            case ast.Name(id=name):
                return name in self.functions
            case _:
                return False

    def casts(self, function: ast.expr, given: list[ast.expr]) -> bool:
        """Whether a called expression is a reader of a library, asked for a variable."""
        match function:
            case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name)) if given:
                key = given[0]
                loud = isinstance(key, ast.Constant) and str(key.value).isupper()
                return name in self.readers and loud
            case _:
                return False


def of(nodes: tuple[ast.AST, ...]) -> Doors:
    """The names that a module, all its nodes, gives the environment, wherever it does so."""
    imported = tuple(_imported(nodes))
    modules = {name for origin, name in imported if origin == "os"} | _MODULES
    mappings = {name for origin, name in imported if origin in ("os.environ", "os.environb")}
    functions = {name for origin, name in imported if origin == "os.getenv"}
    readers = {name for origin, name in imported if _is_ready(origin)}
    makers = {name for origin, name in imported if _is_maker(origin)}
    plain = Doors(
        modules=frozenset(modules),
        mappings=frozenset(mappings),
        functions=frozenset(functions),
        readers=frozenset(),
    )
    for name, value in _given(nodes):
        if plain.opens(value):
            mappings.add(name)
        elif isinstance(value, ast.Call) and _dotted(value.func) in makers:
            readers.add(name)
    return msgspec.structs.replace(plain, mappings=frozenset(mappings), readers=frozenset(readers))


def _imported(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """What is imported by its full name, and how the module calls it."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                for one in names:
                    name = one.asname or one.name.partition(".")[0]
                    yield (one.name if one.asname else name), name
                    yield from ((f"{one.name}.{x}", f"{name}.{x}") for x in _made(one.name))
            case ast.ImportFrom(module=origin, names=names, level=0):
                yield from ((f"{origin}.{one.name}", one.asname or one.name) for one in names)
            case _:
                pass


def _made(library: str) -> frozenset[str]:
    return _MAKERS.get(library, frozenset())


def _is_maker(origin: str) -> bool:
    library, _, name = origin.rpartition(".")
    return name in _made(library)


def _is_ready(origin: str) -> bool:
    library, _, name = origin.rpartition(".")
    return _READY.get(library) == name


def _given(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Names with what they are given: by assignment, or as the default of a parameter."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.arguments():
                yield from _defaults(node)
            case _:
                pass


def _defaults(given: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    named = [*given.posonlyargs, *given.args]
    last = named[len(named) - len(given.defaults) :]
    yield from ((one.arg, value) for one, value in zip(last, given.defaults, strict=True))
    for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if value is not None:
            yield one.arg, value


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=owner, attr=attr):
            return f"{_dotted(owner)}.{attr}"
        case _:
            return ""
