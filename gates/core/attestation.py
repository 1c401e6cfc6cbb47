"""From a scorecard to what is signed of it: whether it may be, and the two statements."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET

from gates.core import validity
from gates.core.attestation_checks import is_digest, run_of
from gates.core.attestation_format import (
    LEVEL_PREFIX,
    NOT_RUN,
    STATEMENT_TYPE,
    SUMMARY_TYPE,
    TEST_RESULT_TYPE,
    Refused,
    Resource,
    Subject,
    Summary,
    SummaryStatement,
    TestResult,
    TestResultStatement,
    Verifier,
)
from gates.core.model import GateResult, GateStatus, LevelResult, Scorecard, TargetState, Verdict

_NOT_PLAIN = re.compile(rb"[^A-Za-z0-9._-]")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a run set out to judge, written before its first gate: `subject.json`."""

    target: TargetState
    target_file: str  # digest
    policy: str  # digest
    run: str
    started_at: str
    valid_until: str


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller adds: artifacts made of the commit, and names for the statements."""

    verifier: str
    version: str
    artifacts: tuple[Subject, ...] = ()
    resource: str = ""
    run: str = ""
    url: str = ""
    inconclusive_as_failed: bool = False


def demand_attestable(card: Scorecard, judged: Judged, wish: Wish, now: datetime) -> None:
    """Refuse a scorecard that proves nothing, or was changed by hand. Raises Refused."""
    if judged.policy != card.policy.digest:
        raise Refused(
            f"the run began under the policy {judged.policy}, and was judged under "
            f"{card.policy.digest} since: run it again under the one that counts"
        )
    if judged != judged_of(card, judged.target_file):
        raise Refused("scorecard.json was changed: subject.json tells of another run or revision")
    if card.partial:
        raise Refused("the run is partial (--gate): only chosen gates were planned; run them all")
    if not card.complete:
        raise Refused("the run is incomplete: it was stopped, or results are lost; run it again")
    if not is_digest("gitCommit", card.target.revision):
        raise Refused(f"the revision is {card.target.revision!r}: only a commit can be attested")
    if card.target.dirty:
        raise Refused("the tree was dirty: what ran is not the commit; commit, and run again")
    if worst(card) is Verdict.INCONCLUSIVE and not wish.inconclusive_as_failed:
        told = f"the verdict is INCONCLUSIVE ({card.decided_by})"
        raise Refused(f"{told}; --inconclusive-as-failed attests a FAILED")
    demand_fresh(card, now)


def judged_of(card: Scorecard, target_file: str) -> Judged:
    """What the scorecard says of what was judged."""
    return Judged(
        target=card.target,
        target_file=target_file,
        policy=card.policy.digest,
        run=card.run.id,
        started_at=card.run.started_at,
        valid_until=card.valid_until,
    )


def demand_fresh(card: Scorecard, now: datetime) -> None:
    """The scorecard still counts, and is not of the future. Raises Refused."""
    started = validity.moment(card.run.started_at)
    if started is None:
        raise Refused(f"the run began at {card.run.started_at!r}, which is no time")
    if why := validity.stale(card.valid_until, now) or validity.too_old(
        started, now, validity.VALID_FOR
    ):
        raise Refused(why)


def worst(card: Scorecard) -> Verdict:
    """The worst verdict of the levels that decide: a level that failed is no detail."""
    found = {card.verdict, *(one.verdict for one in levels(card))}
    order = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.WARN)
    return next((one for one in order if one in found), Verdict.PASS)


def levels(card: Scorecard) -> list[LevelResult]:
    """The deciding level and those below it."""
    return [one for one in card.levels if one.level <= card.decisive_level]


def test_result(
    card: Scorecard, configuration: Iterable[Resource], wish: Wish
) -> TestResultStatement:
    """The statement on every gate and level up to the one that decides."""
    verdict = worst(card)
    passed, warned, failed = sorted_tests(card)
    return TestResultStatement(
        type=STATEMENT_TYPE,
        predicate_type=TEST_RESULT_TYPE,
        subject=subjects(card, wish),
        predicate=TestResult(
            result=RESULTS[verdict],
            configuration=tuple(configuration),
            passed_tests=passed,
            warned_tests=warned,
            failed_tests=failed,
            url=wish.url or UNSET,
        ),
    )


RESULTS: Mapping[Verdict, Literal["PASSED", "WARNED", "FAILED"]] = {
    Verdict.PASS: "PASSED",
    Verdict.WARN: "WARNED",
    Verdict.FAIL: "FAILED",
    Verdict.INCONCLUSIVE: "FAILED",
}


def summary(card: Scorecard, result: bytes, wish: Wish) -> SummaryStatement:
    """The statement that sums up a test result, given as the bytes that are signed."""
    passed = worst(card) in (Verdict.PASS, Verdict.WARN)
    verified = tuple(f"{LEVEL_PREFIX}{one.level}" for one in levels(card))
    return SummaryStatement(
        type=STATEMENT_TYPE,
        predicate_type=SUMMARY_TYPE,
        subject=subjects(card, wish),
        predicate=Summary(
            verifier=Verifier(id=wish.verifier, version={"gatescore": wish.version}),
            time_verified=card.run.started_at,  # not the end: its age is never told too low
            resource_uri=wish.resource or f"urn:gatescore:target:{quoted(card.target.name)}",
            policy=policy(card),
            input_attestations=(
                Resource(
                    uri=run_of(run_id(card, wish)),
                    digest={"sha256": hashlib.sha256(result).hexdigest()},
                ),
            ),
            verification_result="PASSED" if passed else "FAILED",
            verified_levels=verified if passed else ("FAILED",),
        ),
    )


def subjects(card: Scorecard, wish: Wish) -> tuple[Subject, ...]:
    """The commit, then what was built of it."""
    commit = Subject(name=card.target.name, digest={"gitCommit": card.target.revision})
    return (commit, *wish.artifacts)


def configuration(
    card: Scorecard, judged: Judged, files: Mapping[str, str], wish: Wish
) -> tuple[Resource, ...]:
    """Everything that the verdict rests on; `files` are digests by name, `sha256:…`."""
    return (
        policy(card, name="policy"),
        Resource(name="gatescore.toml", digest=split(judged.target_file)),
        *(
            Resource(
                name=name,
                uri=run_of(run_id(card, wish)) if name == "scorecard.json" else "",
                digest=split(digest),
            )
            for name, digest in files.items()
        ),
    )


def policy(card: Scorecard, name: str = "") -> Resource:
    """The policy by its name and digest."""
    uri = f"urn:gatescore:policy:{quoted(card.policy.name)}"
    return Resource(name=name, uri=uri, digest=split(card.policy.digest))


def split(digest: str) -> dict[str, str]:
    """The digest of a text `sha256:…`. Raises Refused."""
    algorithm, _, digits = digest.partition(":")
    if not is_digest(algorithm, digits):
        raise Refused(f"{digest[:80]!r} is no digest")
    return {algorithm: digits}


def run_id(card: Scorecard, wish: Wish) -> str:
    """The id of the run, or the one that the pipeline gives it. Raises Refused."""
    id = wish.run or card.run.id
    if not _RUN_ID.fullmatch(id):
        raise Refused(f"the run's id {id[:60]!r} is not of letters, digits, . _ -; give --run-id")
    return id


def quoted(name: str) -> str:
    """A name as a part of a URN."""
    data = name.encode("utf-8", "backslashreplace")
    return _NOT_PLAIN.sub(lambda found: b"%%%02X" % ord(found[0]), data).decode()


def sorted_tests(card: Scorecard) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Levels and gates up to the deciding level: passed, warned, failed. Skipped ones are none."""
    found: dict[str, list[str]] = {"PASSED": [], "WARNED": [], "FAILED": []}
    for level in levels(card):
        name = f"L{level.level}"
        missing = level.verdict is Verdict.INCONCLUSIVE
        found[RESULTS[level.verdict]].append(NOT_RUN + name if missing else name)
    for gate in card.gates:
        if gate.level <= card.decisive_level and gate.status is not GateStatus.SKIPPED:
            kind, name = test_of(gate)
            found[kind].append(name)
    return tuple(found["PASSED"]), tuple(found["WARNED"]), tuple(found["FAILED"])


def test_of(gate: GateResult) -> tuple[str, str]:
    """How a gate ended, in the words of a test result, and its name there."""
    match gate.status:
        case GateStatus.PASS:
            return "PASSED", gate.id
        case GateStatus.WARN:
            return "WARNED", gate.id
        case GateStatus.FAIL:
            return "FAILED", gate.id
        case GateStatus.ERROR | GateStatus.PENDING | GateStatus.NOT_RUN | GateStatus.SKIPPED:
            return ("FAILED" if gate.blocking else "WARNED"), NOT_RUN + gate.id
