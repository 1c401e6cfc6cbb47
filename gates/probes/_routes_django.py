"""Reads the route table of Django programs, Django REST framework's routers included.

Parsed, never imported: `urlpatterns` of the module that ROOT_URLCONF names, and what it includes.
Django's routes name no methods, so that only their paths can be compared.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from gates.core.parity.routes import Route, Table
from gates.probes._routes_scope import names_of

DEPTH = 12
DOCUMENTS = ("Spectacular", "Redoc", "Swagger", "get_schema_view", "schema_view", "static", "serve")
_GROUP = re.compile(r"\(\?P<(\w+)>[^()]*(\([^()]*\)[^()]*)*\)|\([^()]*\)")


class Urls:
    """The URL modules of a program by their dotted names."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.modules: dict[str, tuple[str, ast.Module]] = {}
        self.notes: list[str] = []
        self.root = ""
        for file, text in sources.items():
            try:
                tree = ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for name in names_of(file):
                self.modules.setdefault(name, (file, tree))
            self.root = _root(tree) or self.root

    def patterns(self, name: str, prefix: str, depth: int) -> Iterator[Route]:
        """The routes of one module, below a prefix."""
        found = self.modules.get(name)
        if found is None or depth == 0:
            self.notes.append(f"{name} is included and is not in the source")
            return
        file, tree = found
        routers = _routers(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and _is_list(node):
                for entry in _entries(node.value):
                    yield from self._entry(entry, prefix, file, routers, depth)

    def _entry(
        self,
        node: ast.expr,
        prefix: str,
        file: str,
        routers: dict[str, list[tuple[str, int]]],
        depth: int,
    ) -> Iterator[Route]:
        if isinstance(node, ast.Starred | ast.Attribute):
            yield from _registered(node, prefix, file, routers)
            return
        if not isinstance(node, ast.Call) or not node.args:
            return
        kind = _name(node.func)
        if kind == "static":
            return
        text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
        if kind not in ("path", "re_path", "url") or not isinstance(text, str):
            self.notes.append(f"{file}:{node.lineno}: a pattern that is no plain text")
            return
        path = prefix + (text if kind == "path" else _of_expression(text))
        view = node.args[1] if len(node.args) > 1 else None
        yield from self._view(view, path, file, node.lineno, routers, depth)

    def _view(
        self,
        view: ast.expr | None,
        path: str,
        file: str,
        line: int,
        routers: dict[str, list[tuple[str, int]]],
        depth: int,
    ) -> Iterator[Route]:
        if isinstance(view, ast.Call) and _name(view.func) == "include":
            inner = view.args[0] if view.args else None
            if isinstance(inner, ast.Tuple) and inner.elts:
                inner = inner.elts[0]
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                yield from self.patterns(inner.value, path, depth - 1)
            elif isinstance(inner, ast.List):
                for entry in inner.elts:
                    yield from self._entry(entry, path, file, routers, depth)
            elif isinstance(inner, ast.Attribute):
                yield from _registered(inner, path, file, routers)
            else:
                self.notes.append(f"{file}:{line}: an include that cannot be followed")
            return
        said = ast.unparse(view) if view is not None else ""
        if not any(word in said for word in DOCUMENTS):
            yield Route(path="/" + path.lstrip("/"), file=file, line=line)


def table(sources: Mapping[str, str]) -> Table | None:
    """The routes of a program; None where no URL configuration is named."""
    urls = Urls(sources)
    if not urls.root:
        return None
    routes = tuple(sorted(set(urls.patterns(urls.root, "", DEPTH))))
    notes = tuple(dict.fromkeys(urls.notes))
    return Table(framework="Django", routes=routes, whole=not notes, notes=notes)


def _root(tree: ast.Module) -> str:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for one in node.targets:
                if isinstance(one, ast.Name) and one.id == "ROOT_URLCONF":
                    return str(node.value.value)
    return ""


def _routers(tree: ast.Module) -> dict[str, list[tuple[str, int]]]:
    """What REST framework's routers of a module were told: prefix and line by variable."""
    found: dict[str, list[tuple[str, int]]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        holder, given = node.func.value, node.args[0] if node.args else None
        if node.func.attr != "register" or not isinstance(holder, ast.Name):
            continue
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            text = _of_expression(given.value)
            found.setdefault(holder.id, []).append((text, node.lineno))
    return found


def _registered(
    node: ast.expr, prefix: str, file: str, routers: dict[str, list[tuple[str, int]]]
) -> Iterator[Route]:
    inner = node.value if isinstance(node, ast.Starred) else node
    if not isinstance(inner, ast.Attribute) or inner.attr != "urls":
        return
    if isinstance(inner.value, ast.Attribute) and inner.value.attr == "site":
        yield Route(path=f"/{prefix}".replace("//", "/"), file=file, line=inner.lineno)
        return
    name = inner.value.id if isinstance(inner.value, ast.Name) else ""
    for text, line in routers.get(name, ()):
        path = f"/{prefix}{text.strip('/')}".replace("//", "/")
        yield Route(path=f"{path}/", file=file, line=line)
        yield Route(path=f"{path}/{{pk}}/", file=file, line=line)


def _is_list(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(one, ast.Name) and one.id == "urlpatterns" for one in targets)


def _entries(node: ast.expr | None) -> Iterator[ast.expr]:
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            yield from parts
        case ast.BinOp(left=left, right=right):
            yield from _entries(left)
            yield from _entries(right)
        case None:
            return
        case _:
            yield node


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _of_expression(text: str) -> str:
    """A regular expression as a path: its groups are parameters."""
    plain = _GROUP.sub(lambda found: "{" + (found[1] or "p") + "}", text)
    return plain.replace("^", "").replace("$", "").replace("\\", "").replace("/?", "/")
