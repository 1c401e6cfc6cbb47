"""From judged gates to the scorecard: score, levels, the verdict and the exit code."""

from collections.abc import Iterable, Sequence

import msgspec

from gates.core import matrix
from gates.core.derivations import done, owasp
from gates.core.excuses import baseline_use, uses
from gates.core.mending import by_urgency, smallest, steps
from gates.core.model import (
    GateResult,
    GateStatus,
    LevelResult,
    PolicyState,
    Reason,
    RunInfo,
    Scorecard,
    TargetState,
    Verdict,
)
from gates.core.plan import Plan
from gates.core.weighing import sums
from gates.core.wording import first_line

TOLD = 5  # of what shards lack
UNDECIDED = (GateStatus.ERROR, GateStatus.PENDING, GateStatus.NOT_RUN)


def level(number: int, gates: Sequence[GateResult], plan: Plan) -> LevelResult:
    """Judge one level together with those below it."""
    chosen = [gate for gate in gates if gate.level <= number]
    verdict, decided_by = verdict_of(chosen, plan)
    if plan.partial:
        verdict, decided_by = Verdict.INCONCLUSIVE, "partial run: only chosen gates were planned"
    return LevelResult(
        level=number,
        verdict=verdict,
        decided_by=decided_by,
        score=sums(c for gate in chosen for c in gate.criteria).score,
        skipped=tuple(c.id for gate in chosen for c in gate.criteria if c.skipped),
    )


def verdict_of(gates: Sequence[GateResult], plan: Plan) -> tuple[Verdict, str]:
    """The verdict over some gates and the rule that decided it."""
    if failed := [gate for gate in gates if gate.status is GateStatus.FAIL]:
        return Verdict.FAIL, told(failed)
    total = sums(c for gate in gates for c in gate.criteria)
    if total.at_best is not None and total.at_best < plan.warn_score:
        text = f"score {total.score:g} is under {plan.warn_score:g}, whatever is still missing"
        return Verdict.FAIL, text
    for gate in gates:
        if gate.blocking and gate.status in UNDECIDED:
            return Verdict.INCONCLUSIVE, f"{gate.id} is {gate.status}{why(gate)}"
    if total.score is None:
        return Verdict.INCONCLUSIVE, "nothing was judged: every criterion is skipped"
    if (empty := unmeasured(gates)) is not None:
        return Verdict.INCONCLUSIVE, f"level {empty} measured nothing: every gate of it is skipped"
    return passing(gates, total.score, plan)


def told(failed: Sequence[GateResult]) -> str:
    """Which gates failed, and why the first of them did."""
    first = failed[0]
    reason = first_line(first.detail)
    if len(failed) == 1:
        return f"{first.id} failed: {reason}"
    names = ", ".join(gate.id for gate in failed)
    return f"{len(failed)} gates failed: {names}; the first: {reason}"


def unmeasured(gates: Sequence[GateResult]) -> int | None:
    """The lowest level of which every gate is skipped: nothing there was measured."""
    seen = {gate.level for gate in gates}
    measured = {gate.level for gate in gates if gate.status is not GateStatus.SKIPPED}
    return min(seen - measured, default=None)


def why(gate: GateResult) -> str:
    """The reason and detail of a gate as the tail of a sentence."""
    reason = f"({gate.reason})" if gate.reason else ""
    return reason + (f": {first_line(gate.detail)}" if gate.detail else "")


def passing(gates: Sequence[GateResult], score: float, plan: Plan) -> tuple[Verdict, str]:
    """PASS, WARN or, by score alone, FAIL, when every blocking gate was judged."""
    if score < plan.warn_score:
        return Verdict.FAIL, f"score {score:g} is under {plan.warn_score:g}"
    if score < plan.pass_score:
        return Verdict.WARN, f"score {score:g} is under {plan.pass_score:g}"
    for gate in gates:
        if gate.status not in (GateStatus.PASS, GateStatus.SKIPPED):
            return Verdict.WARN, f"{gate.id} is {gate.status}{why(gate)}"
    return Verdict.PASS, f"every gate holds, score {score:g}"


def scorecard(
    plan: Plan,
    gates: Iterable[GateResult],
    *,
    target: TargetState,
    policy: PolicyState,
    run: RunInfo,
    complete: bool,
    valid_until: str = "",
) -> Scorecard:
    """Join the results of all planned gates. A run that has not ended is INCONCLUSIVE."""
    place = {gate.id: number for number, gate in enumerate(plan.gates)}
    ordered = tuple(sorted(gates, key=lambda gate: (gate.level, place[gate.id])))
    numbers = sorted({gate.level for gate in ordered})
    deciding = [gate for gate in ordered if plan.partial or gate.level <= plan.decisive_level]
    verdict, decided_by = verdict_of(deciding, plan)
    asked = {gate.policy.derived for gate in plan.gates}
    if not complete and not stands(verdict, deciding, plan):
        verdict, decided_by = Verdict.INCONCLUSIVE, unended(plan)
    return Scorecard(
        target=target,
        policy=policy,
        decisive_level=plan.decisive_level,
        complete=complete,
        partial=plan.partial,
        verdict=verdict,
        decided_by=decided_by,
        score=sums(c for gate in deciding for c in gate.criteria).score,
        levels=tuple(level(number, ordered, plan) for number in numbers),
        gates=tuple(msgspec.structs.replace(gate, operations=()) for gate in ordered),
        operations=matrix.rows(cell for gate in ordered for cell in gate.operations),
        checklists=done.table(plan.maps.checklists, ordered) if done.DONE in asked else (),
        categories=owasp.table(plan.maps.categories, ordered) if "owasp" in asked else (),
        next_steps=all_steps(deciding, ordered, plan, run, complete=complete),
        waivers=uses(plan.excuses, ordered),
        baseline=baseline_use(plan.excuses, ordered),
        notices=plan.notices,
        contacts=plan.contacts,
        valid_until=valid_until,
        run=run,
    )


def stands(verdict: Verdict, gates: Sequence[GateResult], plan: Plan) -> bool:
    """Whether the verdict on a run that is not whole holds: a FAIL that no lost shard has made."""
    if verdict is not Verdict.FAIL or not plan.unmerged:
        return verdict is Verdict.FAIL
    at_best = sums(c for gate in gates for c in gate.criteria).at_best
    failed = any(gate.status is GateStatus.FAIL for gate in gates)
    return failed or (at_best is not None and at_best < plan.warn_score)


def unended(plan: Plan) -> str:
    """Why a run is not whole: it has not ended, or its shards do not make one."""
    told, more = plan.unmerged[:TOLD], plan.unmerged[TOLD:]
    rest = (f"and {len(more)} more",) if more else ()
    return "; ".join((*told, *rest)) or "the run has not ended"


def next_steps(
    gates: Sequence[GateResult], plan: Plan, run: RunInfo, *, complete: bool
) -> tuple[str, ...]:
    """What to do: the fewest gates to mend that make these pass; of a run that has not ended all.

    Where they pass with warnings, what is left to do for a pass without one.
    """
    if not complete:
        return tuple(text for gate in by_urgency(gates) for text in steps(gate, plan))
    passed = (Verdict.PASS, Verdict.WARN)
    now, _ = verdict_of(gates, plan)
    wanted = (Verdict.PASS,) if now in passed else passed
    chosen = smallest(gates, plan, run, lambda results: verdict_of(results, plan)[0] in wanted)
    return tuple(text for gate in chosen or by_urgency(gates) for text in steps(gate, plan))


def all_steps(
    deciding: Sequence[GateResult],
    every: Sequence[GateResult],
    plan: Plan,
    run: RunInfo,
    *,
    complete: bool,
) -> tuple[str, ...]:
    """The steps for the level that decides, then those that the levels above it still need."""
    first = next_steps(deciding, plan, run, complete=complete)
    above = next_steps(every, plan, run, complete=complete) if len(every) > len(deciding) else ()
    return tuple(dict.fromkeys((*first, *above)))


def exit_code(card: Scorecard, *, cancelled: int | None = None) -> int:
    """Our exit code: 5, cancelled, 4, 1, 3, 0 in this order (2 is decided before any run)."""
    reasons = {gate.reason for gate in card.gates if gate.status is GateStatus.ERROR}
    if Reason.ADAPTER_BUG in reasons:
        return 5
    if cancelled is not None:
        return cancelled
    if Reason.REFUSED_BY_SAFETY in reasons:
        return 4
    match card.verdict:
        case Verdict.FAIL:
            return 1
        case Verdict.INCONCLUSIVE:
            return 3
        case Verdict.PASS | Verdict.WARN:
            return 0
