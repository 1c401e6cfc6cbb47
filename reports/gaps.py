"""What a run does not show: what could not be judged, waits for people, is skipped or old."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from gates.core.model import CriterionResult, GateResult, GateStatus, Scorecard, Status
from reports.cells import first_line
from reports.groups import Link
from reports.numbers import age, number
from reports.order import gates_worst_first
from reports.visible import line

_UNSEEN = (GateStatus.ERROR, GateStatus.NOT_RUN)
_ASIDE = (*_UNSEEN, GateStatus.PENDING, GateStatus.SKIPPED)  # told as gates, not by criterion
_ORDER = (
    GateStatus.FAIL,
    GateStatus.ERROR,
    GateStatus.NOT_RUN,
    GateStatus.PENDING,
    GateStatus.WARN,
    GateStatus.SKIPPED,
    GateStatus.PASS,
)
_MOST = 60

Named = tuple[Link, str]  # what has no result of its own, and why


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """Gates or criteria that have one reason in common; `more` are not named."""

    links: tuple[Link, ...]
    why: str
    more: int


class Gaps(msgspec.Struct, frozen=True, kw_only=True):
    """All gaps of one kind; `count` is of gates and criteria."""

    status: str
    title: str
    count: int
    rows: tuple[Gap, ...]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """One number under the verdict, and where more of it stands. Without `what`: of gates."""

    status: str
    count: str
    what: str
    anchor: str


def gaps_of(card: Scorecard, anchors: Mapping[str, str]) -> tuple[Gaps, ...]:
    """Return what is missing, by kind; kinds that nothing belongs to are left out."""
    gates = gates_worst_first(card.gates)
    kinds = (
        ("ERROR", "Could not be judged", _unjudged(gates, anchors)),
        ("PENDING", "Waits for a person", _pending(gates, anchors)),
        ("SKIPPED", "Skipped, with the reason", _skipped(gates, anchors)),
        ("REUSED", "Taken over from an earlier run", _reused(card, anchors)),
    )
    found = (_kind(status, title, tuple(named)) for status, title, named in kinds)
    return tuple(each for each in found if each.count)


def tallies(card: Scorecard) -> tuple[Tally, ...]:
    """Return how many gates stand how, then what else was not judged, excused or taken over."""
    states = [gate.status for gate in card.gates]
    waived = sum(bool(each.waiver) for gate in card.gates for each in gate.findings)
    seen = [gate for gate in card.gates if gate.status not in _ASIDE]
    missing = sum(_is_missing(each) for gate in seen for each in gate.criteria)
    skipped = sum(bool(each.skipped) for gate in seen for each in gate.criteria)
    reused = sum(gate.id in card.run.reused_s for gate in card.gates)
    more = (
        ("NO_DATA", missing, "criterion" if missing == 1 else "criteria", "gaps"),
        ("SKIPPED", skipped, "criterion" if skipped == 1 else "criteria", "gaps"),
        ("WAIVED", waived, "finding" if waived == 1 else "findings", "waivers"),
        ("REUSED", reused, "gate" if reused == 1 else "gates", "gaps"),
    )
    return (
        *(
            Tally(status=each.value, count=number(states.count(each)), what="", anchor="overview")
            for each in _ORDER
            if each in states
        ),
        *(
            Tally(status=status, count=number(count), what=what, anchor=anchor)
            for status, count, what, anchor in more
            if count
        ),
    )


def _unjudged(gates: Iterable[GateResult], anchors: Mapping[str, str]) -> Iterator[Named]:
    for gate in gates:
        link = Link(line(gate.id, 200), anchors[gate.id])
        if gate.status in _UNSEEN:
            words = [gate.reason.value] if gate.reason else []
            words += [first_line(gate.detail)] if gate.detail else []
            yield link, ": ".join(words) or "not started"
        elif gate.status not in _ASIDE:
            yield from (
                (Link(line(each.id, 200), link.anchor), first_line(each.decided_by))
                for each in gate.criteria
                if _is_missing(each)
            )


def _pending(gates: Iterable[GateResult], anchors: Mapping[str, str]) -> Iterator[Named]:
    for gate in gates:
        if gate.status is GateStatus.PENDING:
            link = Link(line(gate.id, 200), anchors[gate.id])
            yield from ((link, each) for each in gate.awaiting or (gate.detail,))


def _skipped(gates: Iterable[GateResult], anchors: Mapping[str, str]) -> Iterator[Named]:
    """One tool that is not there may skip many criteria: they share its reason."""
    for gate in gates:
        if gate.status is GateStatus.SKIPPED:
            yield Link(line(gate.id, 200), anchors[gate.id]), gate.detail
            continue
        for each in gate.criteria:
            if each.skipped:
                yield Link(line(each.id, 200), anchors[gate.id]), each.skipped


def _reused(card: Scorecard, anchors: Mapping[str, str]) -> Iterator[Named]:
    for gate in card.gates:
        if gate.id in card.run.reused_s:
            link = Link(line(gate.id, 200), anchors[gate.id])
            yield link, f"measured {age(card.run.reused_s[gate.id])} ago; what it reads is the same"


def _is_missing(result: CriterionResult) -> bool:
    return result.status is Status.NO_DATA and not result.skipped


def _kind(status: str, title: str, named: Sequence[Named]) -> Gaps:
    reasons: dict[str, list[Link]] = {}
    for link, why in named:
        reasons.setdefault(why, []).append(link)
    rows = tuple(
        Gap(links=tuple(links[:_MOST]), why=why, more=max(0, len(links) - _MOST))
        for why, links in reasons.items()
    )
    return Gaps(status=status, title=title, count=len(named), rows=rows)
