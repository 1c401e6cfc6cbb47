"""Say what a gate or a criterion demands, why, and what to do when it does not hold."""

import argparse
from difflib import get_close_matches

from gates.cli import UsageError
from gates.commands.list import read_policy
from gates.core.plan import PlannedGate
from gates.core.policy import Criterion, GatePolicy, Policy
from gates.core.wording import words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore explain`."""
    parser.add_argument("name", metavar="GATE|CRITERION")
    parser.add_argument("--policy", default="standard", metavar="NAME|FILE")


def run(args: argparse.Namespace) -> int:
    """Print one gate or one criterion in full."""
    policy = read_policy(args.policy)
    if gate := policy.gates.get(args.name):
        print("\n".join(gate_text(args.name, policy)))
        return 0
    for id, gate in policy.gates.items():
        if criterion := gate.criteria.get(args.name):
            print("\n".join(criterion_text(args.name, criterion, id, policy)))
            return 0
    raise UsageError(unknown(args.name, policy))


def gate_text(id: str, policy: Policy) -> list[str]:
    """A gate: what it is, what it needs, and all of its criteria."""
    gate = policy.gates[id]
    head = [f"{id}: {gate.title} (level {gate.level})", made_by(gate)]
    if gate.needs:
        head.append(f"  needs of the target file: {', '.join(gate.needs)}")
    if gate.skippable:
        head.append(f'  may be skipped with a reason: [absent] {id} = "reason"')
    for name, criterion in gate.criteria.items():
        head += ["", *criterion_text(name, criterion, id, policy)]
    return head


def made_by(gate: GatePolicy) -> str:
    """What gives a gate its numbers: its tools, or the results of the other gates."""
    if gate.derived:
        return f"  derived from the results of the other gates: {gate.derived}"
    return f"  tools: {', '.join(gate.tools)}"


def criterion_text(name: str, criterion: Criterion, id: str, policy: Policy) -> list[str]:
    """A criterion: metric, bound, weight, reason, remedy, and how to try it."""
    metric = unit_of(criterion.metric, policy.gates[id], policy)
    text = [
        f"{name}: {criterion.title}",
        f"  metric   {metric}",
        f"  pass     {words(criterion.passes)}",
    ]
    text += [f"  warn     {words(criterion.warns)}"] if criterion.warns else []
    text.append(f"  weight   {criterion.weight.value}")
    text += ["  judged at the 95 % confidence bound"] if criterion.confidence else []
    text += [f"  why      {criterion.why}"] if criterion.why else []
    text += [f"  fix      {criterion.fix}"] if criterion.fix else []
    text.append(f"  try it   gatescore run --gate {id}")
    return text


def unit_of(metric: str, gate: GatePolicy, policy: Policy) -> str:
    """The metric with its title and unit."""
    from gates import catalog

    planned = PlannedGate(id="", policy=gate, tools=gate.tools, own=policy.tools)
    known = catalog.measured_by(planned).get(metric)
    if known is None:
        return metric
    return f"{metric}: {known.title}{f' ({known.unit})' if known.unit else ''}"


def unknown(name: str, policy: Policy) -> str:
    """What to say of a name that the policy does not have."""
    known = [*policy.gates, *(c for gate in policy.gates.values() for c in gate.criteria)]
    close = get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"{name}: no such gate or criterion{hint} (gatescore list shows all)"
