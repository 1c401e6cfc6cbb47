"""What every format for machines says of a finding and of a gate, in the same words."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from gates.core.model import (
    CriterionResult,
    Finding,
    GateResult,
    GateStatus,
    Scorecard,
    Status,
    WaiverUse,
)
from reports.located import OUTSIDE
from reports.order import reasons
from reports.visible import LONGEST, block, line

# Nobody could say whether these are good: never shown as fine, nor as left out on purpose.
UNJUDGED = frozenset({GateStatus.ERROR, GateStatus.NOT_RUN, GateStatus.PENDING})


def message(finding: Finding, limit: int = LONGEST) -> str:
    """Return what was found, harmless and cut to `limit` characters; never nothing."""
    text = block(finding.message, limit).strip() or line(finding.rule, limit) or "no message"
    if finding.label == OUTSIDE and finding.path:
        return f"{OUTSIDE}: {line(finding.path, 300)}: {text}"
    return text


def summary(finding: Finding, limit: int = LONGEST) -> str:
    """Return `message` on one line, its lines joined by spaces."""
    return " ".join(message(finding, limit).split())


def rule(finding: Finding) -> str:
    """Return the name of a rule on one line; never nothing."""
    return _named(finding.rule)


@lru_cache(maxsize=4096)  # many findings have few rules
def _named(rule: str) -> str:
    return line(rule, 200).strip() or "unnamed"


def waivers(card: Scorecard) -> dict[str, WaiverUse]:
    """Return the waivers of a run by id."""
    return {use.id: use for use in card.waivers}


def excuse(finding: Finding, known: Mapping[str, WaiverUse]) -> str:
    """Return why a finding does not count, on one line; empty where it counts."""
    if not finding.excused:
        return ""
    if not finding.waiver:
        return "known: the baseline has it"
    use = known.get(finding.waiver)
    text = f"waived by {line(finding.waiver, 100)}"
    if use is None:
        return text
    return f"{text} ({line(use.owner, 100)}, until {line(use.expires, 20)}): {line(use.reason)}"


def unjudged(gate: GateResult) -> str:
    """Return why a gate could not be judged, on one line; empty where it was."""
    if gate.status not in UNJUDGED:
        return ""
    return line(f"{gate.id} is {gate.status.value}: {why(gate)}")


def why(gate: GateResult) -> str:
    """Return the reasons of a gate that is not passed, joined; never nothing."""
    return line("; ".join(reasons(gate)) or "no reason was given")


def weighs(criterion: CriterionResult) -> bool:
    """Whether a criterion stands in the way of a pass: it blocks, and was not met or not seen."""
    return (
        criterion.blocking
        and not criterion.skipped
        and criterion.status in (Status.FAIL, Status.NO_DATA)
    )


def tools(gate: GateResult) -> Iterable[str]:
    """Return the tools that a gate started or that found something in it, each once."""
    ran = (each.tool for each in gate.evidence.executions)
    return dict.fromkeys((*ran, *(each.tool for each in gate.findings)))
