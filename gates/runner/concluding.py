"""From what was measured to all results of a run: the one way that `run` and `judge` share."""

from collections.abc import Iterable, Mapping

from gates import catalog
from gates.core import derived
from gates.core.derivations.seen import Seen
from gates.core.judge import judge
from gates.core.model import Failure, GateReport, GateResult, Reason, RunInfo
from gates.core.plan import Plan, PlannedGate


def concluded(
    plan: Plan, results: Mapping[str, GateResult], run: RunInfo, *, ended: bool
) -> tuple[GateResult, ...]:
    """Every result of the plan: the measured ones as given, then what rests on them.

    `results` are those of the gates that are measured, by id; `ended` says that none of them will
    change any more: until then nothing is derived.
    """
    known = dict(results)
    known |= derivations(plan, known, run, ended=ended)
    return tuple(known[gate.id] for gate in plan.gates)


def derivations(
    plan: Plan, known: Mapping[str, GateResult], run: RunInfo, *, ended: bool
) -> dict[str, GateResult]:
    """The derived gates in the order of the policy: each sees those before it."""
    found: dict[str, GateResult] = {}
    for gate in plan.gates:
        if gate.policy.derived:
            seen = Seen(plan=plan, results={**known, **found}, run=run)
            found[gate.id] = derivation(gate, seen) if ended else judged(gate, waiting(gate), plan)
    return found


def waiting(gate: PlannedGate) -> GateReport:
    """The report of a derived gate while others are still to come."""
    return GateReport(gate=gate.id, not_run="the gates that it rests on have not all ended")


def derivation(gate: PlannedGate, seen: Seen) -> GateResult:
    """One derived gate, judged; one that breaks is a bug of ours, and never a pass."""
    try:
        report = derived.report(gate.id, gate.policy, seen)
    except Exception as error:  # noqa: BLE001
        report = broken(gate, f"deriving {gate.id}", error)
    return judged(gate, report, seen.plan)


def judged(gate: PlannedGate, report: GateReport | None, plan: Plan) -> GateResult:
    """One gate's result; a judge that breaks is a bug of ours, and never a pass."""
    try:
        return judge(gate, report, catalog.measured_by(gate), plan.base, plan.excuses)
    except catalog.CatalogError as error:
        failure = Failure(reason=Reason.TOOL_MISSING, detail=str(error))
        report = GateReport(gate=gate.id, failure=failure)
    except Exception as error:  # noqa: BLE001
        report = broken(gate, f"judging {gate.id}", error)
    return judge(gate, report, {})


def broken(gate: PlannedGate, what: str, error: Exception) -> GateReport:
    """The report of a gate that a bug of ours kept from being looked at."""
    text = f"{what} broke: {type(error).__name__}: {error}"
    return GateReport(gate=gate.id, failure=Failure(reason=Reason.ADAPTER_BUG, detail=text))


def measured(gates: Iterable[PlannedGate]) -> list[PlannedGate]:
    """The gates that have something to run: all but the derived ones."""
    return [gate for gate in gates if not gate.policy.derived]
