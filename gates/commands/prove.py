"""Prove that gates can fail: plant each tool's control, and see whether it comes back.

Exit code 0: every control that was run came back; 1: one did not; 3: none was run.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates import catalog
from gates.cli import UsageError
from gates.core.plan import PlannedGate, absent_names, near
from gates.core.policy import Policy
from gates.runner import proof
from gates.runner.cancelling import cancelling
from gates.runner.prepare import PrepareError, Wish, session
from gates.shell import config

INCONCLUSIVE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore prove`."""
    add = parser.add_argument
    add("gate", nargs="*", metavar="GATE", help="only these gates")
    add("--target", metavar="TARGET", help="a Node target, whose own tools are proved too")
    add("--policy", default="standard", metavar="NAME|FILE", help="default: standard")


def run(args: argparse.Namespace) -> int:
    """Run the controls; returns the exit code."""
    try:
        loaded = config.read_policy(args.policy, tools=catalog.names())
        policy = loaded.policy
        gates = chosen(args.gate, policy)
        with cancelling() as signals, temporary() as folder:
            work = proof.Work(
                folder=folder / "controls",
                environ=os.environ,
                cancel=signals.cancel,
                today=datetime.now(UTC).date().isoformat(),
                programs=proof.programs(),
                policy_folder=loaded.file.parent.resolve(),
            )
            with lent(work, args.target, policy) as work:
                found = proof.proofs(gates, work, told)
        if signals.code is not None:
            return signals.code
    except (config.ConfigError, PrepareError) as error:
        raise UsageError(str(error)) from error
    return summed(found)


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="gatescore-prove-") as folder:
        yield Path(folder)


@contextmanager
def lent(work: proof.Work, named: str | None, policy: Policy) -> Iterator[proof.Work]:
    """The work with the Node packages of a target, where one is named. Raises UsageError."""
    if not named:
        yield work
        return
    loaded = config.read_target(Path(named), absent_names(policy))
    if loaded.target.node is None:
        raise UsageError(f"--target {named}: {loaded.file} has no [node] part")
    wish = Wish(target=loaded.target, root=loaded.root, output=work.folder, today=work.today)
    with session(wish, work.cancel, work.environ) as opened:
        programs = proof.programs(proof.installed_modules(opened))
        yield msgspec.structs.replace(work, programs=programs)


def chosen(names: list[str], policy: Policy) -> list[PlannedGate]:
    """The gates with all their tools. Raises UsageError for one that the policy lacks."""
    unknown = [name for name in names if name not in policy.gates]
    idle = [name for name in names if name in policy.gates and policy.gates[name].derived]
    if idle:
        text = "it is derived from the results of other gates: prove those"
        raise UsageError(f"{idle[0]}: there is no tool of it to prove; {text}")
    if unknown:
        known, close = ", ".join(policy.gates), near(unknown[0], policy)
        text = f"the policy {policy.name} has no such gate{close}; it has {known}"
        raise UsageError(f"{unknown[0]}: {text}")
    return [
        PlannedGate(
            id=id,
            policy=gate,
            tools=gate.tools,
            own={name: policy.tools[name] for name in gate.tools if name in policy.tools},
            settings={"roles": list(policy.roles), **gate.options},
        )
        for id, gate in policy.gates.items()
        if (id in names if names else not gate.derived)
    ]


def told(one: proof.Proof) -> None:
    """One line for one control."""
    planted = f"planted {one.planted}" if one.planted else "nothing planted"
    print(
        f"{one.gate}: {one.tool}: {proof.WORDS[one.detected]}: {planted}; {one.detail}", flush=True
    )


def summed(found: tuple[proof.Proof, ...]) -> int:
    """Say how many came back; the exit code."""
    states = [one.detected for one in found]
    back, lost, idle = states.count(True), states.count(False), states.count(None)
    print(f"{back} detected, {lost} not detected, {idle} not run", file=sys.stderr)
    if lost:
        return 1
    return 0 if back else INCONCLUSIVE
