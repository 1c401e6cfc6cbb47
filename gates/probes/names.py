"""Judges names: Python files, tables, and environment variables that the code reads.

Texts are searched, and nothing is run; what cannot be told for certain is no finding.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common, _tables
from gates.probes.documentation import variables

METRIC = "review.names"
MODULE = re.compile(r"_*[a-z0-9]+(?:_+[a-z0-9]+)*_*")
NODE_VARIABLE = re.compile(r"\bprocess\.env(?:\.(\w+)|\[\s*['\"](\w+)['\"]\s*\])")
# A text without any of them has nothing to find, so it is not parsed.
TABLE_WORDS = re.compile(rb"create\s[\s\S]{0,40}?table|__tablename__", re.I)
VARIABLE_WORDS = re.compile(rb"environ|getenv|envvar|BaseSettings")
# In lower case by an old convention of programs that go through a proxy.
LOWER = frozenset({"http_proxy", "https_proxy", "no_proxy", "all_proxy", "ftp_proxy"})
LOWER_PREFIX = "npm_"  # npm's own
Named = Iterator[Finding]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the tree (absolute); Python, Node and SQL files relative to it."""

    tree: str
    python: tuple[str, ...]
    node: tuple[str, ...]
    sql: tuple[str, ...]


def measure(given: dict[str, Any]) -> ToolReport:
    """Look at every file. One that cannot be read is listed, never counted as clean."""
    task = msgspec.convert(given, Given)
    findings: list[Finding] = []
    lost: list[str] = []
    looks = ((task.python, of_python), (task.node, of_node), (task.sql, of_sql))
    for names, look in looks:
        for name in names:
            try:
                findings += sorted(look(name, Path(task.tree, name).read_bytes()), key=_line)
            except (OSError, SyntaxError, ValueError, RecursionError) as error:
                lost.append(f"{name}: {error}")
    return ToolReport(
        tool="names",
        examined=sum(len(names) for names, _ in looks) - len(lost),
        examined_unit="files",
        measurements={METRIC: Measurement(value=len(findings))},
        findings=tuple(findings),
        incomplete=tuple(lost),
    )


def _line(finding: Finding) -> int:
    return finding.line


def of_python(name: str, source: bytes) -> Named:
    """File, tables and variables of a module. Raises SyntaxError or ValueError."""
    if not MODULE.fullmatch(PurePosixPath(name).stem):
        yield finding("file-name", (name, 0), "A Python file whose name is not snake_case")
    if TABLE_WORDS.search(source):
        yield from tables(name, _tables.of_python(ast.parse(source)))
    if VARIABLE_WORDS.search(source):
        for read in variables.reads(source, name).reads:
            yield from variable(read.name, (name, read.line))


def of_node(name: str, source: bytes) -> Named:
    """Tables and variables of a JavaScript or TypeScript source; ESLint judges its file name."""
    text = source.decode("utf-8-sig")
    yield from tables(name, _tables.of_text(text))
    for found in NODE_VARIABLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield from variable(found[1] or found[2], (name, line))


def of_sql(name: str, source: bytes) -> Named:
    """Tables of a file of SQL."""
    yield from tables(name, _tables.of_sql(source.decode("utf-8-sig")))


def tables(path: str, made: Iterator[_tables.Place]) -> Named:
    """A finding for each table whose name is none."""
    for table, line in made:
        if fault := _tables.fault(table):
            yield finding("table-name", (path, line), f"Table {table!r}: {fault}")


def variable(name: str, place: tuple[str, int]) -> Named:
    """A finding if an environment variable is not in upper case."""
    foreign = not name.isidentifier() or name in LOWER or name.startswith(LOWER_PREFIX)
    if name != name.upper() and not foreign:  # "wsgi.errors" is of a request
        message = f"Environment variable {name!r}: not in upper case"
        yield finding("environment-name", place, message)


def finding(rule: str, place: tuple[str, int], message: str) -> Finding:
    """One finding at (path, line); line 0 is the file itself."""
    return Finding(
        tool="names",
        rule=rule,
        severity=Severity.INFO,
        message=message,
        path=place[0],
        line=place[1],
        metric=METRIC,
    )


if __name__ == "__main__":
    _common.run(measure)
