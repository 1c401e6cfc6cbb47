"""Finds SQL and ORM calls in modules that define routes: a route asks, the layer below stores."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from gates.probes import _dotted

ROUTES = frozenset({"routes", "routers", "api", "endpoints", "views", "controllers"})
# Below one of these, a module is of another layer, even if the package is called api.
STORES = frozenset(
    {
        *("db", "database", "databases", "models", "store", "stores", "storage", "repository"),
        *("repositories", "dao", "crud", "queries", "persistence", "services", "migrations"),
    }
)
METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "route", "api_route", "websocket"}
)
EXECUTES = frozenset({"execute", "executemany", "executescript"})
SESSION = frozenset(
    {"query", "add", "add_all", "commit", "flush", "merge", "refresh", "rollback", "scalar"}
    | {"scalars", "bulk_save_objects"}
)
CONNECTION = re.compile(
    r"(?:^|_)(?:cur|cursor|conn|connection|session|db|database|engine|tx|transaction)$", re.I
)
ORM_SESSION = re.compile(r"(?:^|_)(?:session|db)$", re.I)
# Upper case alone: a summary such as "Delete from the cart" is no statement.
STATEMENT = re.compile(
    r"\s*(?:SELECT\s[\s\S]*?\bFROM\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s[\s\S]*?\bSET\s"
    r"|DELETE\s+FROM\s|MERGE\s+INTO\s|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|VIEW)\s)"
)
DECORATED = re.compile(rb"@\s*[\w.]+\s*\.\s*(?:" + "|".join(METHODS).encode() + rb")\s*\(")
Place = tuple[int, str]  # line, and what is there


def may_matter(name: str, source: bytes) -> bool:
    """Whether a file can be a route module: only then it is worth parsing."""
    return _is_by_name(name) or DECORATED.search(source) is not None


def is_route_module(name: str, module: ast.Module) -> bool:
    """Whether a file defines routes, by the nearest name of a layer above it or by decorators."""
    return _is_by_name(name) or any(map(_is_handler, ast.walk(module)))


def _is_by_name(name: str) -> bool:
    path = PurePosixPath(name)
    layers = [part for part in (*path.parts[:-1], path.stem) if part in ROUTES | STORES]
    return bool(layers) and layers[-1] in ROUTES


def _is_handler(node: ast.AST) -> bool:
    match node:
        case ast.FunctionDef(decorator_list=marks) | ast.AsyncFunctionDef(decorator_list=marks):
            return any(map(_is_route, marks))
        case _:
            return False


def _is_route(mark: ast.expr) -> bool:
    """`@router.get("/books")`: a method, and a path; `@patch("a.b")` of a test is none."""
    match mark:
        case ast.Call(
            func=ast.Attribute(attr=method), args=[ast.Constant(value=str(path)), *_]
        ) if method in METHODS:
            return not path or path.startswith("/")
        case _:
            return False


def found(module: ast.Module) -> Iterator[Place]:
    """Each call or statement once; the docstrings are no statements."""
    seen: set[int] = {id(text) for text in _docstrings(module)}
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and (what := _call(node)):
            seen.update(id(inner) for inner in ast.walk(node))
            yield node.lineno, what
        elif id(node) not in seen and (text := _text(node)) and STATEMENT.match(text):
            seen.update(id(inner) for inner in ast.walk(node))
            yield node.lineno, f"the statement {_short(text)}"  # type: ignore[attr-defined]


def _call(call: ast.Call) -> str:
    """What a call does to the database, "" if it does nothing that is certain."""
    match call.func:
        case ast.Attribute(value=owner, attr=method):
            name = _dotted.last(owner)
            sql = method in EXECUTES and (CONNECTION.search(name) or _says_sql(call))
            if sql or (method in SESSION and ORM_SESSION.search(name)) or name == "objects":
                return f"{name or '…'}.{method}(…)"
        case _:
            pass
    return ""


def _says_sql(call: ast.Call) -> bool:
    return any(
        bool(STATEMENT.match(text)) for node in ast.walk(call) if (text := _text(node)) is not None
    )


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return f"{text} "
        case _:
            return None


def _docstrings(module: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:59]}…"
