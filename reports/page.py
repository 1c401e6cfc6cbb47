"""What the HTML page shows, as plain values: chosen, ordered, counted and cut, without markup."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.model import (
    FindingState,
    GateResult,
    GateStatus,
    LevelResult,
    Scorecard,
    Status,
)
from reports.categories import ListView, lists_of
from reports.cells import first_line
from reports.charts import Chart, charts
from reports.checklists import ChecklistView, checklists_of
from reports.groups import Frame, Names, Piles, Section, picked, piled, sections, slug, text_limit
from reports.load import LoadPart, heaviest, is_shown, load_part, not_drawn
from reports.matrix import Matrix, matrix_of
from reports.order import (
    criteria_worst_first,
    gates_worst_first,
    reasons,
    status_counts,
)
from reports.rows import Row, row, several_lines
from reports.visible import line
from reports.waivers import Waivers, anchors_of, waivers_of
from reports.words import decided_by

_MOST_TOOLS = 8
_CONTROL = "control of "  # how the runner begins a note on a control


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One gate. `others` are its sections of findings that do not count, without empty ones.

    `reasons` are first lines; `lines` is the gate's detail where it has more than one of them.
    `judged` counts the criteria that are not skipped. `age_s`: of a result that was taken over.
    """

    gate: GateResult
    anchor: str
    reasons: tuple[str, ...]
    lines: str
    rows: tuple[Row, ...]
    passed: int
    judged: int
    counted: Section
    others: tuple[Section, ...]
    age_s: float | None
    controls: tuple[str, ...]
    notes: tuple[str, ...]
    load: LoadPart | None
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
    skipped: tuple[tuple[str, tuple[str, ...]], ...]  # reason → what is skipped for it
    waivers: Waivers | None
    matrix: Matrix | None
    categories: tuple[ListView, ...]
    checklists: tuple[ChecklistView, ...]
    old: int  # findings that the baseline knows, and that count all the same
    reused: int
    oldest_s: float
    durations: tuple[tuple[str, float], ...]


def page(card: Scorecard) -> Page:
    """Return the page of a scorecard: at most 2,000 findings, every gate and criterion."""
    gates = gates_worst_first(card.gates)
    names = Names()
    anchors = [names.unique("gate-" + slug(gate.id)) for gate in gates]
    waivers = waivers_of(card.waivers, names)
    every = piled(gates)
    chosen = picked(every)
    limit = text_limit(each for piles in chosen for pile in piles.values() for each in pile)
    links = anchors_of(waivers)
    loaded = heaviest(gates)
    cards = []
    for gate, anchor, piles, parts in zip(gates, anchors, every, chosen, strict=True):
        frame = Frame(anchor=anchor, limit=limit, names=names, waivers=links)
        found = sections(gate, piles, parts, frame)
        load = load_part(gate, card.operations if gate.id == loaded else ())
        cards.append(_card(gate, found, anchor, card.run.reused_s, load))
    places = {gate.id: anchor for gate, anchor in zip(gates, anchors, strict=True)}
    ages = [each.age_s for each in cards if each.age_s is not None]
    return Page(
        card=card,
        decided_by=decided_by(card),
        levels=tuple(_levels(card, cards)),
        steps=tuple(_step(text, cards) for text in card.next_steps),
        findings_total=sum(each.counted.total for each in cards),
        findings_shown=sum(each.counted.shown for each in cards),
        unreported=sum(gate.status is GateStatus.NOT_RUN for gate in gates),
        skipped=tuple(_skipped(gates)),
        waivers=waivers,
        matrix=matrix_of(card.operations),
        categories=lists_of(card.categories, places),
        checklists=checklists_of(card.checklists, places),
        old=_old(every),
        reused=len(ages),
        oldest_s=max(ages, default=0.0),
        durations=tuple(sorted(card.run.durations_s.items(), key=lambda each: (-each[1], each[0]))),
    )


def _old(every: Iterable[Piles]) -> int:
    return sum(each.state is FindingState.OLD for piles in every for each in piles["counted"])


def _card(
    gate: GateResult,
    found: Mapping[str, Section],
    anchor: str,
    ages: Mapping[str, float],
    load: LoadPart | None,
) -> Card:
    shown = [note for note in gate.evidence.notes if load is None or not is_shown(note)]
    hidden = not_drawn(gate)
    controls = [note for note in gate.evidence.notes if note.startswith(_CONTROL)]
    return Card(
        gate=gate,
        anchor=anchor,
        reasons=tuple(first_line(text) for text in reasons(gate)),
        lines=several_lines(gate),
        rows=tuple(row(each, gate) for each in criteria_worst_first(gate.criteria)),
        passed=sum(each.status is Status.PASS for each in gate.criteria),
        judged=sum(not each.skipped for each in gate.criteria),
        counted=found["counted"],
        others=tuple(found[kind] for kind in ("known", "waived", "fixed") if found[kind].total),
        age_s=ages.get(gate.id),
        controls=tuple(controls),
        notes=tuple(note for note in shown if not note.startswith(_CONTROL)),
        load=load,
        charts=tuple(charts(each for each in gate.evidence.series if each.name not in hidden)),
        tools=_tools(gate),
        folded=gate.status is GateStatus.PASS,
    )


def _tools(gate: GateResult) -> tuple[str, ...]:
    named = [line(f"{run.tool} {run.version}", 120) for run in gate.evidence.executions]
    return tuple(dict.fromkeys(named))[:_MOST_TOOLS]


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


def _skipped(gates: Iterable[GateResult]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is skipped, by reason: one tool that is not there may skip many criteria."""
    reasons: dict[str, list[str]] = {}
    for gate in gates:
        if gate.status is GateStatus.SKIPPED:
            reasons.setdefault(gate.detail, []).append(gate.id)
            continue
        for each in gate.criteria:
            if each.skipped:
                reasons.setdefault(each.skipped, []).append(each.id)
    yield from ((why, tuple(names)) for why, names in reasons.items())
