"""Finds calls that a reviewer minds: the database from a route, and the network without a timeout.

Only what is certain counts: names decide, and what they do not show is left to people.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.core.model import Finding, Measurement, Severity, ToolReport
from gates.probes import _common, _route_sql, _timeouts

SQL, TIMEOUT = "review.sql_in_routes", "review.no_timeout"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """The input: the tree (absolute), and the Python files relative to it."""

    tree: str
    files: tuple[str, ...]


def measure(given: dict[str, Any]) -> ToolReport:
    """Look at every file. One that cannot be read is listed, never counted as clean.

    A text without any of the words has nothing to find, so it is not parsed.
    """
    task = msgspec.convert(given, Given)
    modules: dict[str, ast.Module] = {}
    lost: list[str] = []
    for name in task.files:
        try:
            source = Path(task.tree, name).read_bytes()
            if _route_sql.may_matter(name, source) or _timeouts.may_matter(source):
                modules[name] = ast.parse(source)
        except (OSError, SyntaxError, ValueError, RecursionError) as error:
            lost.append(f"{name}: {error}")
    default = any(map(_timeouts.sets_default, modules.values()))
    findings = tuple(one for item in modules.items() for one in look(*item, default))
    counts = {name: sum(one.metric == name for one in findings) for name in (SQL, TIMEOUT)}
    return ToolReport(
        tool="calls",
        examined=len(task.files) - len(lost),
        examined_unit="files",
        measurements={name: Measurement(value=count) for name, count in counts.items()},
        findings=findings,
        incomplete=tuple(lost),
    )


def look(name: str, module: ast.Module, default: bool) -> Iterator[Finding]:
    """All findings of one file."""
    if _route_sql.is_route_module(name, module):
        for line, what in sorted(_route_sql.found(module)):
            yield finding(
                "sql-in-routes",
                SQL,
                (name, line),
                f"A module of routes talks to the database: {what}",
                "Move it to a module of the store, and call that from the route.",
            )
    for line, call in sorted(_timeouts.found(module, default)):
        yield finding(
            "no-timeout",
            TIMEOUT,
            (name, line),
            f"{call} without a timeout waits for ever",
            "Give it a timeout in seconds.",
        )


def finding(rule: str, metric: str, place: tuple[str, int], message: str, fix: str) -> Finding:
    """One finding at (path, line)."""
    return Finding(
        tool="calls",
        rule=rule,
        severity=Severity.MEDIUM,
        message=message,
        path=place[0],
        line=place[1],
        fix=fix,
        metric=metric,
    )


if __name__ == "__main__":
    _common.run(measure)
