"""Reads PromQL with promql-parser: which metrics an expression names, and what it watches."""

import re
from typing import Any

import msgspec
import promql_parser

from gates.core.exposition import STATUSES

MADE = frozenset({"ALERTS", "ALERTS_FOR_STATE", "up"})  # by Prometheus itself; scrape_* too
_STATUS_LABELS = STATUSES | {"outcome", "result", "status_class"}
_DURATION = re.compile("".join(rf"(?:\d+{unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")))
_QUANTILES = frozenset({"histogram_avg", "histogram_fraction", "histogram_quantile"})
_ABSENT = frozenset({"absent", "absent_over_time"})
_SLOW = re.compile(r"duration|latency|response_time|request_time|_seconds|_ms(?:_|$)", re.I)
_COUNT = re.compile(r"_(?:count|total|created)$")
_WRONG = re.compile(r"error|fail|exception|5xx", re.IGNORECASE)
_ALIVE = re.compile(r"(?:^|_)up$|^probe_success$")
_SERVER_ERROR = re.compile(r"(?:^|[|(\[])5|error|fail", re.IGNORECASE)
_SUCCESS = re.compile(r"^\(?(?:2|\[1-[234]\]|\[23|\[2-4)")


class QueryError(Exception):
    """The expression does not parse; the text says why."""


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What an expression asks for: names of metrics, and signals (latency, errors …)."""

    metrics: frozenset[str]
    signals: frozenset[str]


def read(expression: str) -> Query:
    """Parse an expression. Raises QueryError."""
    try:
        parsed = promql_parser.parse(expression)
    except ValueError as error:
        raise QueryError(" ".join(str(error).split())[:200]) from None
    metrics: set[str] = set()
    signals: set[str] = set()

    def visit(node: Any) -> bool:
        match node:
            case promql_parser.VectorSelector():
                name = _name(node)
                metrics.update({name} if name else ())
                signals.update(_of_selector(name, node))
            case promql_parser.Call():
                signals.update(_of_function(node.func.name))
            case _:
                pass
        return True

    promql_parser.walk(parsed, visit)
    return Query(metrics=frozenset(metrics), signals=frozenset(signals))


def is_duration(text: str) -> bool:
    """Whether a text is a duration as Prometheus writes it: 5m, 1h30m, 0."""
    return text == "0" or bool(text and _DURATION.fullmatch(text))


def _name(selector: Any) -> str:
    if selector.name:
        return str(selector.name)
    for one in selector.matchers.matchers:
        if one.name == "__name__" and one.op == promql_parser.MatchOp.Equal:
            return str(one.value)
    return ""


def _of_selector(name: str, selector: Any) -> set[str]:
    found = set()
    if any(_is_error(one) for one in selector.matchers.matchers) or _WRONG.search(name):
        found.add("errors")
    if _SLOW.search(name) and not _COUNT.search(name):
        found.add("latency")
    if _ALIVE.search(name):
        found.add("availability")
    return found


def _of_function(name: str) -> set[str]:
    if name in _QUANTILES:
        return {"latency"}
    return {"availability"} if name in _ABSENT else set()


def _is_error(matcher: Any) -> bool:
    """Whether a matcher picks answers of the server's errors, by status."""
    if matcher.name.lower() not in _STATUS_LABELS:
        return False
    op, value = matcher.op, str(matcher.value)
    if op in (promql_parser.MatchOp.Equal, promql_parser.MatchOp.Re):
        return bool(_SERVER_ERROR.search(value))
    return op == promql_parser.MatchOp.NotRe and bool(_SUCCESS.search(value))
