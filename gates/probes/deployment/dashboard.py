"""Checks dashboards of Grafana: they parse, and their panels name metrics that are there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.deployment import alerts, promql
from gates.probes.deployment.alerts import Known
from gates.probes.deployment.reading import Unreadable, decoded, items, objects

METRIC = "deployment.dashboard_violations"
_HINT = re.compile(r"dashboard|grafana", re.IGNORECASE)
_LABEL_VALUES = re.compile(r"\s*label_values\(\s*(.+?)\s*,\s*[\w:]+\s*\)\s*$", re.DOTALL)
_RESULT = re.compile(r"\s*query_result\((.+)\)\s*$", re.DOTALL)
_TIME = re.compile(r"\$\{?__(?:rate_interval|interval|range)(?:_s|_ms)?\}?|(?<=[\[:])\$\{?\w+\}?")
_VARIABLE = re.compile(r"\$\{\w+(?::\w+)?\}|\$\w+|\[\[\w+\]\]")
_UNKNOWN = "gatescore_variable"  # stands for a variable; a metric with it in its name may be any
_DEPTH = 10


class Asked(msgspec.Struct, frozen=True):
    """One expression, and where it stands: a panel by its title."""

    where: str
    expression: str


def found(tree: Path, named: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, ...]:
    """The dashboards: those named, or those that are one by name and content."""
    return named or tuple(name for name in files if _is_one(tree, name))


def _is_one(tree: Path, name: str) -> bool:
    if not name.lower().endswith(".json") or not _HINT.search(name):
        return False
    try:
        held = decoded(tree, name)
    except Unreadable:  # Grafana is the name of a company, too: of plugins, and of settings
        return "dashboard" in name.lower()
    return bool({"panels", "rows"} & _board(held).keys())


def looked(tree: Path, files: tuple[str, ...], known: Known) -> Look:
    """What is wrong with the dashboards, or that there is none."""
    if not files:
        text = "there is no dashboard: a JSON file with panels, called dashboard or below grafana"
        return counted(METRIC, (_flaw("missing", "", text),), examined=1)
    flaws: list[Flaw] = []
    count = 0
    for name in files:
        try:
            asked = tuple(_asked(_board(decoded(tree, name))))
        except Unreadable as error:
            flaws.append(_flaw("unreadable", name, f"{name} cannot be read: {error}"))
            continue
        if not any(map(_names_metrics, asked)):
            flaws.append(_flaw("empty", name, f"{name} has no panel that asks Prometheus"))
        count += len(asked)
        flaws += _faults(name, asked, known)
    if known.exposed is None and not flaws:
        return unjudged(METRIC, alerts.UNKNOWN)
    detail = f"{count} queries of {len(files)} dashboards"
    notes = (alerts.UNKNOWN,) if known.exposed is None else ()
    return counted(METRIC, flaws, examined=len(files), detail=detail, notes=notes)


def _board(held: dict[str, Any]) -> dict[str, Any]:
    """The dashboard itself, where the file is what Grafana's interface takes."""
    return objects(held["dashboard"]) if "dashboard" in held else held


def _asked(board: dict[str, Any]) -> Iterator[Asked]:
    for row in (board, *items(board.get("rows"))):
        yield from _of_panels(items(objects(row).get("panels")), 0)
    for variable in items(objects(board.get("templating")).get("list")):
        said = objects(variable).get("query")
        text = said if isinstance(said, str) else objects(said).get("query")
        inner = [m for p in (_LABEL_VALUES, _RESULT) if (m := p.match(str(text or "")))]
        if objects(variable).get("type") == "query" and inner:
            yield Asked(f"variable {objects(variable).get('name', '')}"[:120], inner[0][1])


def _of_panels(panels: list[Any], depth: int) -> Iterator[Asked]:
    for panel in map(objects, panels):
        where = f"panel {panel.get('title') or panel.get('id', '')}"[:120]
        for target in map(objects, items(panel.get("targets"))):
            expression = target.get("expr")
            if isinstance(expression, str) and expression.strip() and _is_prometheus(panel, target):
                yield Asked(where, expression)
        if depth < _DEPTH:
            yield from _of_panels(items(panel.get("panels")), depth + 1)


def _is_prometheus(panel: dict[str, Any], target: dict[str, Any]) -> bool:
    """Whether a query goes to Prometheus: it does where nothing says another kind."""
    source = target.get("datasource") or panel.get("datasource")
    kind = objects(source).get("type")
    return kind is None or kind == "prometheus"


def _names_metrics(one: Asked) -> bool:
    """Whether a query asks for what somebody measured; one that does not parse is told of."""
    try:
        return bool(promql.read(plain(one.expression)).metrics)
    except promql.QueryError:
        return True


def _faults(name: str, asked: tuple[Asked, ...], known: Known) -> Iterator[Flaw]:
    for one in asked:
        try:
            query = promql.read(plain(one.expression))
        except promql.QueryError as error:
            yield _flaw("expression", name, f"{name}: {one.where} does not parse: {error}")
            continue
        for metric in sorted(query.metrics):
            if _UNKNOWN not in metric and not known.has(metric):
                text = f"{name}: {one.where} names {metric}, which the service does not expose"
                yield _flaw("metric", name, text)


def plain(expression: str) -> str:
    """The expression with Grafana's variables as what they could be: a time, or a word."""
    return _VARIABLE.sub(_UNKNOWN, _TIME.sub("5m", expression))


_FIXES = {
    "missing": "Export the dashboard that you look at as JSON, and commit it.",
    "unreadable": "Export it anew.",
    "empty": "Add panels for rate, errors and duration of the requests.",
    "expression": "Mend the query: Grafana's Explore shows where it breaks.",
    "metric": "Name a metric that /metrics shows, or say whose it is: deployment.metrics.",
}


def _flaw(word: str, path: str, message: str) -> Flaw:
    return Flaw(rule=f"dashboard-{word}", message=message, path=path, fix=_FIXES[word])
