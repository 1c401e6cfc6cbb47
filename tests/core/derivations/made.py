"""Makes judged gates, plans and what a derivation sees of them."""

from gates.core.derivations.seen import Seen
from gates.core.judge import judge
from gates.core.model import (
    Failure,
    Finding,
    GateReport,
    GateResult,
    GateStatus,
    Measurement,
    Reason,
    RunInfo,
    Severity,
    ToolReport,
    Weight,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Criterion, GatePolicy, Unmet

ERROR = Failure(reason=Reason.TIMEOUT, detail="it took too long")


def planned(
    id: str,
    weights: tuple[Weight, ...] = (Weight.BLOCK,),
    *,
    level: int = 1,
    skipped: str = "",
    unmet: Unmet = Unmet.FAIL,
    absent: dict[str, str] | None = None,
) -> PlannedGate:
    """A gate with the criteria ID.c0, ID.c1 … that demand 0 and warn at 1."""
    criteria = {
        f"{id}.c{i}": Criterion(
            metric=f"m{i}",
            title=f"C{i} of {id}",
            passes=(("== 0",),),
            warns=(("== 1",),),
            weight=weight,
            unmet=unmet,
        )
        for i, weight in enumerate(weights)
    }
    policy = GatePolicy(level=level, title=id, tools=("t",), criteria=criteria)
    return PlannedGate(id=id, policy=policy, tools=("t",), skipped=skipped, absent=absent or {})


def result(
    gate: PlannedGate, *values: float | None, failure: Failure | None = None, critical: int = 0
) -> GateResult:
    """The gate judged: 0 passes, 1 warns, 2 fails, None was not measured; no value: never run."""
    if not values and failure is None:
        return judge(gate, None, {})
    measured = {f"m{i}": Measurement(value=one, why="gone") for i, one in enumerate(values)}
    found = tuple(
        Finding(tool="t", rule=f"R{i}", severity=Severity.CRITICAL, message="bad", metric="m0")
        for i in range(critical)
    )
    tool = ToolReport(
        tool="t", examined=1, examined_unit="files", measurements=measured, findings=found
    )
    report = GateReport(gate=gate.id, reports=(tool,), failure=failure)
    return judge(gate, report, {})


def seen(
    *results: GateResult, gates: tuple[PlannedGate, ...] = (), run: RunInfo | None = None
) -> Seen:
    """What a derivation sees of these results."""
    made = Plan(gates=gates, decisive_level=3, partial=False, pass_score=90, warn_score=75)
    return Seen(plan=made, results={one.id: one for one in results}, run=run or RunInfo())


def status(id: str, status: GateStatus) -> GateResult:
    """A gate of which nothing but its status is of interest."""
    return GateResult(id=id, title=id, level=1, status=status, detail=f"why {id} is so")
