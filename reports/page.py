"""What the HTML page shows, as plain values: chosen, ordered, counted and cut, without markup."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

import msgspec

from gates.core.model import (
    Finding,
    FindingState,
    GateResult,
    GateStatus,
    LevelResult,
    RunInfo,
    Scorecard,
    Status,
)
from reports.categories import ListView, lists_of
from reports.cells import first_line
from reports.charts import Chart, charts
from reports.checklists import ChecklistView, checklists_of
from reports.gaps import Gaps, Tally, gaps_of, tallies
from reports.groups import (
    Frame,
    Group,
    Names,
    Piles,
    Section,
    picked,
    piled,
    sections,
    slug,
    text_limit,
)
from reports.island import Island, island_of
from reports.load import LoadPart, heaviest, is_shown, load_part, not_drawn
from reports.matrix import Matrix, matrix_of
from reports.order import (
    criteria_worst_first,
    gates_worst_first,
    reasons,
    status_counts,
)
from reports.past import Change, Course, courses, since_last
from reports.points import Made, lost_of, made_of, share_of
from reports.rows import Row, row, several_lines
from reports.visible import line
from reports.waivers import Waivers, anchors_of, waivers_of
from reports.words import decided_by

_MOST_TOOLS = 8
_CONTROL = "control of "  # how the runner begins a note on a control
_FOLDED_STEPS = 7  # so many are read at once; the others are folded
_FOLDER = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One gate. `others` are its sections of findings that do not count, without empty ones.

    `reasons` are first lines; `lines` is the gate's detail where it has more than one of them.
    `judged` counts the criteria that are not skipped. `age_s`: of a result that was taken over.
    `raw` is the folder beside the page with all that its tools wrote, empty if nothing ran.
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
    took_s: float | None
    lost: float  # points of the score
    raw: str
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
    share: str  # width of the bar of its score, of 100
    counts: tuple[tuple[GateStatus, int], ...]
    cards: tuple[Card, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do; `anchor` leads to its gate, if it names one.

    Of the text of a gate's step: `text` is what is wrong, then how it is mended, the first place,
    and the command that tries it again, as far as it names them.
    """

    gate: str
    anchor: str
    text: str
    how: str = ""
    place: str = ""
    command: str = ""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page."""

    card: Scorecard
    decided_by: str
    levels: tuple[Level, ...]
    tallies: tuple[Tally, ...]
    steps: tuple[Step, ...]
    later: tuple[Step, ...]
    made: Made | None
    courses: tuple[Course, ...]
    since: Change | None  # of the score since the last run
    earlier: tuple[str, ...]  # when the runs began that this one continues
    gaps: tuple[Gaps, ...]
    findings_total: int
    findings_shown: int
    island: Island | None
    compared: bool  # with a baseline: findings are new, or known
    waived: bool
    unreported: int  # gates without a result
    waivers: Waivers | None
    matrix: Matrix | None
    categories: tuple[ListView, ...]
    checklists: tuple[ChecklistView, ...]
    old: int  # findings that the baseline knows, and that count all the same


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
        cards.append(_card(gate, found, anchor, card.run, load))
    places = {gate.id: anchor for gate, anchor in zip(gates, anchors, strict=True)}
    steps = tuple(_step(text, cards) for text in card.next_steps)
    return Page(
        card=card,
        decided_by=decided_by(card),
        levels=tuple(_levels(card, cards)),
        tallies=tallies(card),
        steps=steps[:_FOLDED_STEPS],
        later=steps[_FOLDED_STEPS:],
        made=made_of(card, places),
        courses=courses(card, places),
        since=since_last(card),
        earlier=card.run.earlier.began,
        gaps=gaps_of(card, places),
        findings_total=sum(each.counted.total for each in cards),
        findings_shown=sum(each.counted.shown for each in cards),
        island=island_of(tuple(_groups(cards))),
        compared=any(each.state for each in _findings(card)) or any(g.fixed for g in card.gates),
        waived=any(each.waiver for each in _findings(card)),
        unreported=sum(gate.status is GateStatus.NOT_RUN for gate in gates),
        waivers=waivers,
        matrix=matrix_of(card.operations),
        categories=lists_of(card.categories, places),
        checklists=checklists_of(card.checklists, places),
        old=_old(every),
    )


def _findings(card: Scorecard) -> Iterator[Finding]:
    return (each for gate in card.gates for each in gate.findings)


def _groups(cards: Iterable[Card]) -> Iterator[tuple[str, str, Group]]:
    for card in cards:
        for section in (card.counted, *card.others):
            yield from ((card.anchor, section.kind, group) for group in section.groups)


def _old(every: Iterable[Piles]) -> int:
    return sum(each.state is FindingState.OLD for piles in every for each in piles["counted"])


def _card(
    gate: GateResult,
    found: Mapping[str, Section],
    anchor: str,
    run: RunInfo,
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
        rows=tuple(row(each, gate, run.earlier) for each in criteria_worst_first(gate.criteria)),
        passed=sum(each.status is Status.PASS for each in gate.criteria),
        judged=sum(not each.skipped for each in gate.criteria),
        counted=found["counted"],
        others=tuple(found[kind] for kind in ("known", "waived", "fixed") if found[kind].total),
        age_s=run.reused_s.get(gate.id),
        took_s=run.durations_s.get(gate.id),
        lost=lost_of(gate),
        raw=_raw(gate, run),
        controls=tuple(controls),
        notes=tuple(note for note in shown if not note.startswith(_CONTROL)),
        load=load,
        charts=_charts(gate, hidden),
        tools=_tools(gate),
        folded=gate.status is GateStatus.PASS,
    )


def _charts(gate: GateResult, hidden: Collection[str]) -> tuple[Chart, ...]:
    shown = (each for each in gate.evidence.series if each.name not in hidden)
    return tuple(charts(shown, gate.criteria))


def _tools(gate: GateResult) -> tuple[str, ...]:
    named = [line(f"{run.tool} {run.version}", 120) for run in gate.evidence.executions]
    return tuple(dict.fromkeys(named))[:_MOST_TOOLS]


def _levels(card: Scorecard, cards: Sequence[Card]) -> Iterator[Level]:
    results = {each.level: each for each in card.levels}
    for number in sorted({*results, *(each.gate.level for each in cards)}):
        yield Level(
            number=number,
            result=results.get(number),
            share=share_of(results.get(number)),
            counts=tuple(status_counts(card, number)),
            cards=tuple(each for each in cards if each.gate.level == number),
        )


def _raw(gate: GateResult, run: RunInfo) -> str:
    known = bool(gate.evidence.executions) and _FOLDER.fullmatch(gate.id)
    return f"{_beside(run.evidence)}results/{gate.id}/" if known else ""


def _beside(folder: str) -> str:
    """The address of a folder that is told as it is seen from the page: never another origin."""
    parts = [quote(part, safe="", errors="replace") for part in folder.split("/") if part]
    return "".join(f"{part}/" for part in parts)


def _step(text: str, cards: Iterable[Card]) -> Step:
    gate, colon, rest = text.partition(": ")
    for each in cards:
        if colon and each.gate.id == gate:
            rest, command = _split_off(rest, "; then: ")
            rest, place = _split_off(rest, "; first: ")
            what, _, how = rest.partition(" — ")
            told = {"text": what, "how": how, "place": place, "command": command}
            return Step(gate=gate, anchor=each.anchor, **told)
    return Step(gate="", anchor="", text=text)


def _split_off(text: str, word: str) -> tuple[str, str]:
    """The text before the last `word` and the text behind it."""
    before, found, behind = text.rpartition(word)
    return (before, behind) if found else (text, "")
