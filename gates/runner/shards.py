"""Shards of a run: what one leaves behind, and how several become one run again."""

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

import msgspec

from gates.core.model import (
    Failure,
    GateReport,
    GateStatus,
    Reason,
    RunInfo,
    Scorecard,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.sharding import PlanFile, Share
from gates.core.shards import FILE, Checked, Claim, Manifest, gate_of
from gates.runner.concluding import judged, measured
from gates.runner.record import Record
from gates.shell import shard_files, store
from gates.shell.plan_files import Loaded

WORST_FIRST = (
    GateStatus.FAIL,
    GateStatus.ERROR,
    GateStatus.NOT_RUN,
    GateStatus.PENDING,
    GateStatus.WARN,
    GateStatus.PASS,
    GateStatus.SKIPPED,
)


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """The share of a plan that this run has."""

    loaded: Loaded
    share: Share


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """What other machines have measured for this run: each gate's report, and where it is from.

    `without` are the gates that have none, each with why. `problems` keep the run from being whole.
    """

    claims: Mapping[str, Claim] = {}
    without: Mapping[str, str] = {}
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    started_at: str = ""
    dirty: bool = False


def own_version() -> str:
    """The version of gatescore that runs."""
    return version("gatescore")


def leave(folder: Path, card: Scorecard, assigned: Assigned) -> None:
    """Write the manifest of a shard that has ended. Raises StorageError."""
    manifest = Manifest(
        nonce=assigned.loaded.plan.nonce,
        shard=assigned.share.id,
        plan=assigned.loaded.digest,
        version=own_version(),
        revision=card.target.revision,
        policy=card.policy.digest,
        dirty=card.target.dirty,
        files=shard_files.digests(folder),
        run=card.run,
    )
    store.write_json(folder / FILE, manifest)


def joined(checked: Checked, file: PlanFile, plan: Plan) -> Joined:
    """Every gate of the plan that this machine does not measure itself, decided."""
    decided = {gate.id: decide(gate, checked, plan) for gate in to_run(plan) if at(gate, checked)}
    forgotten = dict(undealt(file, plan))
    without = {**checked.missing, **forgotten}
    without |= dict(blind(file, plan, without))
    contradicted = [
        f"{id}: {claim.report.failure.detail}"
        for id, claim in decided.items()
        if len(checked.claims[id]) > 1 and claim.report.failure is not None
    ]
    return Joined(
        claims={id: claim for id, claim in decided.items() if id not in without},
        without=without,
        problems=(*checked.problems, *contradicted, *unplanned(file, plan, forgotten)),
        notes=checked.notes,
        started_at=checked.started_at,
        dirty=checked.dirty,
    )


def to_run(plan: Plan) -> list[PlannedGate]:
    """The gates that somebody has to measure."""
    return [gate for gate in measured(plan.gates) if not gate.skipped]


def at(gate: PlannedGate, checked: Checked) -> bool:
    """Whether a shard has a report of a gate."""
    return gate.id in checked.claims


def decide(gate: PlannedGate, checked: Checked, plan: Plan) -> Claim:
    """The report that counts: the only one, or the worst of several, which is an ERROR then."""
    claims = checked.claims[gate.id]
    if len(claims) == 1:
        return claims[0]
    status = {each.shard.place: judged(gate, each.report, plan).status for each in claims}
    worst = min(claims, key=lambda each: WORST_FIRST.index(status[each.shard.place]))
    told = "; ".join(
        f"shard {each.shard.manifest.shard} ({each.shard.place}) says {status[each.shard.place]}, "
        f"{each.shard.manifest.files[f'results/{gate.id}/report.json']}"
        for each in claims
    )
    failure = Failure(reason=Reason.UNREADABLE_RESULT, detail=f"conflict: {told}")
    return Claim(
        shard=worst.shard, report=msgspec.structs.replace(worst.report, failure=failure, not_run="")
    )


def undealt(file: PlanFile, plan: Plan) -> Iterator[tuple[str, str]]:
    """Gates that have to run and that the plan file gives to nobody."""
    dealt = {*file.owners, *file.merge}
    for gate in to_run(plan):
        if gate.id not in dealt:
            yield gate.id, "the plan deals it to no shard: make a plan anew with gatescore plan"


def unplanned(file: PlanFile, plan: Plan, forgotten: Mapping[str, str]) -> Iterator[str]:
    """What of the plan file is not of this plan, and what of this plan is not in the file."""
    known = {gate.id for gate in to_run(plan)}
    for gate in (*file.owners, *file.merge):
        if gate not in known:
            yield f"{gate} is in the plan file, and is not to be run here"
    yield from (f"{gate}: {why}" for gate, why in forgotten.items())


def blind(file: PlanFile, plan: Plan, without: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Gates of the merge that would read results which are not there."""
    for gate in to_run(plan):
        if gate.id in file.merge:
            lost = [each for each in gate.policy.after if each in without]
            if lost:
                yield gate.id, f"it reads the results of {', '.join(lost)}: {without[lost[0]]}"


def take(joined: Joined, plan: Plan, folder: Path, record: Record) -> frozenset[str]:
    """Put what others measured into a run; returns the gates. Raises StorageError."""
    by_id = {gate.id: gate for gate in plan.gates}
    for id, claim in joined.claims.items():
        bring(id, claim, folder)
        record.took_in(by_id[id], claim.report, claim.shard.manifest.run)
    for id, why in joined.without.items():
        if id in by_id and not by_id[id].skipped:
            record.took_in(by_id[id], GateReport(gate=id, not_run=why), RunInfo())
    return frozenset({*joined.claims, *joined.without})


def bring(gate: str, claim: Claim, folder: Path) -> None:
    """Copy what the tools of a gate left, beside its report. Raises StorageError."""
    ours = {f"results/{gate}/{name}.json" for name in ("report", "result")}
    source = Path(claim.shard.folder)
    for name in claim.shard.manifest.files:
        if gate_of(name) == gate and name not in ours:
            try:
                shard_files.copy(source, name, folder / name)
            except shard_files.ShardRefused as error:
                raise store.StorageError(folder / name, str(error)) from None
