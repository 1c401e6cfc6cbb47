"""Judges a gate: its criteria one by one, then what they mean together."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from gates.core.criterion import Ruling, rule
from gates.core.distance import headroom
from gates.core.excuses import Excuses, excuse, uncounted
from gates.core.fingerprint import fingerprinted
from gates.core.joining import joined
from gates.core.measured import less, measurements, with_base
from gates.core.model import (
    CriterionResult,
    Evidence,
    Failure,
    Finding,
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
from gates.core.policy import Criterion
from gates.core.tool import Metric
from gates.core.wording import formal


def judge(
    gate: PlannedGate,
    report: GateReport | None,
    metrics: Mapping[str, Metric],
    base: Mapping[str, float] | None = None,
    excuses: Excuses | None = None,
) -> GateResult:
    """One gate, judged from its report alone; None means that it was never run.

    `base` has the values by criterion of an earlier run, where there is one. `excuses` are the
    waivers and the baseline; without them every finding counts.
    """
    shell = GateResult(
        id=gate.id,
        title=gate.policy.title,
        level=gate.policy.level,
        blocking=any(c.weight is Weight.BLOCK for c in gate.policy.criteria.values()),
    )
    if gate.skipped or not gate.policy.criteria.keys() - gate.absent.keys():
        return skipped(shell, gate, metrics, gate.skipped or "every criterion of it is skipped")
    if report is None or report.not_run:
        why = report.not_run if report else "not started"
        return unreached(shell, gate, metrics, why)
    return judged(shell, gate, report, metrics, base or {}, excuses or Excuses())


def skipped(
    shell: GateResult, gate: PlannedGate, metrics: Mapping[str, Metric], reason: str
) -> GateResult:
    """The result of a gate that the target has nothing for."""
    rulings = no_data(gate, f"skipped: {reason}", None)
    criteria = tuple(
        msgspec.structs.replace(result, skipped=result.skipped or reason)
        for result in results(gate, {}, rulings, metrics)
    )
    return msgspec.structs.replace(
        shell, status=GateStatus.SKIPPED, detail=reason, criteria=criteria
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
    excuses: Excuses,
) -> GateResult:
    """The result of a gate that ran, whether or not it could look."""
    failure = report.failure or shortfall(gate, report.reports)
    once = joined(tuple(f for tool in report.reports for f in tool.findings))
    excused = excuse(gate.id, gate.policy.new_findings_only, fingerprinted(once.findings), excuses)
    measured = measurements(report.reports, gate.policy.floor, metrics)
    measured = less(measured, Counter(once.fewer), "found by two tools")
    measured = less(measured, uncounted(excused.findings), "known or waived")
    measured = with_base(gate, measured, base)
    rulings = {
        id: rule(criterion, measured.get(criterion.metric), failure)
        for id, criterion in gate.policy.criteria.items()
    }
    status, reason, detail = decide(gate, rulings, failure)
    return msgspec.structs.replace(
        shell,
        status=status,
        reason=reason,
        detail=detail,
        criteria=tuple(results(gate, measured, rulings, metrics)),
        findings=tuple(without_context(finding) for finding in excused.findings),
        findings_total=len(excused.findings),
        fixed=excused.fixed if failure is None else (),
        awaiting=tuple(text for tool in report.reports for text in tool.pending),
        operations=tuple(cell for tool in report.reports for cell in tool.operations),
        evidence=evidence(report),
    )


def shortfall(gate: PlannedGate, reports: tuple[ToolReport, ...]) -> Failure | None:
    """Why the reports do not suffice: something was not looked at, or too little was."""
    if not reports:
        text = f"none of its tools had anything to look at: {', '.join(gate.tools)}"
        return Failure(reason=Reason.NOTHING_EXAMINED, detail=text)
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


def without_context(finding: Finding) -> Finding:
    """The finding as it is shown: the text that its fingerprint saw is the source's own."""
    return msgspec.structs.replace(finding, context="") if finding.context else finding


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
    return undecided(blocking) or milder(gate, counted)


def undecided(blocking: Mapping[str, Ruling]) -> tuple[GateStatus, Reason | None, str] | None:
    """ERROR or PENDING, where a blocking criterion has no data."""
    gaps = {id: r for id, r in blocking.items() if r.status is Status.NO_DATA}
    for id, ruling in gaps.items():
        if not ruling.pending:
            return GateStatus.ERROR, ruling.gap or Reason.METRIC_MISSING, f"{id}: {ruling.rule}"
    for id, ruling in gaps.items():
        return GateStatus.PENDING, None, f"{id}: {ruling.rule}"
    return None


def milder(
    gate: PlannedGate, counted: Mapping[str, Ruling]
) -> tuple[GateStatus, Reason | None, str]:
    """WARN for the first criterion that counts and is not PASS, else PASS."""
    for id, ruling in counted.items():
        if gate.policy.criteria[id].weight is not Weight.INFO and ruling.status is not Status.PASS:
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
            pending=ruling.pending and not reason,
            headroom=spare(criterion, ruling, measurement) if not reason else None,
        )


def spare(criterion: Criterion, ruling: Ruling, measured: Measurement | None) -> float | None:
    """How far a pass is from its bound: at its confidence bound where that is what was judged."""
    if ruling.status is not Status.PASS or measured is None:
        return None
    value = measured.bound if criterion.confidence else measured.value
    return headroom(criterion.passes, value, measured.base)


def finite(value: float | None) -> float | None:
    """The value, or None where JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None


def evidence(report: GateReport) -> Evidence:
    """What proves the result."""
    examined: dict[str, int] = {}
    for tool in report.reports:
        examined[tool.examined_unit] = max(examined.get(tool.examined_unit, 0), tool.examined)
    reused = ("taken over from an earlier run: nothing that it reads has changed",)
    return Evidence(
        examined=examined,
        executions=report.executions,
        notes=(
            *(reused if report.reused else ()),
            *report.proved,
            *(note for tool in report.reports for note in tool.notes),
            *(f"not looked at by {t.tool}: {gap}" for t in report.reports for gap in t.incomplete),
        ),
        series=tuple(series for tool in report.reports for series in tool.series),
    )
