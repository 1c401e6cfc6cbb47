"""Measures the gates of a run that nothing was known of: proves, runs, records and keeps them."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from gates.core.model import Failure, GateReport, GateStatus, Reason
from gates.core.plan import PlannedGate
from gates.runner import proof, reuse, schedule, signing
from gates.runner.events import Events
from gates.runner.record import Record
from gates.runner.session import Session


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How the gates are run: `keys` by gate under which results are kept, seconds expected.

    `signed` are the gates that are judged after these: they are proved with them.
    """

    prove: bool
    fail_fast: bool
    keys: Mapping[str, str]
    expected: dict[str, float]
    signed: tuple[PlannedGate, ...] = ()


def run(
    gates: list[PlannedGate], wish: Wish, session: Session, record: Record, events: Events
) -> None:
    """Run these gates; each result is on disk before the next."""
    proved = proofs([*gates, *wish.signed], session, events) if wish.prove else ()
    lost = proof.undetected(proved)
    signing.distrust(
        session.results.parent, {g.id: lost[g.id] for g in wish.signed if g.id in lost}
    )
    for gate in gates:
        if gate.id in lost:
            failure = Failure(reason=Reason.CONTROL_NOT_DETECTED, detail=lost[gate.id])
            record.ended(gate, GateReport(gate=gate.id, failure=failure), 0.0)

    def ended(gate: PlannedGate, report: GateReport, seconds: float) -> bool:
        report = msgspec.structs.replace(report, proved=proof.notes(proved, gate.id))
        result = record.ended(gate, report, seconds)
        if gate.id in wish.keys:
            redactor, now = session.secrets.redactor(), datetime.now(UTC)
            reuse.keep(session.cache, wish.keys[gate.id], report, result, now, redactor)
        events.ended(gate.id, result.status.value, result.detail, seconds)
        return not (wish.fail_fast and result.status is GateStatus.FAIL)

    todo = [gate for gate in gates if gate.id not in lost]
    schedule.run(todo, session, expected=wish.expected, events=events, ended=ended)


def proofs(gates: list[PlannedGate], session: Session, events: Events) -> tuple[proof.Proof, ...]:
    """What became of the controls of these gates."""
    events.note("proving that each gate can fail")
    work = proof.Work(
        folder=session.scratch / "proof",
        environ=session.environ,
        cancel=session.cancel,
        today=session.today,
        programs=proof.programs(proof.installed_modules(session)),
        policy_folder=session.policy_folder,
    )

    def say_so(one: proof.Proof) -> None:
        if not one.detected:
            text = f"{one.gate}: {one.tool}: {proof.WORDS[one.detected]}: {one.detail}"
            events.note(text)

    return proof.proofs(gates, work, say_so)
