"""Checks the verifications of a claim; an assumption without any is open."""

import time
from collections.abc import Iterator

from gates.core.claims import commands
from gates.core.claims.commands import Prose
from gates.core.claims.log import Claim, Detail
from gates.core.claims.tags import Kind
from gates.core.claims.words import Refused
from gates.probes.claims.carrying_out import answer
from gates.probes.claims.outcome import Outcome, State
from gates.probes.claims.world import World, outcome

_FORMS = "ls, test, grep, cat, head, tail, wc -l or find -name, of files below the root"


def check(claim: Claim, world: World, ends: float) -> Iterator[Outcome]:
    """Yield an outcome for each verification, and one for an assumption that has none.

    `ends` is the moment (monotonic seconds) after which no further command is carried out.
    """
    verifications = claim.values("verification")
    for detail in verifications:
        yield _verified(claim, detail, world, ends)
    if claim.kind is Kind.ASSUMPTION and not verifications:
        text = "an assumption that nothing verifies"
        fix = f"Add an indented line `Verification:` with {_FORMS}."
        yield outcome(claim, State.OPEN, "unverified", text, fix)


def _verified(claim: Claim, detail: Detail, world: World, ends: float) -> Outcome:
    state, rule, found = _result(detail.value, world, ends)
    return Outcome(
        state=state,
        rule=rule,
        claimed=f"{claim.said}, Verification: {detail.value}",
        found=found,
        source=claim.source,
        line=detail.line,
        fix=_FIXES.get(rule, ""),
    )


def _result(text: str, world: World, ends: float) -> tuple[State, str, str]:
    try:
        command = commands.parse(text)
    except Refused as error:
        return State.OPEN, "verification-refused", f"not carried out: {error}"
    if isinstance(command, Prose):
        return State.OPEN, "unverified", f"words for people, which nobody checked: {command.why}"
    left = min(world.bounds.seconds, ends - time.monotonic())
    if left <= 0:
        text = f"not carried out: the {world.bounds.seconds_of_all:g} s of all commands are over"
        return State.OPEN, "verification-open", text
    said = answer(command, world.now, left)
    match said.holds:
        case True:
            return State.HOLDS, "holds", said.found
        case False:
            return State.FALSE, "verification-failed", said.found
        case None:
            return State.OPEN, "verification-open", said.found


_FIXES = {
    "unverified": f"Write the verification as a command: {_FORMS}.",
    "verification-refused": f"One command alone is carried out: {_FORMS}.",
    "verification-failed": "Mend the line of the log, or do what it says.",
    "verification-open": "Write a command that is answered sooner.",
}
