"""What source files define: functions, methods and classes, by name."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from gates.probes.claims.tree import UNREADABLE, Tree

PYTHON = (".py", ".pyi")
SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_NAME = r"[A-Za-z_$][\w$]*"
_WORDS = r"(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*"
_GENERIC = r"(?:<[^<>()\n]{0,200}>)?"
_ARGUMENTS = r"\([^()\n]{0,500}\)\s*(?::[^\n{]{0,200})?"
_SCRIPT = re.compile(
    rf"\b(?:function\*?|class|interface|const|let|var)\s+(?P<declared>{_NAME})"
    rf"|(?:^|[{{;}}])[ \t]*{_WORDS}[#*]?(?P<method>{_NAME})\s*{_GENERIC}\s*{_ARGUMENTS}\{{",
    re.MULTILINE,
)
_KEYWORDS = frozenset({"if", "for", "while", "switch", "catch", "return", "function", "with"})
_Scoped = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_source(path: str) -> bool:
    """Tell whether definitions of that file can be read."""
    return PurePosixPath(path).suffix in PYTHON + SCRIPTS


@cache
def of(paths: tuple[str, ...], tree: Tree) -> frozenset[str]:
    """The names that the files define; those of Python with their classes: `Store.add`.

    Each file is read once: many claims ask for all of the source.
    """
    return frozenset[str]().union(*(_of(path, tree) for path in paths))


def has(name: str, defined: frozenset[str]) -> bool:
    """Tell whether a name is defined; `module.function` is, where the function is."""
    plain = name.replace("#", ".")
    last = plain.rsplit(".", 1)[-1]
    if plain in defined:
        return True
    owner = plain.split(".")[-2] if "." in plain else ""
    return last in defined and not owner[:1].isupper()


@cache
def _of(path: str, tree: Tree) -> frozenset[str]:
    return frozenset(_defined(path, tree))


def _defined(path: str, tree: Tree) -> Iterator[str]:
    try:
        content = tree.read(path)
        if PurePosixPath(path).suffix in PYTHON:
            yield from _python(ast.parse(content), "")
        elif is_source(path):
            yield from _script(content.decode("utf-8", "replace"))
    except (*UNREADABLE, SyntaxError, ValueError, RecursionError, MemoryError):
        return


def _python(node: ast.AST, owner: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Scoped):
            yield child.name
            if owner:
                yield f"{owner}.{child.name}"
            yield from _python(child, child.name if isinstance(child, ast.ClassDef) else "")
        elif isinstance(child, ast.stmt):
            yield from _python(child, owner)


def _script(text: str) -> Iterator[str]:
    owner = ""
    for match in _SCRIPT.finditer(text):
        name = match["declared"] or match["method"]
        if name in _KEYWORDS:
            continue
        if match["declared"] and match[0].startswith("class"):
            owner = name
        elif match["method"] and owner:
            yield f"{owner}.{name}"
        yield name
