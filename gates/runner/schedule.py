"""The schedule: which gates run side by side, which alone, and what is written as each ends."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from gates.core.model import Failure, GateReport, Reason
from gates.core.plan import PlannedGate
from gates.runner.events import Events
from gates.runner.gate import run_gate
from gates.runner.session import Session
from gates.runner.stage import SERVICE_RESOURCES, Stage
from gates.runner.unavailable import TargetDown, Unavailable
from gates.shell.process import Cancellation

Ended = Callable[[PlannedGate, GateReport, float], bool]  # True: go on with the next gate


def run(
    gates: Iterable[PlannedGate],
    session: Session,
    *,
    expected: dict[str, float],
    events: Events,
    ended: Ended,
) -> None:
    """Run every gate that is not skipped: first those that only compute, then the service's.

    `ended` is called once for each gate, from the calling thread, with its seconds.
    """
    todo = [gate for gate in gates if not gate.skipped]
    stage = Stage(session)
    serial = [gate for gate in todo if is_serial(gate, stage)]
    side_by_side = [gate for gate in todo if gate not in serial]
    try:
        if compute(longest_first(side_by_side, expected), stage, session, events, ended):
            one_by_one(in_turn(serial), stage, session, events, ended)
    finally:
        stage.close()


def is_serial(gate: PlannedGate, stage: Stage) -> bool:
    """Whether it speaks to the service, needs the machine alone, or reads what others found."""
    policy = gate.policy
    return bool(policy.after) or policy.resource in SERVICE_RESOURCES or stage.reads_served(gate)


def longest_first(gates: list[PlannedGate], expected: dict[str, float]) -> list[PlannedGate]:
    """The order that ends soonest on several cores."""
    return sorted(gates, key=lambda gate: -expected.get(gate.id, gate.policy.expected_s))


def in_turn(gates: list[PlannedGate]) -> list[PlannedGate]:
    """By level, so that a target that does not start is known first.

    Inside a level, gates that share the service come before those that leave their marks on it,
    and loads come last; what reads the results of others waits for them.
    """
    waiting, ordered = sorted(gates, key=turn), list[PlannedGate]()
    while waiting:
        open_ones = {gate.id for gate in waiting}
        ready = (gate for gate in waiting if not open_ones & set(gate.policy.after) - {gate.id})
        chosen = next(ready, waiting[0])
        waiting.remove(chosen)
        ordered.append(chosen)
    return ordered


def turn(gate: PlannedGate) -> tuple[int, bool, bool]:
    """The sort key of a gate that runs alone."""
    policy = gate.policy
    return (policy.level, policy.resource == "exclusive", policy.state == "fresh")


def compute(
    gates: list[PlannedGate], stage: Stage, session: Session, events: Events, ended: Ended
) -> bool:
    """Run gates side by side up to the core count; False if the rest is not to be run."""
    waiting = list(gates)
    running: dict[Future[tuple[GateReport, float]], PlannedGate] = {}
    width = cores()
    going = not session.cancel.is_set()
    with ThreadPoolExecutor(max_workers=width) as pool, hurried(session.cancel):
        while running or (waiting and going):
            while waiting and going and len(running) < width:
                gate = waiting.pop(0)
                running[pool.submit(timed, gate, stage, session, events)] = gate
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                report, seconds = future.result()
                going = ended(running.pop(future), report, seconds) and going
            going = going and not session.cancel.is_set()
    return going


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def hurried(cancel: Cancellation) -> Iterator[None]:
    """End the gates that run when their results cannot be kept: nobody waits for them."""
    try:
        yield
    except BaseException:
        cancel.set()
        raise


def one_by_one(
    gates: list[PlannedGate], stage: Stage, session: Session, events: Events, ended: Ended
) -> None:
    """Run gates alone on the machine, one after the other."""
    for gate in gates:
        if session.cancel.is_set():
            return
        report, seconds = timed(gate, stage, session, events)
        if not ended(gate, report, seconds):
            return


def timed(
    gate: PlannedGate, stage: Stage, session: Session, events: Events
) -> tuple[GateReport, float]:
    """One gate's report and its seconds of wall clock."""
    events.started(gate.id)
    begin = time.monotonic()
    report = outcome(gate, stage, session)
    return report, time.monotonic() - begin


def outcome(gate: PlannedGate, stage: Stage, session: Session) -> GateReport:
    """One gate's report, also when what it stands on is not there."""
    try:
        report = run_gate(gate, stage.grant(gate), session)
    except Unavailable as error:
        return GateReport(gate=gate.id, failure=error.failure)
    except TargetDown as error:
        return GateReport(gate=gate.id, not_run=str(error))
    except OSError as error:
        text = f"{error.filename or session.results}: {error.strerror}"
        return failed(gate, Reason.STORAGE_FAILED, text)
    except Exception as error:  # noqa: BLE001  one gate's bug must not hide the others' results
        return failed(gate, Reason.ADAPTER_BUG, f"{type(error).__name__}: {error}")
    gone = stage.check_alive() if is_serial(gate, stage) else None
    if gone is None or session.cancel.is_set():
        return report
    return GateReport(gate=gate.id, reports=(), executions=report.executions, failure=gone)


def failed(gate: PlannedGate, reason: Reason, detail: str) -> GateReport:
    """The report of a gate that could not be looked at."""
    return GateReport(gate=gate.id, failure=Failure(reason=reason, detail=detail))
