"""What to do next: the smallest set of gates to mend, or to sign, that makes the level pass."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice

import msgspec

from gates.core import derived
from gates.core.derivations.seen import Seen
from gates.core.judge import judge
from gates.core.model import Finding, GateResult, GateStatus, RunInfo, Severity, Status
from gates.core.plan import Plan, PlannedGate
from gates.core.wording import first_line

Good = Callable[[Sequence[GateResult]], bool]
URGENCY = (
    GateStatus.FAIL,
    GateStatus.ERROR,
    GateStatus.NOT_RUN,
    GateStatus.PENDING,
    GateStatus.WARN,
)
SIGNED = "signoff"  # the tool of what people sign: it runs nothing
MOST_TRIED = 2_000  # sets of gates that are tried for the smallest one


def smallest(
    gates: Sequence[GateResult], plan: Plan, run: RunInfo, good: Good
) -> tuple[GateResult, ...]:
    """The fewest gates that, mended, make all of them `good`; empty where they are, or cannot be.

    A gate that follows from others is mended with them; it is named itself only where that is not
    enough, as with results that this run did not measure.
    """
    known = {gate.id: gate for gate in gates}
    rests = {gate.id: gate for gate in plan.gates if gate.policy.derived and gate.id in known}
    bad = {gate.id for gate in gates if gate.status in URGENCY}
    measured = bad - rests.keys()

    def tried(ids: Iterable[str]) -> dict[str, GateResult]:
        return mended(known, frozenset(ids), rests, plan, run)

    def enough(ids: Iterable[str]) -> bool:
        return good(tuple(tried(ids).values()))

    left = {id for id, gate in tried(measured).items() if id in rests and gate.status in URGENCY}
    chosen = fewest(sorted(measured | left), enough)
    return tuple(gate for gate in by_urgency(gates) if gate.id in chosen)


def fewest(ids: Sequence[str], enough: Callable[[Iterable[str]], bool]) -> frozenset[str]:
    """The smallest set that is enough, where more is never worse; empty where none is.

    What no set can do without is found first; what is then still to be chosen is tried by size,
    and, where there are too many sets to try, given up one by one.
    """
    whole = frozenset(ids)
    if enough(()) or not enough(whole):
        return frozenset()
    needed = frozenset(id for id in ids if not enough(whole - {id}))
    rest = [id for id in ids if id not in needed]
    sets = (
        needed | set(more) for size in range(len(rest) + 1) for more in combinations(rest, size)
    )
    for one in islice(sets, MOST_TRIED):
        if enough(one):
            return one
    kept = whole
    for id in rest:
        kept = kept - {id} if enough(kept - {id}) else kept
    return kept


def mended(
    known: Mapping[str, GateResult],
    ids: frozenset[str],
    rests: Mapping[str, PlannedGate],
    plan: Plan,
    run: RunInfo,
) -> dict[str, GateResult]:
    """The results if these gates held, and what follows from them."""
    results = {id: holding(gate) if id in ids else gate for id, gate in known.items()}
    reused = {id: age for id, age in run.reused_s.items() if id not in ids}
    now = msgspec.structs.replace(run, reused_s=reused)
    for id, gate in rests.items():
        if id not in ids and known[id].status is not GateStatus.SKIPPED:
            others = {other: one for other, one in results.items() if other != id}
            seen = Seen(plan=plan, results=others, run=now)
            report = derived.report(id, gate.policy, seen)
            metrics = derived.metrics(gate.policy.derived)
            results[id] = judge(gate, report, metrics, plan.base, plan.excuses)
    return results


def holding(gate: GateResult) -> GateResult:
    """The gate as it would be if every criterion held."""
    criteria = tuple(
        one if one.skipped else msgspec.structs.replace(one, status=Status.PASS, pending=False)
        for one in gate.criteria
    )
    return msgspec.structs.replace(
        gate, status=GateStatus.PASS, reason=None, criteria=criteria, findings=(), awaiting=()
    )


def by_urgency(gates: Iterable[GateResult]) -> Iterator[GateResult]:
    """Failures first, then what could not be judged, then what waits, then warnings."""
    given = tuple(gates)
    for status in URGENCY:
        yield from (gate for gate in given if gate.status is status)


def steps(gate: GateResult, plan: Plan) -> Iterator[str]:
    """What to do about one gate: one step for everything that people have to do, else one in all.

    Of the latter: what is missing, how it is mended, where, and how it is tried again.
    """
    if gate.awaiting and gate.status in (GateStatus.PENDING, GateStatus.WARN):
        yield from (f"{gate.id}: {wish}" for wish in gate.awaiting)
        return
    parts = [*missed(gate), *tried_again(gate, plan)]
    yield f"{gate.id}: {'; '.join(parts)}"


def missed(gate: GateResult) -> Iterator[str]:
    """What the gate misses, how it is mended, and the place of the worst that was found."""
    for criterion in gate.criteria:
        if criterion.status in (Status.FAIL, Status.WARN) and gate.detail.startswith(criterion.id):
            hint = f" — {criterion.fix.removesuffix('.')}" if criterion.fix else ""
            yield f"{criterion.title}: {criterion.decided_by}{hint}"
            yield from places(gate, criterion.metric)
            return
    yield first_line(gate.detail) or gate.status.value


def places(gate: GateResult, metric: str) -> Iterator[str]:
    """The place of the worst finding that a metric counts, where it has one."""
    counted = [one for one in gate.findings if one.metric == metric and not one.excused]
    first = min(counted, key=lambda one: list(Severity).index(one.severity), default=None)
    if first is not None and first.path:
        yield f"first: {place(first)}"


def tried_again(gate: GateResult, plan: Plan) -> Iterator[str]:
    """The command that tries it again; what follows from others needs their runs, not its own."""
    planned = next((one.policy for one in plan.gates if one.id == gate.id), None)
    if planned is not None and SIGNED in planned.tools:
        yield "then: gatescore judge RUN_DIR --output RUN_DIR"
    elif planned is None or not planned.derived:
        yield f"then: gatescore run --gate {gate.id}"


def place(finding: Finding) -> str:
    """File and line of a finding."""
    return f"{finding.path}:{finding.line}" if finding.line else finding.path
