"""Judge stored evidence again, under any policy; runs nothing."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from gates.core import validity
from gates.core.model import GateReport, PolicyState, Scorecard
from gates.core.plan import Plan, PlannedGate, equipped, for_release
from gates.core.policy import Policy
from gates.core.score import exit_code, scorecard
from gates.runner.concluding import concluded, judged, measured

from gates import catalog, outputs
from gates.cli import UsageError
from gates.shell import config, store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore judge`."""
    parser.add_argument("run", metavar="DIR", help="folder of a run")
    parser.add_argument("--policy", default="standard", metavar="NAME|FILE")
    parser.add_argument("--output", metavar="DIR", help="write the reports there; default: nowhere")
    parser.add_argument("--json", action="store_true", help="print the scorecard on stdout")


def run(args: argparse.Namespace) -> int:
    """Re-judge; returns the exit code of the new verdict."""
    card = rejudged(Path(args.run), args.policy)
    try:
        publish(args, card)
    except (OSError, store.StorageError) as error:
        raise UsageError(f"--output: {error}") from error
    return exit_code(card)


def rejudged(folder: Path, policy: str) -> Scorecard:
    """The scorecard of the evidence in the folder of a run under a policy. Raises UsageError."""
    try:
        loaded = config.read_policy(policy, tools=catalog.names())
        before = store.read_json(folder / "scorecard.json", Scorecard)
        plan = replanned(store.read_json(folder / "plan.json", Plan), loaded.policy)
        plan = msgspec.structs.replace(plan, maps=loaded.maps)
    except (config.ConfigError, store.StorageError) as error:
        raise UsageError(str(error)) from error
    gates = measured(plan.gates)
    reports = {gate.id: report_of(folder, gate) for gate in gates}
    results = {gate.id: judged(gate, reports[gate.id], plan) for gate in gates}
    ended = all(gate.skipped or reports[gate.id] for gate in gates)
    return scorecard(
        plan,
        concluded(plan, results, before.run, ended=ended),
        target=before.target,
        policy=PolicyState(name=loaded.policy.name, digest=loaded.digest),
        run=before.run,
        complete=before.complete and ended,
        valid_until=before.valid_until,
    )


def replanned(plan: Plan, policy: Policy) -> Plan:
    """The plan with the gates of another policy; what the target has not got stays as it was."""
    policy = for_release(policy) if plan.release else policy
    offers = catalog.offers({t for gate in policy.gates.values() for t in gate.tools}, policy.tools)
    before = {gate.id: gate for gate in plan.gates}
    highest = max((gate.policy.level for gate in plan.gates), default=0)
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
    absent = {name: why for name, why in before.absent.items() if name in gate.criteria}
    return msgspec.structs.replace(before, policy=gate, absent=absent)


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
        outputs.write_all(target, card)
    if args.json:
        sys.stdout.buffer.write(render(card))
        return
    score = "" if card.score is None else f", score {card.score:g}"
    print(f"{card.verdict}{score}: {card.decided_by}", file=sys.stderr)
    if stale := validity.stale(card.valid_until, datetime.now(UTC)):
        print(stale, file=sys.stderr)
    for step in card.next_steps:
        print(f"  {step}", file=sys.stderr)
