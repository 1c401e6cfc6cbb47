"""Say what a gate, a criterion or a tool's rule demands, why, how it is measured, how to mend it.

Also how it is waived, with an example: a finding of the newest run here, else what is planted to
prove that the gate catches it.
"""

import argparse
import json
from difflib import get_close_matches

from gates.cli import UsageError
from gates.commands import _rules
from gates.commands._output import add_format
from gates.commands._rules import Rule
from gates.commands.list import read_policy
from gates.core.plan import PlannedGate, skippable
from gates.core.policy import Criterion, GatePolicy, Policy
from gates.core.wording import formal, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore explain`."""
    what = "a name that gatescore list shows, or the rule of a finding"
    parser.add_argument("name", metavar="GATE|CRITERION|RULE", help=what)
    policy = "name of a bundled policy, or a file; default: standard"
    parser.add_argument("--policy", default="standard", metavar="NAME|FILE", help=policy)
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Print one gate, criterion or rule in full."""
    policy = read_policy(args.policy)
    text, data = explained(args.name, policy)
    print(json.dumps(data, indent=1) if args.format == "json" else "\n".join(text))
    return 0


def explained(name: str, policy: Policy) -> tuple[list[str], dict[str, object]]:
    """What is known of a name, as text and for programs. Raises UsageError."""
    if gate := policy.gates.get(name):
        return [*gate_text(name, policy), "", *waiving(name, gate, policy)], gate_data(name, policy)
    for id, gate in policy.gates.items():
        if criterion := gate.criteria.get(name):
            text = criterion_text(name, criterion, id, policy)
            return [*text, "", *waiving(name, gate, policy)], criterion_data(
                name, criterion, id, policy
            )
    if rule := _rules.rule(name, policy):
        return rule_text(rule, policy), rule_data(rule)
    raise UsageError(unknown(name, policy))


def rule_text(rule: Rule, policy: Policy) -> list[str]:
    """A rule: who looks for it, in which gates, and an example."""
    text = [f"{rule.name}: {rule.title or 'a rule of ' + rule.tools[0]}"]
    text.append(f"  tools    {', '.join(rule.tools)}")
    text += [f"  gates    {', '.join(rule.gates)}"] if rule.gates else []
    text += [f"  fix      {rule.fix}"] if rule.fix else []
    text += [f"  more     {rule.url}"] if rule.url else []
    text += ["", rule.why.strip()] if rule.why else []
    text += ["", "found by the newest run here:", f"  {rule.found}"] if rule.found else []
    if rule.planted:
        text += ["", "planted to prove that it is caught:", *indented(rule.planted)]
    for id in rule.gates[:1]:
        text += ["", *waiving(id, policy.gates[id], policy), f"more: gatescore explain {id}"]
    return text


def rule_data(rule: Rule) -> dict[str, object]:
    """A rule for programs."""
    return {"kind": "rule", **{name: getattr(rule, name) for name in rule.__struct_fields__}}


def gate_data(id: str, policy: Policy) -> dict[str, object]:
    """A gate for programs, with its criteria."""
    gate = policy.gates[id]
    return {
        "kind": "gate",
        "name": id,
        "title": gate.title,
        "level": gate.level,
        "tools": list(gate.tools),
        "derived": gate.derived,
        "needs": list(gate.needs),
        "skippable": gate.skippable,
        "waive": waiving(id, gate, policy),
        "criteria": [criterion_data(name, one, id, policy) for name, one in gate.criteria.items()],
    }


def criterion_data(name: str, one: Criterion, id: str, policy: Policy) -> dict[str, object]:
    """A criterion for programs."""
    gate = policy.gates[id]
    return {
        "kind": "criterion",
        "name": name,
        "gate": id,
        "title": one.title,
        "metric": one.metric,
        "measured": unit_of(one.metric, gate, policy),
        "pass": formal(one.passes),
        "warn": formal(one.warns) if one.warns else "",
        "weight": one.weight.value,
        "why": one.why,
        "fix": one.fix,
        "skippable": one.skippable,
        "waive": waiving(name, gate, policy),
    }


def waiving(name: str, gate: GatePolicy, policy: Policy) -> list[str]:
    """How a finding of a gate, or all of it, is let pass; the reports always show it."""
    parts = [part for part in (name, *gate.needs) if part in skippable(policy)]
    text = ["how to let it pass, for a while and in the open:"]
    if not gate.derived:
        text.append('  gatescore waive FINGERPRINT --reason "…" --owner NAME   one finding')
    if gate.new_findings_only:
        text.append("  gatescore baseline --policy starter   all that is known today")
    if parts:
        text.append(f'  [absent] {parts[0]} = "reason"   where the target has none')
    return text if len(text) > 1 else ["it cannot be waived"]


def indented(text: str) -> list[str]:
    """Some lines, as an example."""
    return [f"  {line}" for line in text.splitlines()[:20]]


def gate_text(id: str, policy: Policy) -> list[str]:
    """A gate: what it is, what it needs, and all of its criteria."""
    gate = policy.gates[id]
    head = [f"{id}: {gate.title} (level {gate.level})", made_by(gate), *caught(gate)]
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


def caught(gate: GatePolicy) -> list[str]:
    """The rules that are planted to prove that the gate can fail."""
    rules = _rules.controls()
    named = [rules[tool] for tool in gate.tools if tool in rules]
    return [f"  proved by planting: {', '.join(dict.fromkeys(named))}"] if named else []


def criterion_text(name: str, criterion: Criterion, id: str, policy: Policy) -> list[str]:
    """A criterion: metric, bound, weight, reason, remedy, and how to try it."""
    metric = unit_of(criterion.metric, policy.gates[id], policy)
    text = [
        f"{name}: {criterion.title}",
        f"  measured {metric}",
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
    """What to say of a name that neither the policy nor any tool has."""
    close = get_close_matches(name, _rules.known(policy), 1)
    hint = f"; did you mean {close[0]}?" if close else ""
    said = f"{name}: no such gate, criterion or rule{hint}"
    return f"{said}\nnext: gatescore list shows all of {policy.name}"
