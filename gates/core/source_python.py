"""Names the statement around a line of Python: its class or function, and its normalised text."""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from gates.core import source_text
from gates.core.source_text import HEAD, LONGEST, line_text, normalised

SUFFIXES = frozenset({".py", ".pyi"})
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SUITES = ("body", "handlers", "orelse", "finalbody", "cases")
_JUDGED = "<judged source>"
_Node = ast.stmt | ast.expr | ast.excepthandler | ast.match_case
_Part = tuple[ast.expr | ast.keyword, ast.expr | ast.keyword]  # its first and its last node

# An odd escape in the judged code is for the linters to tell, not for our terminal.
warnings.filterwarnings("ignore", module=_JUDGED)


class Unparsable(Exception):
    """The text is no Python of the version that runs us."""


class Statement(msgspec.Struct, frozen=True, gc=False):
    """One statement, or the header of one that holds others. Lines are 1-based."""

    scope: str
    node: _Node
    first: int
    last: int
    before: ast.stmt | None = None  # what a `try` begins with: its own header tells nothing


def contexts(text: str, wanted: Mapping[int, bool]) -> dict[int, str]:
    """The context of each wanted line; True asks for one without the values of strings.

    Raises Unparsable.
    """
    try:
        module = ast.parse(text, _JUDGED)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unparsable(str(error)) from error
    found = Source(text, tuple(statements(module)))
    return {line: found.context(line, masked) for line, masked in wanted.items()}


def statements(module: ast.Module) -> Iterator[Statement]:
    """All statements, outer ones first, so that inner ones can be laid over them."""
    waiting: list[tuple[str, _Node, ast.stmt | None]] = [("", s, None) for s in module.body[::-1]]
    while waiting:
        scope, node, before = waiting.pop()
        if isinstance(node, _NAMED):
            scope = f"{scope}.{node.name}" if scope else node.name
            for decorator in node.decorator_list:
                yield Statement(scope, decorator, decorator.lineno, decorator.end_lineno or 0)
        if isinstance(node, ast.Try | ast.TryStar):
            before = node.body[0]
        first, last = span(node)
        yield Statement(scope, node, first, last, before)
        inner = [(scope, child, before_of(child, before)) for child in children(node)]
        waiting += inner[::-1]


def before_of(child: _Node, before: ast.stmt | None) -> ast.stmt | None:
    """What the `try` around a handler begins with."""
    return before if isinstance(child, ast.excepthandler) else None


def children(node: _Node) -> Iterator[_Node]:
    """The statements inside a statement, in their order."""
    if isinstance(node, ast.expr):
        return
    for suite in _SUITES:
        yield from getattr(node, suite, ())


def holds_others(node: _Node) -> bool:
    """Whether a statement has others inside."""
    return next(children(node), None) is not None


def span(node: _Node) -> tuple[int, int]:
    """First and last line."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.body[-1].end_lineno or 0
    return node.lineno, node.end_lineno or node.lineno


class Source:
    """The statements of one file by their lines."""

    def __init__(self, text: str, found: tuple[Statement, ...]) -> None:
        self._lines = text.split("\n")
        self._found = found
        self._owners: list[int] = owners(found, len(self._lines) + 1)
        self._texts: dict[int, str] = {}
        self._ordinals: dict[str, dict[int, int]] = {}
        self._sources: dict[int, str | None] = {}
        self._inside: dict[int, dict[int, _Part | None]] = {}
        self._scopes: dict[str, list[int]] = {}
        for number, statement in enumerate(found):
            self._scopes.setdefault(statement.scope, []).append(number)

    def context(self, line: int, masked: bool) -> str:
        """The context of a line, "" if there is no such line."""
        if line >= len(self._owners):
            return ""
        shown = self._lines[line - 1].strip()
        number = self._owners[line]
        scope = self._found[number].scope if number >= 0 else ""
        if not shown and (number < 0 or holds_others(self._found[number].node)):
            return source_text.name(scope, "blank")
        if number < 0 or shown.startswith("#"):
            return source_text.name(scope, line_text(shown, masked))
        return self._of_statement(number, line, masked)

    def _of_statement(self, number: int, line: int, masked: bool) -> str:
        statement = self._found[number]
        text = self._text(number)
        if len(text) > LONGEST or is_docstring(statement.node):
            part = self._part(statement, line)
            text = normalised(part, masked=masked) if part else ""
            if not text or len(text) > LONGEST:
                text = self._rest(statement, line, masked)
            return source_text.name(statement.scope, text)
        if masked:
            text = normalised(self._header(statement), masked=True)
        return source_text.name(statement.scope, text, self._ordinal(number))

    def _rest(self, statement: Statement, line: int, masked: bool) -> str:
        """A line of what is too long to be named as a whole."""
        if line == statement.first and not is_docstring(statement.node):
            return normalised(self._header(statement), masked=masked)[:HEAD]
        return line_text(self._lines[line - 1].strip(), masked)

    def _part(self, statement: Statement, line: int) -> str:
        """The outermost part of a long statement that holds the line and is short enough."""
        node: ast.AST = statement.node
        while (part := self._parts(node).get(line)) is not None:
            begin, end = part
            text = self._short(part)
            if text is not None:
                return "" if isinstance(end, ast.Constant) and begin is end else text
            node = end
        return ""

    def _short(self, part: _Part) -> str | None:
        """The source of a part, None if it is too long."""
        begin, end = part
        if id(begin) not in self._sources:
            stop = end.end_col_offset or 0
            text = self._between(begin.lineno, begin.col_offset, last(end), stop)
            self._sources[id(begin)] = text if len(normalised(text)) <= LONGEST else None
        return self._sources[id(begin)]

    def _parts(self, node: ast.AST) -> dict[int, _Part | None]:
        """The one part of a node on each line, None where there are several."""
        if id(node) not in self._inside:
            inside: dict[int, _Part | None] = {}
            for part in elements(node):
                for line in range(part[0].lineno, last(part[1]) + 1):
                    inside[line] = None if line in inside else part
            self._inside[id(node)] = inside
        return self._inside[id(node)]

    def _ordinal(self, number: int) -> int:
        scope = self._found[number].scope
        if scope not in self._ordinals:
            members = self._scopes[scope]
            counted = source_text.ordinals([self._text(member) for member in members])
            self._ordinals[scope] = dict(zip(members, counted, strict=True))
        return self._ordinals[scope][number]

    def _text(self, number: int) -> str:
        if number not in self._texts:
            self._texts[number] = normalised(self._header(self._found[number]))
        return self._texts[number]

    def _header(self, statement: Statement) -> str:
        """The source of a simple statement, or of a compound one up to what it holds."""
        node = statement.node
        if isinstance(node, _NAMED):
            return "class" if isinstance(node, ast.ClassDef) else "def"
        if isinstance(node, ast.match_case):
            pattern = node.pattern
            return self._between(pattern.lineno, pattern.col_offset, *start(node.body[0]))
        suite = next(children(node), None)
        end = start(suite) if suite else (last(node), node.end_col_offset or 0)
        text = self._between(node.lineno, node.col_offset, *end)
        if statement.before is None:
            return text
        begin = statement.before
        head = self._between(*start(begin), last(begin), begin.end_col_offset or 0)
        return normalised(head)[:HEAD] + text

    def _between(self, first: int, column: int, last: int, end: int) -> str:
        """Source from one place to another; columns are bytes of UTF-8, as ast counts."""
        if first == last:
            return cut(self._lines[first - 1], column, end)
        middle = self._lines[first : last - 1]
        head, tail = self._lines[first - 1], self._lines[last - 1]
        return "\n".join((cut(head, column, None), *middle, cut(tail, 0, end)))


def owners(found: Iterable[Statement], size: int) -> list[int]:
    """For each line the number of the innermost statement on it, -1 where there is none.

    Where a function, class or handler begins, its header owns the line, whatever follows; of
    several statements between semicolons it is the first.
    """
    owner = [-1] * size
    taken = bytearray(size)
    for number, statement in enumerate(found):
        lines = range(statement.first, min(statement.last + 1, size))
        for line in lines:
            if not taken[line]:
                owner[line] = number
        if isinstance(statement.node, (*_NAMED, ast.excepthandler)):
            lines = lines[:1]
        elif holds_others(statement.node):
            lines = lines[:0]
        for line in lines:
            taken[line] = 1
    return owner


def elements(node: ast.AST) -> Iterator[_Part]:
    """The parts of an expression, each as its first and last node; pairs of a dict are one."""
    if isinstance(node, ast.Dict):
        for name, value in zip(node.keys, node.values, strict=True):
            yield name or value, value
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr | ast.keyword):
            yield child, child


def start(node: _Node) -> tuple[int, int]:
    """Where a statement begins, its decorators included."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.pattern.col_offset
    if isinstance(node, _NAMED) and node.decorator_list:
        return node.decorator_list[0].lineno, node.decorator_list[0].col_offset
    return node.lineno, node.col_offset


def last(node: ast.stmt | ast.expr | ast.keyword | ast.excepthandler) -> int:
    """The last line of a node."""
    return node.end_lineno or node.lineno


def is_docstring(node: _Node) -> bool:
    """Whether a statement is nothing but a text."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def cut(line: str, begin: int, end: int | None) -> str:
    """Part of a line; places count bytes."""
    if line.isascii():
        return line[begin:end]
    return line.encode()[begin:end].decode("utf-8", "replace")
