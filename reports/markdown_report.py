"""Renders a summary in Markdown for the page of a build: what decides first, all within its limit.

Of every text of the run the words are plain, and all else is in spans of code: there nothing is a
link, a name, a picture or markup.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from gates.core.model import CriterionResult, Finding, GateResult, GateStatus, Scorecard, Status
from reports import told
from reports.markdown_text import cell, code, link, words, words_cell
from reports.numbers import number, shown_value
from reports.order import (
    criteria_worst_first,
    findings_worst_first,
    gates_worst_first,
    waivers_worst_first,
)
from reports.standing import counted_total, not_counted, standing
from reports.words import against, decided_by, waiver_told

MOST_BYTES = 512 * 1024  # GitHub drops a summary of more than 1 MiB whole
_ROOM_FOR_THE_END = 300
_GATES, _CRITERIA, _FINDINGS, _ITEMS = 300, 30, 20, 50
_SHORT, _LONG = 120, 300  # characters of one text
_FINE = frozenset({GateStatus.PASS, GateStatus.SKIPPED})


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the summary that is there whole or not at all."""

    name: str
    lines: tuple[str, ...]


def render(scorecard: Scorecard) -> bytes:
    """Return the summary as UTF-8, at most `MOST_BYTES`. The same scorecard gives the same bytes.

    The most important blocks come first; what has no room is named at the end.
    """
    room = MOST_BYTES - _ROOM_FOR_THE_END
    parts: list[bytes] = []
    left_out: list[str] = []
    for block in _blocks(scorecard):
        data = ("\n".join(block.lines) + "\n\n").encode("utf-8", "backslashreplace")
        if left_out or len(data) > room:
            left_out.append(block.name)
            continue
        room -= len(data)
        parts.append(data)
    return b"".join(parts) + _end(left_out).encode()


def _end(left_out: Sequence[str]) -> str:
    if not left_out:
        return "Everything is in `scorecard.html` and `scorecard.json`.\n"
    return (
        f"**Cut:** {number(len(left_out))} more parts have no room here. "
        "Everything is in `scorecard.html` and `scorecard.json`.\n"
    )


def _blocks(card: Scorecard) -> Iterator[Block]:
    gates = gates_worst_first(card.gates)
    yield Block(name="verdict", lines=tuple(_head(card)))
    if card.next_steps:
        yield _listed("Do next", card.next_steps)
    yield Block(name="levels", lines=tuple(_levels(card)))
    yield Block(name="gates", lines=tuple(_gates(gates)))
    for gate in gates:
        if gate.status not in _FINE:
            yield Block(name=gate.id, lines=tuple(_gate(gate)))
    if card.waivers:
        yield Block(name="waivers", lines=tuple(_waivers(card)))
    if skipped := [_skip(g) for g in gates if g.status is GateStatus.SKIPPED] + _left_out(gates):
        yield _listed("Left out, and why", skipped)
    yield Block(name="rules", lines=tuple(_rules(card)))


def _head(card: Scorecard) -> Iterator[str]:
    score = "" if card.score is None else f", {number(card.score)} %"
    yield f"# {card.verdict.value}{score}: {words(card.target.name, _SHORT)}"
    yield ""
    yield f"**Decided by:** {words(decided_by(card), _LONG)}"
    dirty = ", with changes that are not committed" if card.target.dirty else ""
    yield ""
    yield (
        f"Revision {code(card.target.revision, _SHORT)}{dirty}; level {card.decisive_level} decides"
        + (f"; valid until {code(card.valid_until, 40)}." if card.valid_until else ".")
    )
    if not card.complete:
        yield "\n**Incomplete:** not every planned gate has a result."
    if card.partial:
        yield "\n**Partial:** only chosen gates were planned."
    if card.baseline is not None:
        counted = (each for gate in card.gates for each in gate.findings if not each.excused)
        old = sum(each.state is not None and each.state.value == "old" for each in counted)
        base = code(card.baseline.revision[:12])
        yield f"\nAgainst the baseline {base}: {against(card.baseline, old)}."
    yield from (f"\n**Changed:** {words(text, _LONG)}" for text in card.notices[:_ITEMS])


def _listed(title: str, texts: Sequence[str]) -> Block:
    lines = [f"## {title}", ""]
    lines += [f"{index}. {words(text, _LONG)}" for index, text in enumerate(texts[:_ITEMS], 1)]
    return Block(name=title, lines=(*lines, *_more(len(texts) - _ITEMS)))


def _more(count: int) -> list[str]:
    return ["", f"and {number(count)} more"] if count > 0 else []


def _levels(card: Scorecard) -> Iterator[str]:
    yield from ("## Levels", "", "| level | verdict | score | why |", "|---|---|--:|---|")
    for each in card.levels[:_ITEMS]:
        decides = " (decides)" if each.level == card.decisive_level else ""
        score = "" if each.score is None else f"{number(each.score)} %"
        verdict = f"**{each.verdict.value}**"
        why = words_cell(each.decided_by, _LONG)
        yield f"| {each.level}{decides} | {verdict} | {score} | {why} |"


def _gates(gates: Sequence[GateResult]) -> Iterator[str]:
    yield from (
        "## Gates",
        "",
        "| gate | level | state | findings | why |",
        "|---|--:|---|--:|---|",
    )
    for gate in gates[:_GATES]:
        count = counted_total(gate)
        found = f"{number(count)}" if count else ""
        aside = f" ({not_counted(gate)})" if not_counted(gate) else ""
        why = "" if gate.status is GateStatus.PASS else words_cell(told.why(gate), _LONG)
        state = f"**{_word(gate.status.value)}**" if gate.status not in _FINE else gate.status.value
        yield f"| {cell(gate.id, _SHORT)} | {gate.level} | {state} | {found}{aside} | {why} |"
    yield from _more(len(gates) - _GATES)


def _gate(gate: GateResult) -> Iterator[str]:
    yield f"### {_word(gate.status.value)}: {code(gate.id, _SHORT)}"
    if gate.status in told.UNJUDGED:
        yield from ("", words(told.why(gate), 2 * _LONG))
    unmet = [each for each in criteria_worst_first(gate.criteria) if _is_unmet(each)]
    if unmet:
        yield from ("", "| criterion | state | value | why | what to do |", "|---|---|--:|---|---|")
        yield from map(_criterion, unmet[:_CRITERIA])
        yield from _more(len(unmet) - _CRITERIA)
    yield from _findings(gate)


def _is_unmet(one: CriterionResult) -> bool:
    return one.status is not Status.PASS and not one.skipped


def _criterion(one: CriterionResult) -> str:
    state = _word(one.status.value) + ("" if one.blocking else ", blocks nothing")
    value = "" if one.value is None else words_cell(shown_value(one), _SHORT)
    fix = words_cell(one.fix, _LONG) if one.fix else ""
    why = words_cell(one.decided_by, _LONG)
    return f"| {cell(one.id, _SHORT)} | {state} | {value} | {why} | {fix} |"


def _findings(gate: GateResult) -> Iterator[str]:
    found = standing(gate)
    if found.counted:
        yield from ("", "| severity | rule | where | what |", "|---|---|---|---|")
        yield from map(_finding, findings_worst_first(found.counted)[:_FINDINGS])
        yield from _more(counted_total(gate) - min(len(found.counted), _FINDINGS))
    if aside := not_counted(gate):
        yield from ("", f"Not counted: {aside}.")


def _finding(one: Finding) -> str:
    place = f"{one.path}:{one.line}" if one.path and one.line else one.path
    label = f" ({words_cell(one.label, _SHORT)})" if one.label else ""
    what = words_cell(told.summary(one, _LONG), 2 * _LONG)
    where = cell(place, _LONG) if place else ""
    rule = link(cell(told.rule(one), _SHORT), one.url)
    return f"| {one.severity.value}{label} | {rule} | {where} | {what} |"


def _waivers(card: Scorecard) -> Iterator[str]:
    yield from ("## Waivers", "", "| waiver | state | until | owner | scope | reason |")
    yield "|---|---|---|---|---|---|"
    for each in waivers_worst_first(card.waivers)[:_ITEMS]:
        state = f"{each.state.value}: {waiver_told(each)}"
        until, owner = words_cell(each.expires, 20), words_cell(each.owner, _SHORT)
        about = f"{words_cell(each.scope, _LONG)} | {words_cell(each.reason, _LONG)}"
        yield f"| {cell(each.id, _SHORT)} | {state} | {until} | {owner} | {about} |"
    yield from _more(len(card.waivers) - _ITEMS)


def _skip(gate: GateResult) -> str:
    return f"{gate.id}: {gate.detail}"


def _left_out(gates: Iterable[GateResult]) -> list[str]:
    return [
        f"{each.id}: {each.skipped}"
        for gate in gates
        if gate.status is not GateStatus.SKIPPED
        for each in gate.criteria
        if each.skipped
    ]


def _rules(card: Scorecard) -> Iterator[str]:
    policy = f"{code(card.policy.name, _SHORT)}, {code(card.policy.digest, 80)}"
    profile = f"; profile {code(card.run.profile, 40)}" if card.run.profile else ""
    yield f"Policy {policy}{profile}."


def _word(status: str) -> str:
    return status.replace("_", " ")
