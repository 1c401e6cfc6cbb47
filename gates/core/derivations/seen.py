"""What a derivation may look at: the plan, what the other gates came to, and the run."""

from collections.abc import Mapping

import msgspec

from gates.core.model import GateResult, GateStatus, RunInfo
from gates.core.plan import Plan
from gates.core.wording import first_line

HOLDS = (GateStatus.PASS, GateStatus.WARN)


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The judged results by gate, in the order of the policy; nothing else decides."""

    plan: Plan
    results: Mapping[str, GateResult]
    run: RunInfo

    def is_reused(self, gate: str) -> bool:
        """Whether the gate's result is that of another run; one that was taken up is the same."""
        return gate in self.run.reused_s and gate not in self.run.resumed


def state(id: str, seen: Seen) -> str:
    """A gate and what is known of it, as part of a sentence."""
    gate = seen.results.get(id)
    if gate is None:
        return f"{id} was not planned"
    reason = f"({gate.reason})" if gate.reason else ""
    detail = first_line(gate.detail)
    return f"{id} is {gate.status}{reason}{f': {detail}' if detail else ''}"


def command(seen: Seen, *options: str) -> str:
    """The command line that gives what is missing: the whole run, up to the level of the plan."""
    levels = [gate.policy.level for gate in seen.plan.gates]
    return " ".join(("gatescore run", f"--level {max(levels, default=3)}", *options))
