"""Finds the web applications that Python source makes: by its syntax tree, nothing is imported."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

MAKERS = {
    "fastapi.FastAPI": "FastAPI",
    "fastapi.applications.FastAPI": "FastAPI",
    "starlette.applications.Starlette": "Starlette",
    "litestar.Litestar": "Litestar",
    "litestar.app.Litestar": "Litestar",
    "quart.Quart": "Quart",
    "flask.Flask": "Flask",
    "flask.app.Flask": "Flask",
}
_USUAL = ("main", "app", "api", "asgi", "wsgi", "server", "application", "__init__")


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An application in a module, or the function without arguments that makes one."""

    framework: str
    module: str
    name: str
    factory: bool = False
    asks: bool = False  # the function needs arguments, so no server can call it
    file: str = ""
    line: int = 0
    without_document: bool = False  # its own OpenAPI document is switched off
    document: str = ""  # the path at which it serves its own, where the source names one

    @property
    def spelt(self) -> str:
        return f"{self.module}:{self.name}"


class _Module(msgspec.Struct, frozen=True, kw_only=True):
    """A module that could be parsed, and what its names stand for."""

    name: str
    file: str
    tree: ast.Module
    names: dict[str, str]


def apps(sources: Mapping[str, str], mentioned: str = "") -> tuple[App, ...]:
    """The applications of some files, the likeliest first; `mentioned` are texts that start one."""
    modules = [one for file, text in sources.items() if (one := _parsed(file, text)) is not None]
    makers = {**MAKERS, **{name: kind for module in modules for name, kind in _kinds(module)}}
    made = [app for module in modules for app in _made(module, makers)]
    factories = {f"{app.module}.{app.name}": app for app in made if app.factory}
    made += [app for module in modules for app in _called(module, factories)]
    return tuple(sorted(made, key=lambda app: _rank(app, mentioned)))


def module_of(file: str) -> str:
    """The dotted name under which a file is imported; a folder src is no part of it."""
    parts = PurePosixPath(file).with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" and len(parts) > 1 else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def _rank(app: App, mentioned: str) -> tuple[bool, bool, bool, int, int, str]:
    stem = PurePosixPath(app.file).stem
    usual = _USUAL.index(stem) if stem in _USUAL else len(_USUAL)
    return app.asks, app.spelt not in mentioned, app.factory, app.file.count("/"), usual, app.spelt


def parse(text: str) -> ast.Module | None:
    """The syntax tree of a file; None for one that is none."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parsed(file: str, text: str) -> _Module | None:
    if not any(word in text for word in ("fastapi", "tarlette", "lask", "itestar", "uart", "app")):
        return None
    tree = parse(text)
    if tree is None:
        return None
    name = module_of(file)
    package = name if file.endswith("__init__.py") else name.rpartition(".")[0]
    return _Module(name=name, file=file, tree=tree, names=dict(_imported(tree, package)))


def _imported(tree: ast.Module, package: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield (
                    (one.asname or one.name.split(".")[0]),
                    (one.name if one.asname else one.name.split(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                start = ".".join((*above, *([node.module] if node.module else [])))
            for one in node.names:
                yield (one.asname or one.name), f"{start}.{one.name}"


def _full(node: ast.expr, names: Mapping[str, str]) -> str:
    """The dotted name that an expression stands for, "" where it is no name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        held = _full(node.value, names)
        return f"{held}.{node.attr}" if held else ""
    return ""


def _kinds(module: _Module) -> Iterator[tuple[str, str]]:
    """Classes of the target that are applications of a framework."""
    classes = (node for node in module.tree.body if isinstance(node, ast.ClassDef))
    for node in classes:
        for base in node.bases:
            if (framework := MAKERS.get(_full(base, module.names))) is not None:
                yield f"{module.name}.{node.name}", framework


def _made(module: _Module, makers: Mapping[str, str]) -> Iterator[App]:
    """Applications at the top of a module, and functions that make one."""
    own = {
        node.name: f"{module.name}.{node.name}"
        for node in module.tree.body
        if isinstance(node, ast.ClassDef)
    }
    names = {**own, **module.names}
    for name, value in _assigned(module.tree):
        if (framework := makers.get(_full(value.func, names))) is not None:
            yield _app(module, framework, name, value, value.lineno)
    for node in module.tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call)):
            if (framework := makers.get(_full(call.func, names))) is not None:
                found = _app(module, framework, node.name, call, node.lineno)
                yield msgspec.structs.replace(found, factory=True, asks=_asks(node))
                break


def _called(module: _Module, factories: Mapping[str, App]) -> Iterator[App]:
    """Applications that a function of the target makes: `app = create_app()`."""
    own = {
        name: f"{module.name}.{name}"
        for name in (node.name for node in module.tree.body if isinstance(node, ast.FunctionDef))
    }
    for name, value in _assigned(module.tree):
        found = factories.get(_full(value.func, {**own, **module.names}))
        if found is not None:
            yield msgspec.structs.replace(
                found,
                module=module.name,
                name=name,
                factory=False,
                asks=False,
                file=module.file,
                line=value.lineno,
            )


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as value):
                yield name, value
            case _:
                continue


def _asks(node: ast.FunctionDef) -> bool:
    """Whether a function cannot be called without arguments."""
    given = node.args
    needed = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    return needed > 0 or any(default is None for default in given.kw_defaults)


def _app(module: _Module, framework: str, name: str, call: ast.Call, line: int) -> App:
    keys = {one.arg: one.value for one in call.keywords if one.arg}
    said = keys.get("openapi_url", keys.get("openapi_config"))
    off = isinstance(said, ast.Constant) and said.value is None
    named = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
    return App(
        framework=framework,
        module=module.name,
        name=name,
        file=module.file,
        line=line,
        without_document=off,
        document=named,
    )


def texts_of(trees: Iterable[ast.AST]) -> frozenset[str]:
    """Every text that stands in some source."""
    return frozenset(
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
