"""From what was measured to what it means: criteria, then the gate."""

import math
from collections.abc import Iterable, Mapping

import msgspec

from gates.core.conditions import Condition, Relative, parse
from gates.core.fingerprint import fingerprinted
from gates.core.model import (
    CriterionResult,
    Evidence,
    Failure,
    GateReport,
    GateResult,
    GateStatus,
    Measurement,
    Reason,
    Status,
    ToolReport,
    Weight,
)
from gates.core.plan import PlannedGate
from gates.core.policy import Criterion, Unmet
from gates.core.tool import Metric


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """The status of one criterion, the rule that gave it, and what kind of gap it is, if one."""

    status: Status
    rule: str
    gap: Reason | None = None
    pending: bool = False


def judge(
    gate: PlannedGate,
    report: GateReport | None,
    metrics: Mapping[str, Metric],
    base: Mapping[str, float] | None = None,
) -> GateResult:
    """One gate, judged from its report alone; None means that it was never run.

    `base` has the values by criterion of an earlier run, where there is one.
    """
    shell = GateResult(
        id=gate.id,
        title=gate.policy.title,
        level=gate.policy.level,
        blocking=any(c.weight is Weight.BLOCK for c in gate.policy.criteria.values()),
    )
    if gate.skipped:
        return skipped(shell, gate, metrics)
    if report is None or report.not_run:
        why = report.not_run if report else "not started"
        return unreached(shell, gate, metrics, why)
    return judged(shell, gate, report, metrics, base or {})


def skipped(shell: GateResult, gate: PlannedGate, metrics: Mapping[str, Metric]) -> GateResult:
    """The result of a gate that the target has nothing for."""
    rulings = no_data(gate, f"skipped: {gate.skipped}", None)
    criteria = tuple(
        msgspec.structs.replace(result, skipped=gate.skipped)
        for result in results(gate, {}, rulings, metrics)
    )
    return msgspec.structs.replace(
        shell, status=GateStatus.SKIPPED, detail=gate.skipped, criteria=criteria
    )


def unreached(
    shell: GateResult, gate: PlannedGate, metrics: Mapping[str, Metric], why: str
) -> GateResult:
    """The result of a gate that was not run."""
    rulings = no_data(gate, f"not run: {why}", None)
    criteria = tuple(results(gate, {}, rulings, metrics))
    return msgspec.structs.replace(shell, detail=why, criteria=criteria)


def no_data(gate: PlannedGate, rule: str, gap: Reason | None) -> dict[str, Ruling]:
    """NO_DATA for every criterion of the gate."""
    return {id: Ruling(status=Status.NO_DATA, rule=rule, gap=gap) for id in gate.policy.criteria}


def judged(
    shell: GateResult,
    gate: PlannedGate,
    report: GateReport,
    metrics: Mapping[str, Metric],
    base: Mapping[str, float],
) -> GateResult:
    """The result of a gate that ran, whether or not it could look."""
    failure = report.failure or shortfall(gate, report.reports)
    measured = with_base(gate, measurements(report.reports, gate.policy.floor), base)
    rulings = {
        id: rule(criterion, measured.get(criterion.metric), failure)
        for id, criterion in gate.policy.criteria.items()
    }
    status, reason, detail = decide(gate, rulings, failure)
    findings = fingerprinted(f for tool in report.reports for f in tool.findings)
    return msgspec.structs.replace(
        shell,
        status=status,
        reason=reason,
        detail=detail,
        criteria=tuple(results(gate, measured, rulings, metrics)),
        findings=findings,
        findings_total=len(findings),
        awaiting=tuple(text for tool in report.reports for text in tool.pending),
        evidence=evidence(report),
    )


def shortfall(gate: PlannedGate, reports: Iterable[ToolReport]) -> Failure | None:
    """Why the reports do not suffice: something was not looked at, or too little was."""
    for report in reports:
        if report.incomplete:
            named = "; ".join(report.incomplete[:5])
            more = len(report.incomplete) - 5
            rest = f" and {more} more" if more > 0 else ""
            text = f"{report.tool} could not look at: {named}{rest}"
            return Failure(reason=Reason.INCOMPLETE, detail=text)
        if report.examined < gate.policy.floor:
            text = (
                f"{report.tool}: {report.examined} {report.examined_unit} examined "
                f"(floor {gate.policy.floor})"
            )
            return Failure(reason=Reason.NOTHING_EXAMINED, detail=text)
    return None


def measurements(reports: Iterable[ToolReport], floor: int) -> dict[str, Measurement]:
    """All measurements by metric; those of a tool below the floor lose their value."""
    merged: dict[str, Measurement] = {}
    for report in reports:
        for metric, measurement in report.measurements.items():
            if report.examined < floor:
                why = f"{report.examined} {report.examined_unit} examined (floor {floor})"
                measurement = Measurement(value=None, why=why)
            merged[metric] = measurement
    return merged


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


def rule(criterion: Criterion, measured: Measurement | None, failure: Failure | None) -> Ruling:
    """Judge one criterion on its measurement."""
    if measured is None:
        gap = failure or Failure(
            reason=Reason.METRIC_MISSING, detail=f"no tool reported {criterion.metric}"
        )
        return Ruling(status=Status.NO_DATA, rule=gap.detail, gap=gap.reason)
    if measured.value is None:
        return Ruling(status=Status.NO_DATA, rule=measured.why, gap=gap_of(measured))
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
    relative = condition.relative is not Relative.NONE
    if relative and base == 0 and criterion.floor:
        condition = parse(criterion.floor)
    return condition.holds(value, base) is True


def needs_base(criterion: Criterion) -> bool:
    """Whether a condition of the criterion is relative to a base."""
    return any(
        parse(text).relative is not Relative.NONE
        for groups in (criterion.passes, criterion.warns)
        for group in groups
        for text in group
    )


def decide(
    gate: PlannedGate, rulings: Mapping[str, Ruling], failure: Failure | None
) -> tuple[GateStatus, Reason | None, str]:
    """The gate's status, the reason of an ERROR, and the sentence that explains it."""
    counted = {id: r for id, r in rulings.items() if id not in gate.absent}
    blocking = {
        id: r for id, r in counted.items() if gate.policy.criteria[id].weight is Weight.BLOCK
    }
    for id, ruling in blocking.items():
        if ruling.status is Status.FAIL:
            return GateStatus.FAIL, None, f"{id}: {ruling.rule}"
    if failure is not None:
        return GateStatus.ERROR, failure.reason, failure.detail
    return undecided(blocking) or milder(counted)


def undecided(blocking: Mapping[str, Ruling]) -> tuple[GateStatus, Reason | None, str] | None:
    """ERROR or PENDING, where a blocking criterion has no data."""
    gaps = {id: r for id, r in blocking.items() if r.status is Status.NO_DATA}
    for id, ruling in gaps.items():
        if not ruling.pending:
            return GateStatus.ERROR, ruling.gap or Reason.METRIC_MISSING, f"{id}: {ruling.rule}"
    for id, ruling in gaps.items():
        return GateStatus.PENDING, None, f"{id}: {ruling.rule}"
    return None


def milder(counted: Mapping[str, Ruling]) -> tuple[GateStatus, Reason | None, str]:
    """WARN for the first criterion that is not PASS, else PASS."""
    for id, ruling in counted.items():
        if ruling.status is not Status.PASS:
            return GateStatus.WARN, None, f"{id}: {ruling.rule}"
    return GateStatus.PASS, None, "every criterion holds"


def results(
    gate: PlannedGate,
    measured: Mapping[str, Measurement],
    rulings: Mapping[str, Ruling],
    metrics: Mapping[str, Metric],
) -> Iterable[CriterionResult]:
    """Every criterion of the policy, judged, in its order."""
    for id, criterion in gate.policy.criteria.items():
        measurement = measured.get(criterion.metric)
        reason = gate.absent.get(id, "")
        ruling = rulings[id]
        yield CriterionResult(
            id=id,
            title=criterion.title,
            metric=criterion.metric,
            unit=metrics[criterion.metric].unit if criterion.metric in metrics else "",
            weight=criterion.weight,
            status=Status.NO_DATA if reason else ruling.status,
            decided_by=f"skipped: {reason}" if reason else ruling.rule,
            value=finite(measurement.value) if measurement else None,
            passes=formal(criterion.passes),
            warns=formal(criterion.warns),
            base=measurement.base if measurement else None,
            blocking=criterion.weight is Weight.BLOCK,
            skipped=reason,
            detail=measurement.detail if measurement else "",
            fix=criterion.fix,
        )


def finite(value: float | None) -> float | None:
    """The value, or None where JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None


def evidence(report: GateReport) -> Evidence:
    """What proves the result."""
    examined: dict[str, int] = {}
    for tool in report.reports:
        examined[tool.examined_unit] = max(examined.get(tool.examined_unit, 0), tool.examined)
    reused = ("reused from an interrupted run: nothing it reads has changed",)
    return Evidence(
        examined=examined,
        executions=report.executions,
        notes=(
            *(reused if report.reused else ()),
            *(note for tool in report.reports for note in tool.notes),
            *(f"not looked at by {t.tool}: {gap}" for t in report.reports for gap in t.incomplete),
        ),
        series=tuple(series for tool in report.reports for series in tool.series),
    )


def formal(groups: tuple[tuple[str, ...], ...]) -> str:
    """The groups as the policy writes them, for programs to read again."""
    return ", or ".join(" and ".join(group) for group in groups)


def words(groups: tuple[tuple[str, ...], ...]) -> str:
    """The groups as people write them: `>= 90`, `0`, `>= 42 and <= 60, or 0`."""
    return ", or ".join(" and ".join(plain(text) for text in group) for group in groups)


def plain(condition: str) -> str:
    """A condition as people write it: the sign of equality goes without saying."""
    return condition.removeprefix("==").strip()


def against(measured: Measurement) -> str:
    """The base that was used, or nothing."""
    return "" if measured.base is None else f" (base {shown(measured.base)})"


def shown(value: float) -> str:
    """A number as people write it: at most four significant digits, no exponent below 10^15."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.4g}"
