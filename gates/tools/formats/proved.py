"""Tests of any runner as proofs of what they show."""

from gates.core.model import Proof, ProofKind, Status
from gates.tools.formats.junit import Outcome, Test


def test(one: Test, name: str) -> Proof:
    """The proof that a test is, under the name that its runner gives it."""
    return Proof(
        kind=ProofKind.TEST,
        name=name,
        state=_state(one.outcome),
        requirements=one.requirements,
    )


def _state(outcome: Outcome) -> Status:
    match outcome:
        case Outcome.PASSED:
            return Status.PASS
        case Outcome.FAILED | Outcome.ERROR:
            return Status.FAIL
        case Outcome.SKIPPED:
            return Status.NO_DATA
