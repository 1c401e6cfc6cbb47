"""What a failure of the contract means: its count, its words, and what to do."""

from collections.abc import Iterable

from gates.core import curl
from gates.core.contract_digest import Step
from gates.core.model import Finding, Severity

TOOL = "schemathesis"
SERVER_ERRORS = "contract.server_errors"
RESPONSES = "contract.response_violations"  # every answer that the document rules out
ACCEPTED = "contract.invalid_accepted"
REJECTED = "contract.valid_rejected"
EXERCISED = "contract.exercised_percent"
METRIC_OF = {
    "ST101": SERVER_ERRORS,
    "ST102": SERVER_ERRORS,
    "ST201": ACCEPTED,
    "ST203": ACCEPTED,
    "ST204": ACCEPTED,
    "ST202": REJECTED,
}
FIX_OF = {
    SERVER_ERRORS: "Run the command, read the service's log, and refuse or handle this input.",
    ACCEPTED: "Validate what the document says, or loosen the document if the service is right.",
    REJECTED: "Loosen the validation, write its rule into the document, or name the rule under "
    "[contract.refusals].",
    RESPONSES: "Mend the answer or the document, whichever is wrong.",
}


def metric_of(rule: str) -> str:
    """The count that failures of a rule belong to."""
    return METRIC_OF.get(rule, RESPONSES)


def finding(
    *,
    operation: str,
    rule: str,
    cause: str,
    title: str,
    severity: str,
    detail: str = "",
    steps: tuple[Step, ...] = (),
    also: str = "",
) -> Finding:
    """One finding. Nothing of message and context differs between two runs of one defect."""
    metric = metric_of(rule)
    about = f" ({cause})" if cause else ""
    words = f": {detail}" if detail else ""
    return Finding(
        tool=TOOL,
        rule=rule,
        severity=severity_of(severity),
        message=f"{operation}: {title}{about}{words}{also}",
        fix=FIX_OF[metric],
        reproduce=curl.commands(steps),
        context=context_of(operation, cause),
        metric=metric,
    )


def context_of(operation: str, cause: str) -> str:
    """What makes a finding of a rule the same one tomorrow."""
    return f"{operation} {cause}".strip()


def severity_of(word: str) -> Severity:
    """The severity of a word; one that nobody knows is the worst."""
    known = {item.value: item for item in Severity}
    return known.get(word, Severity.CRITICAL)


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings each count has."""
    counts = dict.fromkeys((SERVER_ERRORS, RESPONSES, ACCEPTED, REJECTED), 0)
    for one in findings:
        if one.metric in counts:
            counts[one.metric] += 1
    return counts
