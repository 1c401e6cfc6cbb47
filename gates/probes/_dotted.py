"""Reads names of Python source: what an expression is called, and where the name comes from."""

import ast


def imported(module: ast.Module) -> dict[str, str]:
    """Local name → dotted origin, of every import in the module, relative ones left out."""
    names: dict[str, str] = {}
    for node in ast.walk(module):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    root = alias.name if alias.asname else alias.name.partition(".")[0]
                    names[alias.asname or root] = root
            case ast.ImportFrom(module=str(origin), names=aliases, level=0):
                for alias in aliases:
                    names[alias.asname or alias.name] = f"{origin}.{alias.name}"
            case _:
                pass
    return names


def dotted(node: ast.expr, origins: dict[str, str]) -> str:
    """The full name of `a.b.c`, through the imports; "" for anything that is not a name."""
    match node:
        case ast.Name(id=name):
            return origins.get(name, name)
        case ast.Attribute(value=owner, attr=attr):
            before = dotted(owner, origins)
            return f"{before}.{attr}" if before else ""
        case _:
            return ""


def last(node: ast.expr) -> str:
    """The last word of an expression: `self._db`, `get_db()` and `request.app.db` are of a db."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=called) | ast.Await(value=called):
            return last(called)
        case _:
            return ""
