"""Renders workflow commands that GitHub shows beside the lines of a change, within its limits.

Ten errors, ten warnings and ten notices of a step are shown, and 4,096 characters of each: each
gate that is not passed gets its share, the worst first, and what has no room is counted.
"""

from collections.abc import Iterator, Sequence

import msgspec

from gates.core.model import Finding, GateResult, GateStatus, Scorecard
from reports import told
from reports.located import located
from reports.numbers import number
from reports.order import fair_shares, findings_worst_first, gates_worst_first
from reports.standing import counted_total, not_counted, standing
from reports.visible import block, line
from reports.words import decided_by

MOST = 10  # of each kind
LONGEST = 3_000  # characters of a message before escaping, which may lengthen it
_LONGEST_ESCAPED = 4_000
_BROKEN = told.UNJUDGED | {GateStatus.FAIL}


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """One command. `kind`: error, warning or notice; without a path it stands beside no line."""

    kind: str
    title: str
    message: str
    path: str = ""
    line: int = 0


def render(scorecard: Scorecard) -> bytes:
    """Return the commands, one on each line: no text of the run can begin another."""
    return "".join(f"{command(each)}\n" for each in annotations(scorecard)).encode()


def annotations(card: Scorecard) -> Iterator[Annotation]:
    """Yield the errors, the warnings, and notices of the verdict and of what is not shown."""
    gates = gates_worst_first(card.gates)
    folder = card.target.folder
    errors = [_of_gate("error", gate, folder) for gate in gates if gate.status in _BROKEN]
    warned = [_of_gate("warning", g, folder) for g in gates if g.status is GateStatus.WARN]
    shown = [*_shared(errors), *_shared(warned)]
    yield from shown
    score = "" if card.score is None else f" {number(card.score)} %"
    verdict = f"{card.verdict.value}{score}: {decided_by(card)}"
    yield Annotation(kind="notice", title="gatescore", message=verdict)
    total = sum(map(_total, gates))
    if total > len(shown):
        text = f"{number(len(shown))} of {number(total)} are shown here: see scorecard.html"
        yield Annotation(kind="notice", title="gatescore", message=text)
    for gate in [gate for gate in gates if not_counted(gate)][: MOST - 2]:
        text = f"not counted: {not_counted(gate)}"
        yield Annotation(kind="notice", title=gate.id, message=text)


def _total(gate: GateResult) -> int:
    if gate.status in _BROKEN or gate.status is GateStatus.WARN:
        return max(1, counted_total(gate))
    return 0


def _shared(wishes: Sequence[Sequence[Annotation]]) -> Iterator[Annotation]:
    shares = fair_shares([len(each) for each in wishes], MOST)
    for wish, share in zip(wishes, shares, strict=True):
        yield from wish[:share]


def _of_gate(kind: str, gate: GateResult, folder: str) -> list[Annotation]:
    """What a gate would show alone: why it could not be judged, its findings, or its rule."""
    found = [
        _of_finding(kind, gate, each, folder)
        for each in findings_worst_first(standing(gate).counted)[:MOST]
    ]
    if gate.status in told.UNJUDGED or not found:
        title = f"{gate.id}: {gate.status.value}"
        return [Annotation(kind=kind, title=title, message=told.why(gate)), *found]
    return found


def _of_finding(kind: str, gate: GateResult, finding: Finding, folder: str) -> Annotation:
    place = located(finding, folder)
    parts = (told.message(finding, LONGEST), finding.fix)
    return Annotation(
        kind=kind,
        title=f"{gate.id}: {told.rule(finding)}",
        message="\n".join(part for part in parts if part),
        path=place.path if place.placed else "",
        line=place.line if place.placed else 0,
    )


def command(one: Annotation) -> str:
    """Return an annotation as a workflow command on one line."""
    place = {"file": line(one.path), "line": str(one.line)} if one.path else {}
    given = {**place, "title": line(one.title, 200)}
    properties = ",".join(f"{name}={_property(value)}" for name, value in given.items())
    return f"::{one.kind} {properties}::{_cut(_data(block(one.message, LONGEST)))}"


def _data(text: str) -> str:
    """Escaped as GitHub's own toolkit does; `##[` starts a command of older runners anywhere."""
    text = text.replace("##[", "##\\x5b").replace("%", "%25")
    return text.replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cut(text: str) -> str:
    """At most the characters that are shown, and no half of an escape at the end."""
    if len(text) <= _LONGEST_ESCAPED:
        return text
    head = text[:_LONGEST_ESCAPED]
    last = head.rfind("%", len(head) - 2)
    return f"{head[:last] if last >= 0 else head} … [cut]"
