"""What the page says about one criterion, without what its gate has said already."""

import msgspec

from gates.core.model import CriterionResult, Earlier, GateResult, GateStatus, Status
from reports.numbers import Headroom, headroom, shown_value
from reports.past import Change, Course, changes, course_of

_UNSEEN = (GateStatus.ERROR, GateStatus.NOT_RUN)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion with what follows from its numbers. `told`: what decided it, in words."""

    result: CriterionResult
    told: str
    detail: str
    fix: str
    value: str
    headroom: Headroom | None
    changes: tuple[Change, ...]
    course: Course | None


def row(result: CriterionResult, gate: GateResult, earlier: Earlier) -> Row:
    """Return the row of one criterion of `gate`."""
    unknown = result.status is Status.NO_DATA and not result.skipped
    known = gate.detail if unknown and gate.status in _UNSEEN else ""
    # Where nothing was seen, nobody knows whether there is anything to mend.
    settled = unknown or result.skipped or result.status is Status.PASS
    return Row(
        result=result,
        told=_told(result, known),
        detail=""
        if result.detail in known or result.detail in result.decided_by
        else result.detail,
        fix="" if settled else result.fix,
        value=shown_value(result),
        headroom=headroom(result),
        changes=changes(result, earlier),
        course=course_of(result, earlier),
    )


def several_lines(gate: GateResult) -> str:
    """Return the detail of a gate that is not passed, if it has more than one line."""
    text = gate.detail.strip()
    return text if "\n" in text and gate.status is not GateStatus.PASS else ""


def _told(result: CriterionResult, known: str) -> str:
    if result.skipped:
        return f"skipped: {result.skipped}"
    why = result.decided_by.removeprefix("not run: ")
    return "see above" if why and why in known else result.decided_by
