"""List the gates and criteria of a policy."""

import argparse
import json
import sys

from gates.cli import UsageError
from gates.commands._output import add_format
from gates.core.policy import Criterion, GatePolicy, Policy
from gates.core.wording import formal, words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore list`."""
    policy = "name of a bundled policy, or a file; default: standard"
    parser.add_argument("--policy", default="standard", metavar="NAME|FILE", help=policy)
    add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Print the gates by level, each with its criteria."""
    policy = read_policy(args.policy)
    if args.format == "json":
        print(json.dumps(as_data(policy), indent=1))
        return 0
    for level in sorted({gate.level for gate in policy.gates.values()}):
        print(f"Level {level}", file=sys.stdout)
        for id, gate in policy.gates.items():
            if gate.level == level:
                print("\n".join(lines(id, gate)))
    return 0


def read_policy(name: str) -> Policy:
    """The policy of that name or file, as it is read for listing. Raises UsageError."""
    from gates.shell import config

    try:
        return config.read_policy(name).policy
    except config.ConfigError as error:
        raise UsageError(str(error)) from error


def lines(id: str, gate: GatePolicy) -> list[str]:
    """One gate as text."""
    return [f"  {id}", *(f"    {criterion_line(c, gate.criteria[c])}" for c in gate.criteria)]


def criterion_line(id: str, criterion: Criterion) -> str:
    """One criterion as text: weight, id, condition, title."""
    return f"{criterion.weight.value:6} {id:30} {words(criterion.passes):10} {criterion.title}"


def as_data(policy: Policy) -> list[dict[str, object]]:
    """The policy for programs."""
    return [
        {
            "id": id,
            "level": gate.level,
            "title": gate.title,
            "tools": list(gate.tools),
            "derived": gate.derived,
            "criteria": [
                {
                    "id": name,
                    "title": criterion.title,
                    "metric": criterion.metric,
                    "pass": formal(criterion.passes),
                    "weight": criterion.weight.value,
                }
                for name, criterion in gate.criteria.items()
            ],
        }
        for id, gate in policy.gates.items()
    ]
