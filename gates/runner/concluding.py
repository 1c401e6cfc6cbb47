"""From what was measured to all results of a run: the one way that `run` and `judge` share."""

from collections.abc import Iterable, Mapping

import msgspec

from gates import catalog
from gates.core import derived
from gates.core.derivations.seen import Seen
from gates.core.judge import judge
from gates.core.model import Failure, GateReport, GateResult, Reason, RunInfo
from gates.core.plan import Plan, PlannedGate
from gates.runner.signing import Sign, is_signed

EARLIER = frozenset({"freshness.gates_held", "freshness.integration_held"})  # metrics over runs


def concluded(
    plan: Plan,
    results: Mapping[str, GateResult],
    run: RunInfo,
    *,
    ended: bool,
    sign: Sign | None = None,
) -> tuple[GateResult, ...]:
    """Every result of the plan: the measured ones as given, then what rests on them.

    `results` has those of the gates that are measured, by id; `ended` says that none of them will
    change any more: until then nothing is derived. `sign` verifies what people have signed.
    """
    own = {gate.id: results[gate.id] for gate in measured(plan.gates)}
    asked = covered(plan, own, run) if ended and sign is not None else own
    known = {**own, **signed(plan, asked, sign if ended else None)}
    known |= derivations(plan, known, run, ended=ended)
    return tuple(known[gate.id] for gate in plan.gates)


def covered(plan: Plan, results: Mapping[str, GateResult], run: RunInfo) -> dict[str, GateResult]:
    """What a signature covers: the measured results, and all that decides beside them.

    What follows from the results is taken as it is before anybody has signed, and so are the gates
    of what people sign: whoever takes a result for younger than it is, or leaves a gate out, makes
    another evidence. What earlier runs came to is not of it: there are more of them every night.
    """
    now = without_earlier_runs(plan)
    bare = {gate.id: judged(gate, None, now) for gate in now.gates if is_signed(gate)}
    return {**results, **derivations(now, results, run, ended=True), **bare}


def without_earlier_runs(plan: Plan) -> Plan:
    """The plan without the criteria of derived gates that are judged on earlier runs."""
    gates = (without(gate, EARLIER) if gate.policy.derived else gate for gate in plan.gates)
    return msgspec.structs.replace(plan, gates=tuple(gates))


def without(gate: PlannedGate, metrics: frozenset[str]) -> PlannedGate:
    """A gate without the criteria of some metrics."""
    criteria = {id: c for id, c in gate.policy.criteria.items() if c.metric not in metrics}
    policy = msgspec.structs.replace(gate.policy, criteria=criteria)
    absent = {id: why for id, why in gate.absent.items() if id in criteria}
    return msgspec.structs.replace(gate, policy=policy, absent=absent)


def signed(
    plan: Plan, results: Mapping[str, GateResult], sign: Sign | None
) -> dict[str, GateResult]:
    """The gates of what people sign; waiting where it is not to be looked at yet."""
    return {
        gate.id: judged(gate, signatures(gate, results, sign), plan)
        for gate in plan.gates
        if is_signed(gate)
    }


def signatures(
    gate: PlannedGate, results: Mapping[str, GateResult], sign: Sign | None
) -> GateReport:
    """The report of a gate of sign-offs; a step that breaks is a bug of ours, and never a pass."""
    if sign is None:
        return waiting(gate)
    try:
        return sign(gate, results)
    except Exception as error:  # noqa: BLE001
        return broken(gate, "verifying signatures", error)


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
    """The report of a gate that rests on others while some are still to come."""
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
    """The gates that have something to run: all but the derived ones and what people sign."""
    return [gate for gate in gates if not gate.policy.derived and not is_signed(gate)]
