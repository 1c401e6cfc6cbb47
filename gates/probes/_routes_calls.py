"""What expressions and calls of a Python program mean for its routes."""

import ast
from typing import Any

from gates.probes._routes_scope import member
from gates.probes._routes_values import (
    UNKNOWN,
    Child,
    Foreign,
    Function,
    Handler,
    Instance,
    Kind,
    Many,
    Module,
    Router,
)

# Class of a framework: its name, whether it is an application, the keyword of its prefix.
CLASSES = {
    "fastapi.FastAPI": ("FastAPI", True, ""),
    "fastapi.applications.FastAPI": ("FastAPI", True, ""),
    "fastapi.APIRouter": ("FastAPI", False, "prefix"),
    "fastapi.routing.APIRouter": ("FastAPI", False, "prefix"),
    "starlette.applications.Starlette": ("Starlette", True, ""),
    "starlette.routing.Router": ("Starlette", False, ""),
    "flask.Flask": ("Flask", True, ""),
    "flask.Blueprint": ("Flask", False, "url_prefix"),
    "quart.Quart": ("Quart", True, ""),
    "quart.Blueprint": ("Quart", False, "url_prefix"),
}
ROUTE, MOUNT = "starlette.routing.Route", "starlette.routing.Mount"
FILES = ("StaticFiles",)
METHODS = frozenset({"get", "put", "post", "delete", "patch", "options", "head", "trace"})
VIEWS = METHODS
# Packages that make routes of their own, which this reader cannot see.
MAKERS = ("flask_restful", "flask_restx", "flask_smorest", "connexion", "fastapi_users", "sqladmin")


def value(reader: Any, node: ast.expr) -> Any:
    """What an expression stands for, UNKNOWN where that cannot be told."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant():
            return UNKNOWN
        case ast.Name(id=name):
            return reader.scope.get(name)
        case ast.Attribute(value=holder, attr=name):
            return attribute(reader, reader.value(holder), name)
        case ast.JoinedStr(values=parts):
            return _text([_formatted(reader, part) for part in parts])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _added(reader.value(left), reader.value(right))
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return _many(reader, parts)
        case ast.Call():
            return call(reader, node)
        case ast.Await(value=inner):
            return reader.value(inner)
        case _:
            return UNKNOWN


def attribute(reader: Any, holder: Any, name: str) -> Any:
    """What `holder.name` stands for."""
    match holder:
        case Module(name=module):
            return member(module, name, reader.program)
        case Foreign(name=text):
            return Foreign(f"{text}.{name}")
        case Many(values=values):
            return Many(tuple(attribute(reader, one, name) for one in values))
        case Kind(attributes=attributes):
            return attributes.get(name, UNKNOWN)
        case Instance(kind=kind):
            return kind.attributes.get(name, UNKNOWN)
        case _:
            return UNKNOWN


def call(reader: Any, node: ast.Call) -> Any:
    """What a call gives back; calls that make routes are noted."""
    if isinstance(node.func, ast.Attribute):
        holder = reader.value(node.func.value)
        for one in holder.values if isinstance(holder, Many) else (holder,):
            if isinstance(one, Router):
                return on_router(reader, one, node.func.attr, node)
    called = reader.value(node.func)
    name = foreign(called)
    if name in CLASSES:
        return made(reader, name, node)
    match called:
        case Function():
            return reader.program.result(called)
        case Kind():
            return Instance(called)
        case Foreign(name=text):
            return _of_package(reader, text, node)
        case _:
            return UNKNOWN


def _of_package(reader: Any, name: str, node: ast.Call) -> Any:
    package, _, last = name.rpartition(".")
    if name in (ROUTE, MOUNT):
        return _entry(reader, name, node)
    if name.endswith(FILES):
        return Module("static files")
    if package.split(".")[0] in MAKERS:
        note = f"{package.split('.')[0]} makes routes that cannot be read"
        reader.program.notes.append(note)
    return _default(reader, node) if last == "Field" else UNKNOWN


def foreign(called: Any) -> str:
    """The framework's class that something is, or is derived from; "" for anything else."""
    if isinstance(called, Foreign):
        return called.name
    return called.foreign if isinstance(called, Kind) else ""


def made(reader: Any, name: str, node: ast.Call) -> Router:
    """A new application or router."""
    framework, root, keyword = CLASSES[name]
    prefix: str | None = ""
    if keyword and (given := _keyword(node, keyword)) is not None:
        prefix = _one(reader.value(given))
    router = Router(framework, prefix, root=root)
    reader.program.routers.append(router)
    routes = _keyword(node, "routes")
    if routes is not None:
        _entries(reader, router, reader.value(routes))
    return router


def decorated(reader: Any, node: ast.Call) -> None:
    """A decorator such as `@router.get("/path")`."""
    if isinstance(node.func, ast.Attribute):
        holder = reader.value(node.func.value)
        if isinstance(holder, Router):
            on_router(reader, holder, node.func.attr, node)


def on_router(reader: Any, router: Router, name: str, node: ast.Call) -> Any:
    """A method of an application or router is called."""
    match name:
        case _ if name in METHODS:
            _add(reader, router, node, (name.upper(),))
        case "route" | "api_route" | "add_api_route" | "add_route" | "add_url_rule":
            _add(reader, router, node, _methods(reader, node, name))
        case "include_router" | "register_blueprint":
            keyword = "prefix" if name == "include_router" else "url_prefix"
            _include(reader, router, node, keyword)
        case "mount":
            _mount(reader, router, node)
        case _:
            pass
    return UNKNOWN


def _add(reader: Any, router: Router, node: ast.Call, methods: tuple[str, ...]) -> None:
    given = node.args[0] if node.args else _keyword(node, "path") or _keyword(node, "rule")
    path = _known(reader.value(given)) if given is not None else None
    for one in path if isinstance(path, list) else [path]:
        unsure = reader.unsure > 0
        router.handlers.append(Handler(one, methods, reader.scope.file, node.lineno, unsure))


def _methods(reader: Any, node: ast.Call, name: str) -> tuple[str, ...]:
    given = _keyword(node, "methods")
    if given is not None:
        found = reader.value(given)
        texts = found.values if isinstance(found, Many) else ()
        return tuple(sorted(text.upper() for text in texts if isinstance(text, str)))
    view = node.args[2] if len(node.args) > 2 else _keyword(node, "view_func")
    if name == "add_url_rule" and isinstance(view, ast.Call):
        return _of_class(reader, view)
    if name in ("add_route", "route") and len(node.args) > 1:
        called = reader.value(node.args[1])
        if not isinstance(called, Function):
            return ()
    return ("GET",)


def _of_class(reader: Any, view: ast.Call) -> tuple[str, ...]:
    """The methods of a class based view: `View.as_view("name")`."""
    holder = reader.value(view.func.value) if isinstance(view.func, ast.Attribute) else UNKNOWN
    if not isinstance(holder, Kind):
        return ()
    return tuple(sorted(name.upper() for name in holder.methods & VIEWS))


def _include(reader: Any, router: Router, node: ast.Call, keyword: str) -> None:
    given = node.args[0] if node.args else _keyword(node, "router") or _keyword(node, "blueprint")
    if given is None:
        return
    found = reader.value(given)
    named = _keyword(node, keyword)
    for one in found.values if isinstance(found, Many) else (found,):
        prefix = _one(reader.value(named)) if named is not None else ""
        if named is not None and keyword == "url_prefix" and isinstance(one, Router):
            own = one.prefix or ""
            prefix = _replaced(prefix, own)
        _attach(router, one, prefix, reader)


def _replaced(prefix: str | None, own: str) -> str | None:
    """Where a prefix is given when a blueprint is registered, its own does not count.

    What is attached adds both, so that its own is marked here to be taken off again.
    """
    return None if prefix is None else f"{prefix}\0{own}"


def _mount(reader: Any, router: Router, node: ast.Call) -> None:
    path = _one(reader.value(node.args[0])) if node.args else None
    app = node.args[1] if len(node.args) > 1 else _keyword(node, "app")
    _attach(router, reader.value(app) if app is not None else UNKNOWN, path, reader)


def _attach(router: Router, child: Any, prefix: str | None, reader: Any) -> None:
    if isinstance(child, Router):
        child.mounted = True
        if prefix and "\0" in prefix:
            prefix = prefix.partition("\0")[0]
            twin = Router(child.framework, "", root=False)
            twin.mounted = True
            twin.handlers, twin.children = child.handlers, child.children
            child = twin
    elif prefix and "\0" in prefix:
        prefix = prefix.partition("\0")[0]
    router.children.append(Child(child, prefix, reader.unsure > 0))


def _entry(reader: Any, kind: str, node: ast.Call) -> Any:
    """`Route("/path", endpoint)` or `Mount("/path", routes=[…])` as a router of its own."""
    router = Router("Starlette", "", root=False)
    if kind == ROUTE:
        _add(reader, router, node, _endpoint_methods(reader, node))
        return router
    path = _one(reader.value(node.args[0])) if node.args else None
    router.prefix = path
    routes = _keyword(node, "routes")
    app = _keyword(node, "app") or (node.args[1] if len(node.args) > 1 else None)
    if routes is not None:
        _entries(reader, router, reader.value(routes))
    elif app is not None:
        _attach(router, reader.value(app), "", reader)
    return router


def _endpoint_methods(reader: Any, node: ast.Call) -> tuple[str, ...]:
    given = _keyword(node, "methods")
    if given is not None:
        found = reader.value(given)
        texts = found.values if isinstance(found, Many) else ()
        return tuple(sorted(text.upper() for text in texts if isinstance(text, str)))
    endpoint = node.args[1] if len(node.args) > 1 else _keyword(node, "endpoint")
    called = reader.value(endpoint) if endpoint is not None else UNKNOWN
    if isinstance(called, Kind):
        return tuple(sorted(name.upper() for name in called.methods & VIEWS))
    return ("GET",)


def _entries(reader: Any, router: Router, found: Any) -> None:
    for one in found.values if isinstance(found, Many) else ():
        if isinstance(one, Router):
            one.mounted = True
            router.children.append(Child(one, "", reader.unsure > 0))


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in node.keywords if one.arg == name), None)


def _one(found: Any) -> str | None:
    return found if isinstance(found, str) else None


def _known(found: Any) -> Any:
    """A text, a list of texts where it may be several, None where it cannot be told."""
    if isinstance(found, str):
        return found
    if isinstance(found, Many) and all(isinstance(one, str) for one in found.values):
        return list(found.values)
    return None


def _many(reader: Any, parts: list[ast.expr]) -> Many:
    found: list[Any] = []
    for part in parts:
        one = reader.value(part.value if isinstance(part, ast.Starred) else part)
        spread = isinstance(part, ast.Starred) and isinstance(one, Many)
        found += one.values if spread else [one]
    return Many(tuple(found))


def _formatted(reader: Any, part: ast.expr) -> Any:
    if isinstance(part, ast.FormattedValue):
        return reader.value(part.value)
    return reader.value(part)


def _text(parts: list[Any]) -> Any:
    return "".join(parts) if all(isinstance(one, str) for one in parts) else UNKNOWN


def _added(one: Any, two: Any) -> Any:
    if isinstance(one, str) and isinstance(two, str):
        return one + two
    if isinstance(one, Many) and isinstance(two, Many):
        return Many(one.values + two.values)
    return UNKNOWN


def _default(reader: Any, node: ast.Call) -> Any:
    given = node.args[0] if node.args else _keyword(node, "default")
    return reader.value(given) if given is not None else UNKNOWN
