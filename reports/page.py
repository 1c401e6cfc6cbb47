"""What the HTML page shows, as plain values: chosen, ordered, counted and cut, without markup."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core.model import (
    Finding,
    GateResult,
    GateStatus,
    LevelResult,
    Scorecard,
    Severity,
    Status,
)
from reports.cells import first_line
from reports.charts import Chart, charts
from reports.order import (
    criteria_worst_first,
    fair_shares,
    findings_worst_first,
    gates_worst_first,
    reasons,
    status_counts,
    total_findings,
)
from reports.rows import Row, row, several_lines
from reports.visible import LONGEST, block, line
from reports.words import decided_by

MOST_FINDINGS = 2000
_TEXT_BUDGET = 900_000  # characters of messages, fixes and commands: keeps the page under 3 MB
_SHORTEST = 160
_MOST_TOOLS = 8
_FOLDED_FROM = 12  # a rule with more findings than this starts closed


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One finding. `fix` and `reproduce` are empty where the group says them once."""

    anchor: str
    place: str
    message: str
    fix: str
    reproduce: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one rule. `total` counts them all, `items` are the ones shown."""

    severity: Severity
    tool: str
    rule: str
    url: str
    total: int
    fix: str
    reproduce: str
    items: tuple[Item, ...]
    folded: bool


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One gate. `unshown_rules` counts rules of which no finding fitted on the page.

    `reasons` are first lines; `lines` is the gate's detail where it has more than one of them.
    """

    gate: GateResult
    anchor: str
    reasons: tuple[str, ...]
    lines: str
    rows: tuple[Row, ...]
    passed: int
    groups: tuple[Group, ...]
    total: int
    shown: int
    unshown_rules: int
    charts: tuple[Chart, ...]
    tools: tuple[str, ...]  # with their versions, each once
    folded: bool


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level: the verdict with the levels below, and the gates of exactly this level."""

    number: int
    result: LevelResult | None
    counts: tuple[tuple[GateStatus, int], ...]
    cards: tuple[Card, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do; `anchor` leads to its gate, if it names one."""

    gate: str
    anchor: str
    text: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    card: Scorecard
    decided_by: str
    levels: tuple[Level, ...]
    steps: tuple[Step, ...]
    findings_total: int
    findings_shown: int
    unreported: int  # gates without a result
    skipped: tuple[tuple[str, str], ...]
    durations: tuple[tuple[str, float], ...]


def page(card: Scorecard) -> Page:
    """Return the page of a scorecard: at most 2,000 findings, every gate and criterion."""
    gates = gates_worst_first(card.gates)
    anchors = _anchors([gate.id for gate in gates])
    shares = fair_shares([len(gate.findings) for gate in gates], MOST_FINDINGS)
    chosen = [_choose(gate.findings, share) for gate, share in zip(gates, shares, strict=True)]
    limit = _text_limit(finding for each in chosen for finding in each)
    names = _Names()
    cards = [
        _card(gate, anchor, findings, limit, names)
        for gate, anchor, findings in zip(gates, anchors, chosen, strict=True)
    ]
    return Page(
        card=card,
        decided_by=decided_by(card),
        levels=tuple(_levels(card, cards)),
        steps=tuple(_step(text, cards) for text in card.next_steps),
        findings_total=sum(each.total for each in cards),
        findings_shown=sum(each.shown for each in cards),
        unreported=sum(gate.status is GateStatus.NOT_RUN for gate in gates),
        skipped=tuple(_skipped(gates)),
        durations=tuple(sorted(card.run.durations_s.items(), key=lambda each: (-each[1], each[0]))),
    )


class _Names:
    """Gives anchors that no two elements share: the second of a name gets a number."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def unique(self, name: str) -> str:
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return name if count == 1 else f"{name}--{count}"


def _anchors(ids: Iterable[str]) -> list[str]:
    names = _Names()
    return [names.unique("gate-" + _slug(each)) for each in ids]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:80].strip("-") or "x"


def _choose(findings: Sequence[Finding], share: int) -> list[Finding]:
    """The worst findings, but some of every rule."""
    ordered = findings_worst_first(findings)
    if len(ordered) <= share:
        return ordered
    groups = list(_by_rule(ordered).values())
    shares = fair_shares([len(group) for group in groups], share)
    return [each for group, most in zip(groups, shares, strict=True) for each in group[:most]]


def _by_rule(findings: Iterable[Finding]) -> dict[tuple[Severity, str, str], list[Finding]]:
    groups: dict[tuple[Severity, str, str], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.severity, each.tool, each.rule), []).append(each)
    return groups


def _text_limit(findings: Iterable[Finding]) -> int:
    sizes = [
        min(len(text), LONGEST)
        for each in findings
        for text in (each.message, each.fix, each.reproduce, each.path)
    ]
    if sum(sizes) <= _TEXT_BUDGET:
        return LONGEST
    return max(_SHORTEST, _TEXT_BUDGET // len(sizes))


def _card(
    gate: GateResult, anchor: str, findings: list[Finding], limit: int, names: _Names
) -> Card:
    totals = {key: len(group) for key, group in _by_rule(gate.findings).items()}
    groups = [
        _group(anchor, totals[key], group, limit, names)
        for key, group in _by_rule(findings).items()
    ]
    return Card(
        gate=gate,
        anchor=anchor,
        reasons=tuple(first_line(text) for text in reasons(gate)),
        lines=several_lines(gate),
        rows=tuple(row(each, gate) for each in criteria_worst_first(gate.criteria)),
        passed=sum(each.status is Status.PASS for each in gate.criteria),
        groups=tuple(groups),
        total=total_findings(gate),
        shown=len(findings),
        unshown_rules=len(totals) - len(groups),
        charts=tuple(charts(gate.evidence.series)),
        tools=_tools(gate),
        folded=gate.status is GateStatus.PASS,
    )


def _tools(gate: GateResult) -> tuple[str, ...]:
    named = [line(f"{run.tool} {run.version}", 120) for run in gate.evidence.executions]
    return tuple(dict.fromkeys(named))[:_MOST_TOOLS]


def _group(anchor: str, total: int, findings: list[Finding], limit: int, names: _Names) -> Group:
    first = findings[0]
    fix = _common([each.fix for each in findings])
    reproduce = _common([each.reproduce for each in findings])
    return Group(
        severity=first.severity,
        tool=first.tool,
        rule=first.rule,
        url=_common([each.url for each in findings]),
        total=total,
        fix=fix,
        reproduce=block(reproduce, limit),
        items=tuple(
            Item(
                anchor=names.unique(f"{anchor}-{_slug(each.fingerprint or each.rule)}"),
                place=_place(each),
                message=block(each.message, limit),
                fix="" if fix else block(each.fix, limit),
                reproduce="" if reproduce else block(each.reproduce, limit),
            )
            for each in findings
        ),
        folded=len(findings) > _FOLDED_FROM,
    )


def _common(texts: Sequence[str]) -> str:
    return texts[0] if len(set(texts)) == 1 else ""


def _place(finding: Finding) -> str:
    path = line(finding.path, 300)
    return f"{path}:{finding.line}" if path and finding.line else path


def _levels(card: Scorecard, cards: Sequence[Card]) -> Iterator[Level]:
    results = {each.level: each for each in card.levels}
    for number in sorted({*results, *(each.gate.level for each in cards)}):
        yield Level(
            number=number,
            result=results.get(number),
            counts=tuple(status_counts(card, number)),
            cards=tuple(each for each in cards if each.gate.level == number),
        )


def _step(text: str, cards: Iterable[Card]) -> Step:
    gate, colon, rest = text.partition(": ")
    for each in cards:
        if colon and each.gate.id == gate:
            return Step(gate=gate, anchor=each.anchor, text=rest)
    return Step(gate="", anchor="", text=text)


def _skipped(gates: Iterable[GateResult]) -> Iterator[tuple[str, str]]:
    for gate in gates:
        if gate.status is GateStatus.SKIPPED:
            yield gate.id, gate.detail
            continue
        for each in gate.criteria:
            if each.skipped:
                yield each.id, each.skipped
