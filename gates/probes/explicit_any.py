"""Tells on which lines source itself writes `Any`, so that a type checker's word can be confirmed.

mypy reports an explicit Any wherever a type contains one: also where a class or an alias of another
package brought it along. Only what stands in the target's own text is the target's own.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.probes import _common

MODULES = frozenset({"typing", "typing_extensions"})
Parents = dict[ast.AST, ast.AST]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the tree (absolute), and Python files relative to it."""

    tree: str
    files: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Lines by file, for files that write Any at all; None: the file could not be parsed here."""

    lines: dict[str, tuple[int, ...] | None]


def answer(given: Given) -> Answer:
    """Look at every file that mentions Any."""
    found = {name: lines_of(Path(given.tree, name)) for name in given.files}
    return Answer(lines={name: lines for name, lines in found.items() if lines != ()})


def lines_of(file: Path) -> tuple[int, ...] | None:
    """Lines on which something begins that contains an Any; None where nobody can tell."""
    try:
        source = file.read_bytes()
        if b"Any" not in source:
            return ()
        tree = parsed(source)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None
    return tuple(sorted(set(beginnings(tree))))


def parsed(source: bytes) -> ast.Module:
    """The syntax tree, with the types in comments where they can be read."""
    try:
        return ast.parse(source, type_comments=True)
    except SyntaxError:
        return ast.parse(source)


def beginnings(tree: ast.Module) -> Iterator[int]:
    """First lines of everything around an Any, up to the statement or the head of a definition."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    mentions = pattern(tree)
    for node in ast.walk(tree):
        if says_any(node, mentions):
            yield from around(node, parents)


def around(node: ast.AST, parents: Parents) -> Iterator[int]:
    """Lines of a node and of what is around it, the statement included."""
    current: ast.AST | None = node
    while current is not None:
        if isinstance(current, ast.expr | ast.stmt | ast.arg | ast.keyword):
            yield current.lineno
        if isinstance(current, ast.stmt):
            return
        current = parents.get(current)


def pattern(tree: ast.Module) -> re.Pattern[str]:
    """What an Any looks like in this file: the names that it is imported under."""
    names = {"Any"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            names |= {one.asname for one in node.names if one.name == "Any" and one.asname}
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names)))})\b")


def says_any(node: ast.AST, mentions: re.Pattern[str]) -> bool:
    """Whether this very node names Any: as a name, an attribute, in a quoted type or a comment."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return mentions.fullmatch(name) is not None
        case ast.Constant(value=str(text)):
            return mentions.search(text) is not None
        case _:
            return in_comment(node, mentions)


def in_comment(node: ast.AST, mentions: re.Pattern[str]) -> bool:
    """Whether the type in a statement's comment says Any."""
    comment = getattr(node, "type_comment", None)
    return comment is not None and mentions.search(comment) is not None


def main() -> None:
    """Print the answer as JSON."""
    given = msgspec.convert(_common.read_input(), Given)
    sys.stdout.buffer.write(msgspec.json.encode(answer(given), order="sorted"))


if __name__ == "__main__":
    try:
        main()
    except _common.ProbeError as error:
        _common.fail(error.detail, error.reason)
