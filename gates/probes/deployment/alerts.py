"""Checks rule files of Prometheus: they parse, watch the three signals, and name real metrics."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from gates.probes import _common
from gates.probes._looks import Flaw, Look, counted, unjudged
from gates.probes.deployment import promql
from gates.probes.deployment.reading import Unreadable, decoded, items, objects

METRIC = "deployment.alert_gaps"
SIGNALS = ("latency", "errors", "availability")
LABEL = "signal"  # of an alert, where its expression does not tell
UNKNOWN = "the metrics of the service were not read in this run; run it with --gate observability"
_HINT = re.compile(r"alert|rule|prometheus", re.IGNORECASE)
_RULES = re.compile(r"^(?:groups|\s*(?:-\s*)?(?:alert|record|expr)):", re.MULTILINE)  # if broken


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a file: an alert, or a recording that makes a metric."""

    path: str
    name: str
    expression: str
    records: bool = False
    signal: str = ""
    line: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Metrics that may be named: what the service shows (None: nobody has looked), and others."""

    exposed: frozenset[str] | None = None
    others: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether a metric may be named; where nobody has looked, any may."""
        made = name in promql.MADE or name.startswith("scrape_")
        if made or self.exposed is None or name in self.exposed:
            return True
        return any(fnmatchcase(name, pattern) for pattern in self.others)


def found(tree: Path, named: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, ...]:
    """The rule files: those named, or those that are one by name and content."""
    return named or tuple(name for name in files if _is_one(tree, name))


def _is_one(tree: Path, name: str) -> bool:
    place = PurePosixPath(name)
    if (
        place.suffix not in (".rules", ".yml", ".yaml")
        or not _HINT.search(name)
        or ".github" in place.parts
    ):
        return False
    try:
        held = decoded(tree, name)
    except Unreadable:
        return bool(_RULES.search(_common.read_text(tree, name) or ""))
    return "groups" in held or held.get("kind") == "PrometheusRule"


def looked(tree: Path, files: tuple[str, ...], known: Known) -> tuple[Look, frozenset[str]]:
    """What is missing or wrong, and the names of the metrics that the rules record."""
    flaws: list[Flaw] = []
    rules: list[Rule] = []
    for name in files:
        try:
            rules += _rules(tree, name, flaws)
        except Unreadable as error:
            flaws.append(_flaw("unreadable", name, f"{name} is no rule file: {error}"))
    recorded = frozenset(rule.name for rule in rules if rule.records)
    given = known
    if known.exposed is not None:
        given = msgspec.structs.replace(known, exposed=known.exposed | recorded)
    seen: set[str] = set()
    for rule in rules:
        seen |= _judged(rule, given, flaws)
    flaws += [
        _flaw("missing", files[0] if files else "", f"no alert watches {signal}")
        for signal in SIGNALS
        if signal not in seen
    ]
    alerts = sum(not rule.records for rule in rules)
    detail = f"{alerts} alerts in {len(files)} rule files"
    if known.exposed is None and not flaws:
        return unjudged(METRIC, UNKNOWN), recorded
    notes = (UNKNOWN,) if known.exposed is None else ()
    made = counted(METRIC, flaws, examined=len(files) or 1, detail=detail, notes=notes)
    return made, recorded


def _judged(rule: Rule, known: Known, flaws: list[Flaw]) -> set[str]:
    """The signals that a rule watches; what is wrong with it is added to the flaws."""
    what = f"{'record' if rule.records else 'alert'} {rule.name}"
    try:
        query = promql.read(rule.expression)
    except promql.QueryError as error:
        text = f"{rule.path}: {what} does not parse: {error}"
        flaws.append(_flaw("expression", rule.path, text, rule.line))
        return set()
    unknown = [name for name in sorted(query.metrics) if not known.has(name)]
    for name in unknown:
        text = f"{rule.path}: {what} names {name}, which the service does not expose"
        flaws.append(_flaw("metric", rule.path, text, rule.line))
    if rule.records or unknown:
        return set()
    if not query.metrics:  # a number that is always there watches nothing; what is absent may
        return {*query.signals} & {"availability"}
    return {*query.signals, *({rule.signal} & set(SIGNALS))}


def _rules(tree: Path, name: str, flaws: list[Flaw]) -> Iterator[Rule]:
    held = decoded(tree, name)
    if held.get("kind") == "PrometheusRule":
        held = objects(held.get("spec"))
    groups = held.get("groups")
    if not isinstance(groups, list) or not groups:
        raise Unreadable("it has no groups")
    text = _common.read_text(tree, name) or ""
    names: set[str] = set()
    for group in groups:
        title = str(objects(group).get("name", ""))
        if not title or title in names:
            why = "a group has no name" if not title else f"two groups are called {title[:80]}"
            flaws.append(_flaw("rule", name, f"{name}: {why}"))
        names.add(title)
        for rule in items(objects(group).get("rules")):
            yield from _rule(objects(rule), name, text, flaws)


def _rule(rule: dict[str, Any], path: str, text: str, flaws: list[Flaw]) -> Iterator[Rule]:
    kinds = [kind for kind in ("alert", "record") if isinstance(rule.get(kind), str)]
    expression = rule.get("expr")
    if len(kinds) != 1 or not isinstance(expression, str | int | float):
        said = str(rule.get("alert") or rule.get("record") or "a rule")[:80]
        words = f"{path}: {said} needs expr, and either alert or record"
        flaws.append(_flaw("rule", path, words))
        return
    name = rule[kinds[0]]
    line = _line(text, kinds[0], name)
    for key in ("for", "keep_firing_for"):
        if key in rule and not promql.is_duration(str(rule[key])):
            words = f"{path}: alert {name[:80]} has {key}: {str(rule[key])[:40]}, no duration"
            flaws.append(_flaw("rule", path, words, line))
    yield Rule(
        path=path,
        name=name[:200],
        expression=str(expression),
        records=kinds[0] == "record",
        signal=str(objects(rule.get("labels")).get(LABEL, "")),
        line=line,
    )


def _line(text: str, kind: str, name: str) -> int:
    pattern = re.compile(rf"^\s*(?:-\s*)?{kind}:\s*[\"']?{re.escape(name)}[\"']?\s*(?:#.*)?$")
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if pattern.match(line)), 0)


_FIXES = {
    "unreadable": "Mend the file; promtool check rules names what is wrong.",
    "expression": "Mend the expression; promtool check rules names what is wrong.",
    "rule": "Write it as Prometheus reads it; promtool check rules names what is wrong.",
    "metric": "Name a metric that /metrics shows, or say whose it is: deployment.metrics.",
    "missing": "Write an alert for it on a metric of the service; the docs of the gate show how.",
}


def _flaw(word: str, path: str, message: str, line: int = 0) -> Flaw:
    return Flaw(rule=f"alert-{word}", message=message, path=path, line=line, fix=_FIXES[word])
