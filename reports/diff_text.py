"""The difference between two runs as text."""

from collections.abc import Iterator, Sequence

from gates.core.model import Finding
from reports.diff import Change, CriterionChange, GateChange, Side
from reports.numbers import number, with_unit
from reports.visible import line

MOST = 50  # findings of a kind; the JSON has all


def text(found: Change) -> str:
    """All of it, a line each."""
    return "".join(f"{line(each)}\n" for each in lines(found))


def lines(found: Change) -> Iterator[str]:
    """The lines."""
    yield f"before: {told(found.before)}"
    yield f"after:  {told(found.after)}"
    yield from (f"note: {note}" for note in found.notes)
    if found.is_none:
        yield "no difference" if found.compared else "no difference in what the history holds"
    yield from block("Gates", [gate(one) for one in found.gates])
    yield from block("Criteria", [criterion(one) for one in found.criteria])
    yield from block(f"New findings: {len(found.new)}", [finding(one) for one in found.new])
    yield from block(f"Fixed findings: {len(found.fixed)}", [finding(one) for one in found.fixed])
    yield ""
    if not found.compared:
        yield "findings: not compared"
        return
    unseen = f", {found.unseen} of gates that only one run could look at" if found.unseen else ""
    counts = f"{len(found.new)} new, {found.known} known, {len(found.fixed)} fixed"
    yield f"findings: {counts}{unseen}"


def told(side: Side) -> str:
    """One run in short."""
    changed = "+" if side.dirty else ""
    score = "" if side.score is None else f", score {number(side.score)}"
    ended = "" if side.complete else ", not ended"
    where = f"{side.target} at {side.revision[:12]}{changed}, {side.began}"
    return f"{side.run}: {where}: {side.verdict}{score}{ended}"


def block(title: str, entries: Sequence[str]) -> Iterator[str]:
    """A heading and its entries; nothing where there are none."""
    if not entries:
        return
    yield ""
    yield f"{title}"
    yield from (f"  {entry}" for entry in entries[:MOST])
    if len(entries) > MOST:
        yield f"  and {len(entries) - MOST} more (--format json has them all)"


def gate(one: GateChange) -> str:
    """One gate."""
    words = f"{one.before or 'not planned'} -> {one.after or 'not planned'}"
    return f"{one.id}: {words}" + (f": {one.why}" if one.why and one.after else "")


def criterion(one: CriterionChange) -> str:
    """One criterion: its values, and its status where that is another."""
    values = f"{with_unit(one.before, one.unit)} -> {with_unit(one.after, one.unit)}"
    status = ""
    if one.status_before != one.status_after:
        status = f" [{one.status_before or 'not judged'} -> {one.status_after or 'not judged'}]"
    return f"{one.id}: {values}{change(one)}{status}"


def change(one: CriterionChange) -> str:
    """By how much a value is another, in per cent of what it was."""
    if one.before is None or one.after is None or not one.before or one.before == one.after:
        return ""
    return f" ({100 * (one.after - one.before) / abs(one.before):+.1f} %)"


def finding(one: Finding) -> str:
    """One finding."""
    place = f"{one.path}:{one.line}" if one.line else one.path
    excused = " (waived)" if one.waiver else ""
    return f"{one.severity.value} {one.tool} {one.rule} {place} {one.message}{excused}"
