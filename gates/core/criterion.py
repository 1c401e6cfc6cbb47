"""Judges one criterion on its measurement: the status, and the rule that gave it."""

import math

import msgspec

from gates.core.conditions import Condition, parse
from gates.core.model import Failure, Measurement, Reason, Status
from gates.core.policy import Criterion, Unmet
from gates.core.wording import against, first_line, shown, words


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one criterion, the rule that gave it, and what kind of gap it is, if one."""

    status: Status
    rule: str
    gap: Reason | None = None
    pending: bool = False


def rule(criterion: Criterion, measured: Measurement | None, failure: Failure | None) -> Ruling:
    """Judge one criterion on its measurement."""
    if measured is None:
        gap = failure or Failure(
            reason=Reason.METRIC_MISSING, detail=f"no tool reported {criterion.metric}"
        )
        return Ruling(status=Status.NO_DATA, rule=first_line(gap.detail), gap=gap.reason)
    if measured.value is None:
        return Ruling(
            status=Status.NO_DATA,
            rule=measured.why,
            gap=gap_of(measured),
            pending=measured.pending,
        )
    if not math.isfinite(measured.value):
        text = f"{criterion.metric} is {measured.value}: not a number to compare"
        return Ruling(status=Status.NO_DATA, rule=text, gap=Reason.NOT_A_NUMBER)
    if measured.needed is not None and (measured.samples or 0) < measured.needed:
        more = measured.needed - (measured.samples or 0)
        text = f"too few samples: need {more} more"
        return Ruling(status=Status.NO_DATA, rule=text, gap=Reason.TOO_FEW_SAMPLES)
    return compare(criterion, measured, measured.value)


def gap_of(measured: Measurement) -> Reason:
    """The closed word for a measurement without a value."""
    if measured.needed is not None and (measured.samples or 0) < measured.needed:
        return Reason.TOO_FEW_SAMPLES
    return Reason.METRIC_MISSING


def compare(criterion: Criterion, measured: Measurement, value: float) -> Ruling:
    """Judge a value that is there against the groups of the criterion."""
    if needs_base(criterion) and measured.base is None:
        return Ruling(status=Status.WARN, rule="no base to compare with")
    if holds(criterion.passes, criterion, measured, value):
        return confident(criterion, measured, value)
    if holds(criterion.warns, criterion, measured, value):
        text = f"{shown(value)}, must be {words(criterion.passes)}; meets {words(criterion.warns)}"
        return Ruling(status=Status.WARN, rule=text + against(measured))
    text = f"{shown(value)}, must be {words(criterion.passes)}{against(measured)}"
    return missed(criterion, f"{text}: {measured.detail}" if measured.detail else text)


def missed(criterion: Criterion, text: str) -> Ruling:
    """What a missed bound means for this criterion."""
    match criterion.unmet:
        case Unmet.FAIL:
            return Ruling(status=Status.FAIL, rule=text)
        case Unmet.NO_DATA:
            return Ruling(status=Status.NO_DATA, rule=text, gap=criterion.gap)
        case Unmet.PENDING:
            return Ruling(status=Status.NO_DATA, rule=text, pending=True)


def confident(criterion: Criterion, measured: Measurement, value: float) -> Ruling:
    """PASS, or WARN where the bound holds for the estimate alone."""
    text = f"{shown(value)} meets {words(criterion.passes)}{against(measured)}"
    if not criterion.confidence:
        return Ruling(status=Status.PASS, rule=text)
    if measured.bound is None:
        return Ruling(status=Status.WARN, rule=f"{text}, but its 95 % bound is not known")
    sure = f"95 % bound {shown(measured.bound)}"
    if holds(criterion.passes, criterion, measured, measured.bound):
        return Ruling(status=Status.PASS, rule=f"{text} ({sure})")
    return Ruling(status=Status.WARN, rule=f"{text}, but not at its {sure}")


def holds(
    groups: tuple[tuple[str, ...], ...],
    criterion: Criterion,
    measured: Measurement,
    value: float,
) -> bool:
    """Whether one group has only conditions that hold."""
    return any(
        bool(group)
        and all(condition_holds(parse(text), criterion, measured.base, value) for text in group)
        for group in groups
    )


def condition_holds(
    condition: Condition, criterion: Criterion, base: float | None, value: float
) -> bool:
    """One condition; a change relative to a base of 0 is decided by the criterion's floor."""
    if condition.is_relative and base == 0 and criterion.floor:
        condition = parse(criterion.floor)
    return condition.holds(value, base) is True


def needs_base(criterion: Criterion) -> bool:
    """Whether a condition of the criterion is relative to a base."""
    return any(
        parse(text).is_relative
        for groups in (criterion.passes, criterion.warns)
        for group in groups
        for text in group
    )
