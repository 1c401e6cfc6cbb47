"""The last thing a run says on a terminal: verdict, levels, gates, and why each is not passed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TextIO

from gates.core.model import Finding, GateResult, GateStatus, Scorecard, Verdict
from reports.cells import columns, cut, ending, first_line, harmless, padded, shortened, wrapped
from reports.numbers import age, duration, number
from reports.order import findings_worst_first, gates_worst_first, reasons
from reports.screen import Screen, screen_of
from reports.standing import counted_total, how_new, not_counted, standing, state_among
from reports.warned import baseline, warnings
from reports.words import decided_by, revision

_MOST_REASONS = 5
_MOST_FINDINGS = 3
_LONGEST_LABEL = 40
_WIDEST_FINDING = 200  # columns of one finding in a log
_ROOM_FOR_MESSAGE = 30
_LONGEST_NAME = 24
_STATUS = 10  # columns of the longest state of a gate and its mark
_WIDEST_VERDICT = 15  # INCONCLUSIVE with its mark
_NARROW = 48


def summary(scorecard: Scorecard, report: Path, stream: TextIO, environ: Mapping[str, str]) -> str:
    """Return what to print on `stream`: a table for a terminal, else one line for each gate.

    `report` is the place of the page, shown last. Every foreign text is made harmless.
    """
    screen = screen_of(stream, environ)
    if screen.live:
        return table(scorecard, screen, str(report))
    return plain(scorecard, unicode=screen.unicode, report=str(report))


def table(scorecard: Scorecard, screen: Screen, report: str = "") -> str:
    """Return the summary in at most `screen.width` columns, from 20 on.

    Only the place of the report is never broken: it has a line of its own, of any length.
    """
    lines = ["", *_head(scorecard, screen), "", *_levels(scorecard, screen), ""]
    lines += _gates(scorecard, screen)
    if scorecard.next_steps:
        lines += ["", screen.styled("Do next", "1")]
        for index, step in enumerate(scorecard.next_steps, 1):
            lines += _item(f"{index}. ", first_line(step), screen)
    if report:
        lines += ["", "Report:", _place(report, unicode=screen.unicode)]
    return "\n".join(lines)


def plain(scorecard: Scorecard, *, unicode: bool = False, report: str = "") -> str:
    """Return the summary for a log: every gate, level and step on a line of its own."""
    why = first_line(decided_by(scorecard))
    lines = [f"verdict: {scorecard.verdict}{_score(scorecard.score)}: {why}"]
    lines += [f"warning: {text}" for text in warnings(scorecard)]
    lines += [f"baseline: {text}" for text in baseline(scorecard)]
    lines += [
        f"level {each.level}: {each.verdict}{_score(each.score)}: {first_line(each.decided_by)}"
        for each in scorecard.levels
    ]
    for gate in gates_worst_first(scorecard.gates):
        lines += [_plain_gate(gate, scorecard), *_plain_findings(gate, unicode)]
    lines += [f"next: {first_line(step)}" for step in scorecard.next_steps]
    shown = [harmless(each, unicode=unicode, limit=4000) for each in lines]
    shown += [f"report: {_place(report, unicode=unicode)}"] if report else []
    return "\n".join(shown)


def _plain_gate(gate: GateResult, scorecard: Scorecard) -> str:
    took = f"taken over from a run {old} ago" if (old := _age(gate, scorecard)) else ""
    shown = f"({aside})" if (aside := not_counted(gate)) else ""
    words = (gate.status.replace("_", " "), took or _took(gate, scorecard), shown)
    why = "; ".join(first_line(text) for text in reasons(gate))  # a log leaves no criterion out
    told = " ".join(word for word in words if word)
    return f"gate {gate.id}: {told}" + (f": {why}" if why else "")


def _plain_findings(gate: GateResult, unicode: bool) -> Iterator[str]:
    for text in _findings(gate, _WIDEST_FINDING, unicode=unicode):
        yield f"finding {gate.id}: {text}"


def _head(scorecard: Scorecard, screen: Screen) -> Iterator[str]:
    name = f"{scorecard.target.name} {revision(scorecard.target, 12)}"
    yield from _item("", name, screen)
    yield from _line(screen, "", scorecard.verdict, _score(scorecard.score))
    yield from _item("  ", first_line(decided_by(scorecard)), screen)
    for text in warnings(scorecard):
        yield from (screen.styled(each, "33") for each in _item("  ! ", text, screen))
    for text in baseline(scorecard):
        yield from _item("  baseline ", text, screen)


def _levels(scorecard: Scorecard, screen: Screen) -> Iterator[str]:
    for each in scorecard.levels:
        decides = ", decides" if each.level == scorecard.decisive_level else ""
        yield from _line(screen, f"Level {each.level}{decides}", each.verdict, _score(each.score))
        yield from _item("  ", first_line(each.decided_by), screen)


def _line(screen: Screen, name: str, verdict: Verdict, score: str) -> Iterator[str]:
    if len(name) + _WIDEST_VERDICT + len(score) < screen.width:
        yield f"{name} {screen.status(verdict)}{score}".lstrip()
        return
    yield from (text for text in (name, screen.status(verdict), score.strip()) if text)


def _gates(scorecard: Scorecard, screen: Screen) -> Iterator[str]:
    names = {gate.id: harmless(gate.id, unicode=screen.unicode) for gate in scorecard.gates}
    room = min(max([columns(name) for name in names.values()], default=0), _LONGEST_NAME)
    for gate in gates_worst_first(scorecard.gates):
        state = screen.status(gate.status, _STATUS)
        if screen.width < _NARROW:
            yield state.rstrip()
            old = _age(gate, scorecard)
            yield from _item("  ", gate.id + (f", {old} ago" if old else ""), screen)
        else:
            name = padded(cut(names[gate.id], room), room)
            yield f"{state} {name} {_when(gate, scorecard):>12}".rstrip()
        yield from _why(gate, screen)
    if scorecard.run.reused_s:
        text = "An age instead of a time: taken over, as nothing that the gate reads has changed."
        yield from _item("", text, screen)


def _when(gate: GateResult, scorecard: Scorecard) -> str:
    old = _age(gate, scorecard)
    return f"{old} ago" if old else _took(gate, scorecard)


def _took(gate: GateResult, scorecard: Scorecard) -> str:
    seconds = scorecard.run.durations_s.get(gate.id)
    return "" if seconds is None else duration(seconds)


def _age(gate: GateResult, scorecard: Scorecard) -> str:
    seconds = scorecard.run.reused_s.get(gate.id)
    return "" if seconds is None else age(seconds)


def _why(gate: GateResult, screen: Screen) -> Iterator[str]:
    texts = reasons(gate)
    indent = " " * (_STATUS + 1 if screen.width >= _NARROW else 2)
    for text in texts[:_MOST_REASONS]:
        yield from _item(indent, first_line(text), screen)
    if len(texts) > _MOST_REASONS:
        yield f"{indent}and {len(texts) - _MOST_REASONS} more"
    indent += "  "
    for text in _findings(gate, screen.width - len(indent), unicode=screen.unicode):
        yield indent + text
    if aside := not_counted(gate):
        yield from (screen.styled(each, "2") for each in _item(indent[:-2], aside, screen))


def _findings(gate: GateResult, width: int, *, unicode: bool) -> Iterator[str]:
    """The worst findings of a gate that lost something by them, each on one line."""
    if gate.status not in (GateStatus.FAIL, GateStatus.WARN):
        return
    counted = standing(gate).counted
    how = how_new(counted)
    worst = findings_worst_first(counted)[:_MOST_FINDINGS]
    for each in worst:
        state = state_among(each, how)
        yield shortened(_told(each, state, width, unicode=unicode), width, unicode=unicode)
    more = counted_total(gate) - len(worst)
    if more:
        text = harmless(f"… and {more:,} more in the report", unicode=unicode)
        yield shortened(text, width, unicode=unicode)


def _told(finding: Finding, state: str, width: int, *, unicode: bool) -> str:
    """Place, rule and message; a long place loses its beginning, so that all three are seen."""
    place = f"{finding.path}:{finding.line}" if finding.path and finding.line else finding.path
    room = max(width // 2, width - _ROOM_FOR_MESSAGE)
    label = f"[{_short(finding.label)}]" if finding.label else ""
    texts = (
        harmless(each, unicode=unicode)
        for each in (finding.rule, label, first_line(finding.message))
    )
    told = (state, ending(harmless(place, unicode=unicode), room, unicode=unicode), *texts)
    return " ".join(text for text in told if text)


def _short(label: str) -> str:
    """The word of a label without its explanation, which leaves no room for the message."""
    return shortened(first_line(label.partition(": ")[0]), _LONGEST_LABEL, unicode=False)


def _place(report: str, *, unicode: bool) -> str:
    """The whole of a path, on one line: it is there to be copied."""
    return harmless(report, unicode=unicode, limit=10 * len(report))


def _item(prefix: str, text: str, screen: Screen) -> Iterator[str]:
    """`text` behind `prefix`, later lines under its beginning."""
    room = screen.width - len(prefix)
    shown = harmless(text, unicode=screen.unicode)
    for index, part in enumerate(wrapped(shown, room)):
        yield (prefix if index == 0 else " " * len(prefix)) + part


def _score(score: float | None) -> str:
    return "" if score is None else f" {number(score)} %"
