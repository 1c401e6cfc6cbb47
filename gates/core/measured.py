"""The measurements of a gate as one number a metric: joined, less what is excused, with a base."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from gates.core.model import Measurement, ToolReport
from gates.core.plan import PlannedGate
from gates.core.tool import Combine, Metric


def measurements(
    reports: Iterable[ToolReport], floor: int, metrics: Mapping[str, Metric]
) -> dict[str, Measurement]:
    """All measurements by metric; those of a tool below the floor lose their value."""
    merged: dict[str, Measurement] = {}
    for report in reports:
        for metric, measurement in report.measurements.items():
            if report.examined < floor:
                why = f"{report.examined} {report.examined_unit} examined (floor {floor})"
                measurement = Measurement(value=None, why=why)
            if metric in merged:
                how = metrics[metric].combine if metric in metrics else Combine.SUM
                measurement = combined(merged[metric], measurement, how)
            merged[metric] = measurement
    return merged


def combined(first: Measurement, second: Measurement, how: Combine) -> Measurement:
    """One metric of two tools as one number; unknown where one of the two is."""
    for one in (first, second):
        if one.value is None:
            return one
    match how:
        case Combine.SUM:
            return added(first, second)
        case Combine.LOW:
            return min(first, second, key=lambda one: one.value or 0.0)
        case Combine.HIGH:
            return max(first, second, key=lambda one: one.value or 0.0)


def added(first: Measurement, second: Measurement) -> Measurement:
    """The sum of two counts; its base is known where both are."""
    known = first.base is not None and second.base is not None
    return Measurement(
        value=(first.value or 0.0) + (second.value or 0.0),
        base=(first.base or 0.0) + (second.base or 0.0) if known else None,
        detail="; ".join(text for text in (first.detail, second.detail) if text),
    )


def less(
    measured: dict[str, Measurement], counts: Mapping[str, int], why: str
) -> dict[str, Measurement]:
    """The measurements without findings that are not to be counted, and how many those are.

    A finding of `name.high` is also one of `name.findings`, where a tool reports such a sum.
    """
    fewer: Counter[str] = Counter(counts)
    for metric, count in counts.items():
        total = f"{metric.partition('.')[0]}.findings"
        if total != metric:
            fewer[total] += count
    return {
        metric: msgspec.structs.replace(
            one,
            value=max(0.0, one.value - fewer[metric]),
            detail="; ".join(text for text in (one.detail, f"{fewer[metric]} {why}") if text),
        )
        if one.value is not None and fewer[metric]
        else one
        for metric, one in measured.items()
    }


def with_base(
    gate: PlannedGate, measured: dict[str, Measurement], base: Mapping[str, float]
) -> dict[str, Measurement]:
    """The measurements with an earlier run's values, where the tool had no base of its own."""
    values = {c.metric: base[id] for id, c in gate.policy.criteria.items() if id in base}
    return {
        metric: msgspec.structs.replace(m, base=values[metric])
        if m.base is None and metric in values
        else m
        for metric, m in measured.items()
    }
