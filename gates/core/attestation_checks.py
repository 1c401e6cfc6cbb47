"""Whether signed statements say what a deploy step demands; what they do not say is a refusal."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from gates.core import validity
from gates.core.attestation_format import (
    LEVEL_PREFIX,
    STATEMENT_TYPE,
    SUMMARY_TYPE,
    TEST_RESULT_TYPE,
    Refused,
    Subject,
    SummaryStatement,
    TestResultStatement,
)

DIGESTS = {"sha256": (64,), "gitCommit": (40, 64)}  # algorithm -> lengths in hex digits
LEVEL = re.compile(r"L([1-9])")
_T = TypeVar("_T")


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be attested. `subjects` are (algorithm, hex digits) of what will be deployed.

    `required` are gates and levels (`L2`). Empty texts demand nothing, but `verifier`: then its id
    has to be the one that gatescore makes of the key.
    """

    subjects: tuple[tuple[str, str], ...]
    policy: str  # sha256 in hex digits
    required: tuple[str, ...]
    max_age: timedelta
    verifier: str = ""
    resource: str = ""
    run: str = ""
    warnings: bool = False  # whether what passed with warnings is enough


class Signed(msgspec.Struct, frozen=True):
    """A payload that trusted keys signed: its bytes, its one decoded value, and the keys."""

    payload: bytes
    value: Any
    signers: frozenset[str]


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What was proved, for a line that tells people."""

    subject: Subject
    time: str
    required: tuple[str, ...]


def verifier_of(keyid: str) -> str:
    """The verifier id of whoever holds a key and named none."""
    return f"urn:gatescore:key:{keyid}"


def run_of(id: str) -> str:
    """The name of a run, under which a summary names the test result that it sums up."""
    return f"urn:gatescore:run:{id}"


def accepted(signed: Sequence[Signed], demand: Demand, now: datetime) -> Accepted:
    """What the statements prove of the demand. Raises Refused."""
    result, summary = pair(signed)
    tests = typed(result, TestResultStatement)
    verdict = typed(summary, SummaryStatement)
    demand_subjects(tests, verdict, demand)
    demand_origin(verdict, summary.signers & result.signers, demand)
    demand_policy(tests, verdict, demand)
    demand_result(tests, verdict, warnings=demand.warnings)
    demand_required(tests, verdict, demand)
    demand_time(verdict.predicate.time_verified, demand, now)
    demand_run(result.payload, tests, verdict, demand)
    return Accepted(
        subject=tests.subject[0],
        time=verdict.predicate.time_verified,
        required=demand.required,
    )


def pair(signed: Sequence[Signed]) -> tuple[Signed, Signed]:
    """The test result and the summary: each has to be there, once, and nothing else."""
    by_type: dict[str, Signed] = {}
    for one in signed:
        kind = predicate_type(one.value)
        if kind in by_type:
            raise Refused(f"two statements are of {kind}: which one counts?")
        by_type[kind] = one
    for kind in (TEST_RESULT_TYPE, SUMMARY_TYPE):
        if kind not in by_type:
            raise Refused(f"no statement is of {kind}")
    return by_type[TEST_RESULT_TYPE], by_type[SUMMARY_TYPE]


def predicate_type(value: Any) -> str:
    """The predicate type of a statement. Raises Refused: no statement, or one of another type."""
    if not isinstance(value, dict) or value.get("_type") != STATEMENT_TYPE:
        raise Refused(f"the payload is no {STATEMENT_TYPE}")
    kind = value.get("predicateType")
    if kind not in (TEST_RESULT_TYPE, SUMMARY_TYPE):
        raise Refused(f"its predicateType is {str(kind)[:100]!r}, which proves nothing here")
    return str(kind)


def typed(one: Signed, kind: type[_T]) -> _T:
    """A statement as its type says. Raises Refused: members missing, unknown or of other types."""
    try:
        return msgspec.convert(one.value, kind)
    except msgspec.ValidationError as error:
        raise Refused(f"not a statement as gatescore writes it: {error}") from None


def demand_subjects(tests: TestResultStatement, verdict: SummaryStatement, demand: Demand) -> None:
    """Both statements are about the same things, and what will be deployed is among them."""
    if tests.subject != verdict.subject:
        raise Refused("the two statements are about different subjects")
    if not tests.subject:
        raise Refused("it is about nothing: the list of subjects is empty")
    if not demand.subjects:
        raise Refused("no subject was demanded")
    known = {digest_of(one.digest, f"subject {one.name[:60]!r}") for one in tests.subject}
    for wanted in demand.subjects:
        if wanted not in known:
            shown = ", ".join(f"{algorithm}:{digits}" for algorithm, digits in sorted(known))
            raise Refused(f"it is not about {wanted[0]}:{wanted[1]}, but about {shown}")


def digest_of(digest: dict[str, str], what: str) -> tuple[str, str]:
    """The one entry of a digest: algorithm and hex digits. Raises Refused."""
    if len(digest) != 1:
        raise Refused(f"{what} has {len(digest)} digests, not one")
    ((algorithm, digits),) = digest.items()
    if not is_digest(algorithm, digits):
        known = " or ".join(DIGESTS)
        raise Refused(f"{what} has the digest {algorithm[:20]!r}: {digits[:80]!r}, not {known}")
    return algorithm, digits


def is_digest(algorithm: str, digits: str) -> bool:
    """Whether this is a digest of a known algorithm, in small hex digits."""
    lengths = DIGESTS.get(algorithm, ())
    return len(digits) in lengths and not set(digits) - set("0123456789abcdef")


def demand_origin(verdict: SummaryStatement, signers: Iterable[str], demand: Demand) -> None:
    """The verifier is the one whom these keys stand for, and the resource the expected one."""
    expected = {demand.verifier} if demand.verifier else {verifier_of(id) for id in signers}
    found = verdict.predicate.verifier.id
    if found not in expected:
        told = " or ".join(sorted(expected)) or "the holder of a key that signed both statements"
        raise Refused(f"its verifier is {found[:200]!r}, not {told}")
    resource = verdict.predicate.resource_uri
    if demand.resource and resource != demand.resource:
        raise Refused(f"its resourceUri is {resource[:200]!r}, not {demand.resource!r}")


def demand_policy(tests: TestResultStatement, verdict: SummaryStatement, demand: Demand) -> None:
    """It was judged under the policy that the deploy step has reviewed."""
    wanted = ("sha256", demand.policy)
    if digest_of(verdict.predicate.policy.digest, "the policy") != wanted:
        (found,) = verdict.predicate.policy.digest.values()
        raise Refused(f"it was judged under the policy sha256:{found}, not sha256:{demand.policy}")
    named = [one.digest for one in tests.predicate.configuration if one.name == "policy"]
    if named != [dict([wanted])]:
        raise Refused("the test result does not name that policy in its configuration")


def demand_result(tests: TestResultStatement, verdict: SummaryStatement, *, warnings: bool) -> None:
    """The run passed, and no test is told as failed."""
    summed, result = verdict.predicate.verification_result, tests.predicate.result
    failed = tests.predicate.failed_tests
    if summed != "PASSED" or result == "FAILED" or failed:
        why = f": {', '.join(one[:60] for one in failed[:5])}" if failed else ""
        raise Refused(f"the result is FAILED{why}")
    if result == "WARNED" and not warnings:
        told = ", ".join(one[:60] for one in tests.predicate.warned_tests[:5])
        raise Refused(f"it passed with warnings ({told}); --allow-warnings accepts them")


def demand_required(tests: TestResultStatement, verdict: SummaryStatement, demand: Demand) -> None:
    """Every required gate and level is there and passed: what is not named was not proved."""
    if not demand.required:
        raise Refused("no gate or level was required")
    there = set(tests.predicate.passed_tests)
    if demand.warnings:
        there |= {one for one in tests.predicate.warned_tests if ":" not in one}
    for name in demand.required:
        if name not in there:
            raise Refused(f"{name} is not among the tests that passed")
        level = LEVEL.fullmatch(name)
        if level and LEVEL_PREFIX + level[1] not in verdict.predicate.verified_levels:
            raise Refused(f"{name} is not among the verified levels")


def demand_time(time: str, demand: Demand, now: datetime) -> None:
    """It is neither too old nor of the future."""
    made = validity.moment(time)
    if made is None:
        raise Refused(f"its time is {time[:40]!r}, not as 2026-01-31T23:59:59Z")
    if why := validity.too_old(made, now, demand.max_age):
        raise Refused(why)


def demand_run(
    payload: bytes, tests: TestResultStatement, verdict: SummaryStatement, demand: Demand
) -> None:
    """The summary sums up this very test result, of the expected run."""
    inputs = verdict.predicate.input_attestations
    digest = {"sha256": hashlib.sha256(payload).hexdigest()}
    if len(inputs) != 1 or inputs[0].digest != digest:
        raise Refused("the summary was made of another test result")
    if demand.run and inputs[0].uri != run_of(demand.run):
        raise Refused(f"it is of the run {inputs[0].uri[:200]!r}, not {run_of(demand.run)!r}")
    named = [one.uri for one in tests.predicate.configuration if one.name == "scorecard.json"]
    if named != [inputs[0].uri]:
        raise Refused("the two statements are of different runs")
