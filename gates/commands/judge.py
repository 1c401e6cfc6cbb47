"""Judge stored evidence again, under any policy; runs nothing."""

import argparse
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates import catalog, formats, outputs
from gates.cli import UsageError
from gates.core import validity
from gates.core.model import GateReport, GateResult, PolicyState, Scorecard
from gates.core.plan import Plan, PlannedGate, equipped, for_release
from gates.core.policy import Criterion, GatePolicy, Policy
from gates.core.score import exit_code, scorecard
from gates.runner import signing
from gates.runner.concluding import concluded, covered, judged, measured
from gates.shell import config, store
from gates.shell.git import GitError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore judge`."""
    parser.add_argument("run", metavar="DIR", help="folder of a run")
    parser.add_argument(
        "--policy", default="", metavar="NAME|FILE", help="default: that of the run"
    )
    where = "where the target is now; default: where the run found it"
    parser.add_argument("--target", default="", metavar="TARGET", help=where)
    parser.add_argument("--output", metavar="DIR", help="write the reports there; default: nowhere")
    parser.add_argument("--json", action="store_true", help="print the scorecard on stdout")


def run(args: argparse.Namespace) -> int:
    """Re-judge; returns the exit code of the new verdict."""
    card = rejudged(Path(args.run), args.policy, args.target)
    try:
        publish(args, card)
    except (OSError, store.StorageError, formats.NotKept) as error:
        raise UsageError(f"--output: {error}") from error
    return exit_code(card)


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a run left, judged under a policy: `results` is all that a signature covers."""

    folder: Path
    policy: config.LoadedPolicy
    before: Scorecard
    plan: Plan
    results: dict[str, GateResult]
    ended: bool


def stored(folder: Path, policy: str) -> Stored:
    """The evidence in the folder of a run under a policy, "" for its own. Raises UsageError."""
    if not (folder / "scorecard.json").is_file():
        where = "name the --output of gatescore run, or a folder of .gatescore/runs"
        raise UsageError(f"{folder} is not the folder of a run, it has no scorecard.json: {where}")
    try:
        loaded = signing.policy_of(folder, policy)
        before = store.read_json(folder / "scorecard.json", Scorecard)
        plan = replanned(store.read_json(folder / "plan.json", Plan), loaded.policy)
        plan = msgspec.structs.replace(plan, maps=loaded.maps)
    except (config.ConfigError, store.StorageError, GitError) as error:
        raise UsageError(str(error)) from error
    gates = measured(plan.gates)
    reports = {gate.id: report_of(folder, gate) for gate in gates}
    results = {gate.id: judged(gate, reports[gate.id], plan) for gate in gates}
    return Stored(
        folder=folder,
        policy=loaded,
        before=before,
        plan=plan,
        results=covered(plan, results, before.run),
        ended=all(gate.skipped or reports[gate.id] for gate in gates),
    )


def rejudged(folder: Path, policy: str, target: str = "") -> Scorecard:
    """The scorecard of the evidence in the folder of a run under a policy; signatures anew.

    `target` says where the target is now, "" where the run found it. Raises UsageError.
    """
    known = stored(folder, policy)
    before, loaded = known.before, known.policy
    try:
        sign = signing.of_stored(folder, target, before.target, loaded, known.plan)
    except (config.ConfigError, store.StorageError) as error:
        raise UsageError(str(error)) from error
    return scorecard(
        known.plan,
        concluded(known.plan, known.results, before.run, ended=known.ended, sign=sign),
        target=before.target,
        policy=PolicyState(name=loaded.policy.name, digest=loaded.digest),
        run=before.run,
        complete=before.complete and known.ended,
        valid_until=before.valid_until,
    )


def replanned(plan: Plan, policy: Policy) -> Plan:
    """The plan with the gates of another policy, up to its highest level and the one that decides.

    What the target has not got stays as it was, where the policy lets a target say so.
    """
    policy = for_release(policy) if plan.release else policy
    offers = catalog.offers({t for gate in policy.gates.values() for t in gate.tools}, policy.tools)
    before = {gate.id: gate for gate in plan.gates}
    highest = max((plan.decisive_level, *(gate.policy.level for gate in plan.gates)))
    gates = tuple(
        equipped(regated(id, before.get(id), policy), policy, plan.languages, offers)
        for id, gate in policy.gates.items()
        if (id in before if plan.partial else gate.level <= highest)
    )
    return msgspec.structs.replace(
        plan, gates=gates, pass_score=policy.pass_score, warn_score=policy.warn_score
    )


def regated(id: str, before: PlannedGate | None, policy: Policy) -> PlannedGate:
    """One gate of the new policy, with the target's reasons from the old plan."""
    gate = policy.gates[id]
    if before is None:
        return PlannedGate(id=id, policy=gate)
    skipped = before.skipped if may_be_skipped(gate, policy) else ""
    absent = {
        name: why
        for name, why in before.absent.items()
        if name in gate.criteria and may_be_absent(gate.criteria[name], policy)
    }
    return msgspec.structs.replace(before, policy=gate, skipped=skipped, absent=absent)


def may_be_skipped(gate: GatePolicy, policy: Policy) -> bool:
    """Whether a plan of this policy can leave a gate out; a plan was a file since it was made."""
    return gate.skippable or bool(gate.where_present) or bool(optional(gate.needs, policy))


def may_be_absent(criterion: Criterion, policy: Policy) -> bool:
    """Whether a plan of this policy can leave a criterion out."""
    return criterion.skippable or bool(optional(criterion.needs, policy))


def optional(needs: Iterable[str], policy: Policy) -> set[str]:
    """The parts among `needs` that a target may lack."""
    return {*needs} & {*policy.optional_parts}


def report_of(folder: Path, gate: PlannedGate) -> GateReport | None:
    """The stored report of a gate; None if it was never run."""
    path = folder / "results" / gate.id / "report.json"
    if not path.exists():
        return None
    try:
        return store.read_json(path, GateReport)
    except store.StorageError as error:
        raise UsageError(str(error)) from error


def publish(args: argparse.Namespace, card: Scorecard) -> None:
    """Write or print the scorecard, as asked."""
    render = outputs.render_of("scorecard.json")
    if args.output:
        target = Path(args.output)
        target.mkdir(parents=True, exist_ok=True)
        seen = formats.seen_from(target, card, Path(args.run))
        formats.write_all(target, seen, formats.chosen(""))
    if args.json:
        sys.stdout.buffer.write(render(card))
        return
    score = "" if card.score is None else f", score {card.score:g}"
    print(f"{card.verdict}{score}: {card.decided_by}", file=sys.stderr)
    now = datetime.now(UTC)
    if stale := validity.unfit(card.run.started_at, card.valid_until, now):
        print(stale, file=sys.stderr)
    for step in card.next_steps:
        print(f"  {step}", file=sys.stderr)
