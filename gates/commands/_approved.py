"""What is said once somebody has signed: what that does not change, and what is still missing."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from gates.commands.judge import Stored
from gates.core.model import GateStatus, ToolReport
from gates.core.signing import Asked
from gates.runner.concluding import measured
from gates.shell import commits


def elsewhere(args: argparse.Namespace) -> Iterator[str]:
    """The options by which the run has to be judged too."""
    for name in ("policy", "target"):
        if given := getattr(args, name):
            yield f"--{name}"
            yield given


def moved_on(root: Path, asked: Asked) -> Iterator[str]:
    """A note where the target has changed since the run. Raises GitError."""
    newest = commits.to_sign(root, "HEAD").name
    if newest != asked.commit:
        told = f"note: this signs {asked.commit}, and the target is at {newest} by now"
        yield f"{told}: a run of that needs signatures of its own"


def unmended(known: Stored) -> Iterator[str]:
    """A note where something other than a signature keeps the run from passing."""
    bad = (GateStatus.FAIL, GateStatus.ERROR, GateStatus.NOT_RUN)
    found = [known.results[gate.id] for gate in measured(known.plan.gates)]
    named = [f"{one.id} is {one.status}" for one in found if one.status in bad]
    if named:
        told = f"note: {', '.join(named)}: this signature does not change that"
        yield f"{told}, and a run that does needs signatures of its own"


def still(report: ToolReport) -> Iterator[str]:
    """What the run waits for after this signature, and files that do not count."""
    for one in report.findings:
        yield f"refused: {one.message}. {one.fix}"
    yield f"signatures still missing: {len(report.pending) or 'none'}"
    for wish in report.pending:
        yield f"  {wish}"
