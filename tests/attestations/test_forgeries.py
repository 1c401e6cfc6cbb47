"""Forgeries: what somebody without the key makes, and what the right key signed of other things.

Each is refused for its own reason; the reason is asserted, so that none is refused by accident.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gates.core.attestation_checks import run_of, verifier_of
from gates.core.attestation_envelope import Check
from gates.core.attestation_format import SUMMARY_TYPE, Refused
from gates.core.model import GateStatus, PolicyState, RunInfo, TargetState, Verdict
from tests.attestations import made
from tests.attestations.made import BEGAN, NOW, card, demand, gate, level, payloads, signed

RESULT, SUMMARY = payloads()
OTHER_COMMIT = "b2" * 20
Change = Callable[[Any], Any]


def packed(value: Any) -> bytes:
    return json.dumps(value).encode()


def both(result: bytes, summary: bytes, *seeds: int) -> bytes:
    return signed(result, *seeds) + b"\n" + signed(summary, *seeds)


def of_summary(change: Change) -> bytes:
    """The right key signed another summary of this test result."""
    value = made.parsed(SUMMARY)
    change(value)
    return both(RESULT, packed(value))


def of_result(change: Change) -> bytes:
    """The right key signed another test result, and a summary of it."""
    value = made.parsed(RESULT)
    change(value)
    payload = packed(value)
    return both(payload, bound(payload))


def bound(payload: bytes) -> bytes:
    """The summary, made to sum up another payload."""
    summary = made.parsed(SUMMARY)
    digest = {"sha256": hashlib.sha256(payload).hexdigest()}
    summary["predicate"]["inputAttestations"][0]["digest"] = digest
    return packed(summary)


def of_both(change: Change) -> bytes:
    """The right key signed both otherwise."""
    result, summary = made.parsed(RESULT), made.parsed(SUMMARY)
    change(result)
    payload = packed(result)
    summary = json.loads(bound(payload))
    change(summary)
    return both(payload, packed(summary))


def raw_summary(payload: bytes) -> bytes:
    """The right key signed any bytes in place of the summary."""
    return both(RESULT, payload)


def patched(line: bytes, change: Change) -> bytes:
    """The payload of a signed envelope, changed afterwards."""
    envelope = json.loads(line)
    value = json.loads(base64.b64decode(envelope["payload"]))
    change(value)
    envelope["payload"] = base64.b64encode(packed(value)).decode()
    return json.dumps(envelope).encode()


def member(place: str, value: Any) -> Change:
    """Set one member; `place` is its path with dots."""

    def change(statement: Any) -> None:
        *path, last = place.split(".")
        for key in path:
            statement = statement[int(key)] if isinstance(statement, list) else statement[key]
        statement[last] = value

    return change


def without(place: str) -> Change:
    """Remove one member."""

    def change(statement: Any) -> None:
        *path, last = place.split(".")
        for key in path:
            statement = statement[int(key)] if isinstance(statement, list) else statement[key]
        del statement[last]

    return change


def aged(time: str) -> bytes:
    return of_summary(member("predicate.timeVerified", time))


def twice(payload: bytes, key: str) -> bytes:
    return payload.replace(f'"{key}":'.encode(), f'"{key}":"x","{key}":'.encode(), 1)


STOLEN = made.bundle(card(target=TargetState(name="books", revision=OTHER_COMMIT, dirty=False)))
YESTERDAY = made.bundle(card(run=RunInfo(id="old", started_at="2026-11-20T06:00:00Z")))
FAILED_CARD = card(
    verdict=Verdict.FAIL,
    levels=(level(1), level(2, Verdict.FAIL)),
    gates=(gate("lint"), gate("contract", 2, GateStatus.FAIL)),
)
WARNED_CARD = card(
    verdict=Verdict.WARN,
    levels=(level(1), level(2, Verdict.WARN)),
    gates=(gate("lint"), gate("contract", 2, GateStatus.WARN)),
)
FAILED = made.bundle(FAILED_CARD)
PARTS = made.bundle().split(b"\n")
UNSIGNED = [json.dumps({**json.loads(line), "signatures": []}).encode() for line in PARTS]

NOT_THE_KEY: dict[str, tuple[bytes, str]] = {
    "another key": (made.bundle(None, 2), "none of the trusted keys"),
    "another key under the id of ours": (
        made.bundle(None, 2).replace(made.id_of(2).encode(), made.id_of(1).encode()),
        "none of the trusted keys",
    ),
    "no signatures": (b"\n".join(UNSIGNED), "0 signatures"),
    "one of two unsigned": (PARTS[0] + b"\n" + UNSIGNED[1], "0 signatures"),
    "one of two by another key": (
        PARTS[0] + b"\n" + signed(SUMMARY, 2),
        "none of the trusted keys",
    ),
    "signature of the other statement": (
        json.dumps(
            {**json.loads(PARTS[0]), "signatures": json.loads(PARTS[1])["signatures"]}
        ).encode()
        + b"\n"
        + PARTS[1],
        "none of the trusted keys",
    ),
    "result changed": (
        patched(FAILED.split(b"\n")[0], member("predicate.result", "PASSED"))
        + b"\n"
        + FAILED.split(b"\n")[1],
        "none of the trusted keys",
    ),
    "subject changed": (
        patched(PARTS[0], member("subject.0.digest", {"gitCommit": OTHER_COMMIT}))
        + b"\n"
        + PARTS[1],
        "none of the trusted keys",
    ),
    "time changed": (
        PARTS[0]
        + b"\n"
        + patched(YESTERDAY.split(b"\n")[1], member("predicate.timeVerified", BEGAN)),
        "none of the trusted keys",
    ),
    "payload written anew without a change": (
        patched(PARTS[0], lambda value: None) + b"\n" + PARTS[1],
        "none of the trusted keys",
    ),
}

ABOUT_ANOTHER_THING: dict[str, tuple[bytes, str]] = {
    "replay of another commit, its image too": (
        made.bundle(
            card(target=TargetState(name="books", revision=OTHER_COMMIT, dirty=False)),
            artifacts=(),
        ),
        "it is not about",
    ),
    "no subject": (of_both(member("subject", [])), "about nothing"),
    "subject without digest": (of_both(without("subject.0.digest")), "missing required"),
    "subject with an empty digest": (of_both(member("subject.0.digest", {})), "0 digests"),
    "subject with a weak digest": (
        of_both(member("subject.1.digest", {"sha1": "c3" * 20})),
        "sha256 or gitCommit",
    ),
    "subject with two digests": (
        of_both(member("subject.1.digest", {"sha256": made.IMAGE, "gitCommit": OTHER_COMMIT})),
        "2 digests",
    ),
    "digest cut": (of_both(member("subject.1.digest", {"sha256": "c3" * 8})), "sha256 or"),
    "digest in capitals": (
        of_both(member("subject.1.digest", {"sha256": made.IMAGE.upper()})),
        "sha256 or",
    ),
    "digest as a number": (of_both(member("subject.1.digest", {"sha256": 1})), "Expected `str`"),
    "subjects of the two differ": (
        of_summary(member("subject.0.digest", {"gitCommit": OTHER_COMMIT})),
        "different subjects",
    ),
    "other verifier": (of_summary(member("predicate.verifier.id", "urn:x")), "its verifier is"),
    "verifier of another key": (
        of_summary(member("predicate.verifier.id", verifier_of(made.id_of(2)))),
        "its verifier is",
    ),
    "no verifier": (of_summary(without("predicate.verifier")), "missing required"),
    "other policy": (
        made.bundle(card(policy=PolicyState(name="standard", digest=f"sha256:{'0' * 64}"))),
        "under the policy",
    ),
    "other policy in the test result": (
        of_result(member("predicate.configuration.0.digest", {"sha256": "0" * 64})),
        "does not name that policy",
    ),
    "no policy in the test result": (
        of_result(lambda value: value["predicate"]["configuration"].pop(0)),
        "does not name that policy",
    ),
    "two policies in the test result": (
        of_result(
            lambda value: value["predicate"]["configuration"].append(
                {"name": "policy", "digest": {"sha256": "0" * 64}}
            )
        ),
        "does not name that policy",
    ),
    "policy without digest": (of_summary(member("predicate.policy", {})), "0 digests"),
    "older than max-age": (YESTERDAY, "old"),
    "of the future": (aged("2026-11-21T12:06:00Z"), "future"),
    "of a far future": (aged("9999-12-31T23:59:59Z"), "future"),
    "of another notation": (aged("2026-11-21 06:00:00"), "its time is"),
    "of another zone": (aged("2026-11-21T06:00:00+00:00"), "its time is"),
    "without time": (of_summary(without("predicate.timeVerified")), "missing required"),
    "time as a number": (of_summary(member("predicate.timeVerified", 1)), "Expected `str`"),
}

NOT_PASSED: dict[str, tuple[bytes, str]] = {
    "failed": (FAILED, "FAILED: L2, contract"),
    "failed by the summary alone": (
        of_summary(member("predicate.verificationResult", "FAILED")),
        "FAILED",
    ),
    "failed by the test result alone": (of_result(member("predicate.result", "FAILED")), "FAILED"),
    "a failed test in a passed result": (
        of_result(member("predicate.failedTests", ["load"])),
        "FAILED: load",
    ),
    "a gate that did not run": (
        of_result(member("predicate.failedTests", ["not_run:contract"])),
        "not_run:contract",
    ),
    "result of other words": (of_result(member("predicate.result", "passed")), "Invalid enum"),
    "result of no words": (of_result(member("predicate.result", True)), "Expected `str`"),
    "with warnings": (made.bundle(WARNED_CARD), "--allow-warnings"),
    "required gate missing": (
        of_result(member("predicate.passedTests", ["L1", "L2", "lint"])),
        "contract is not among",
    ),
    "required level missing": (
        of_result(member("predicate.passedTests", ["L1", "contract"])),
        "L2 is not among",
    ),
    "level only told by the gates": (
        of_summary(member("predicate.verifiedLevels", ["GATESCORE_LEVEL_1"])),
        "L2 is not among the verified levels",
    ),
    "level of another track": (
        of_summary(member("predicate.verifiedLevels", ["SLSA_BUILD_LEVEL_3"])),
        "not among the verified levels",
    ),
    "nothing passed": (of_result(member("predicate.passedTests", [])), "L1 is not among"),
    "gates as one text": (
        of_result(member("predicate.passedTests", "L1 L2 contract")),
        "Expected `array`",
    ),
    "gates nested": (
        of_result(member("predicate.passedTests", [["L1", "L2", "contract"]])),
        "Expected `str`",
    ),
    "an old good result under a new summary": (
        YESTERDAY.split(b"\n")[0] + b"\n" + PARTS[1],
        "of another test result",
    ),
    "a good result under the summary of a bad one": (
        PARTS[0] + b"\n" + signed(made.payloads(FAILED_CARD)[1]),
        "FAILED",
    ),
    "no input attestation": (
        of_summary(member("predicate.inputAttestations", [])),
        "of another test result",
    ),
    "two input attestations": (
        of_summary(
            lambda value: value["predicate"]["inputAttestations"].append(
                value["predicate"]["inputAttestations"][0]
            )
        ),
        "of another test result",
    ),
    "runs that differ": (
        of_summary(member("predicate.inputAttestations.0.uri", run_of("nightly-8"))),
        "different runs",
    ),
}

NO_STATEMENT: dict[str, tuple[bytes, str]] = {
    "summary alone": (PARTS[1], "no statement is of https://in-toto.io/attestation/test-result"),
    "test result alone": (PARTS[0], "no statement is of https://slsa.dev/verification_summary"),
    "summary twice": (PARTS[0] + b"\n" + PARTS[1] + b"\n" + PARTS[1], "which one counts?"),
    "result twice": (made.bundle() + b"\n" + STOLEN.split(b"\n")[0], "which one counts?"),
    "other predicate": (
        of_summary(member("predicateType", "https://slsa.dev/provenance/v1")),
        "proves nothing here",
    ),
    "result called a summary": (
        of_result(member("predicateType", SUMMARY_TYPE)),
        "which one counts?",
    ),
    "other statement": (
        of_summary(member("_type", "https://in-toto.io/Statement/v0.1")),
        "no http",
    ),
    "no type": (of_summary(without("_type")), "the payload is no"),
    "no predicate": (of_summary(without("predicate")), "missing required"),
    "unknown member": (of_summary(member("extra", 1)), "unknown field"),
    "unknown member of the predicate": (of_summary(member("predicate.note", "")), "unknown field"),
    "unknown member of a subject": (of_both(member("subject.0.uri", "")), "unknown field"),
    "unknown member of the policy": (of_summary(member("predicate.policy.x", 1)), "unknown field"),
    "member twice": (raw_summary(twice(SUMMARY, "verificationResult")), "duplicate-key"),
    "type twice": (raw_summary(twice(SUMMARY, "predicateType")), "duplicate-key"),
    "NaN": (raw_summary(SUMMARY.replace(b'"PASSED"', b"NaN")), "non-finite"),
    "deep": (raw_summary(b"[" * 100_000 + b"]" * 100_000), "too-deep"),
    "deep in a member": (
        raw_summary(SUMMARY.replace(b'"PASSED"', b"[" * 5000 + b"]" * 5000)),
        "too-deep",
    ),
    "huge number": (raw_summary(SUMMARY.replace(b'"PASSED"', b"9" * 5000)), "number-too-large"),
    "no UTF-8": (raw_summary(b"\xff" + SUMMARY), "not UTF-8"),
    "UTF-16": (raw_summary(SUMMARY.decode().encode("utf-16-le")), "unparsable"),
    "byte order mark": (raw_summary(b"\xef\xbb\xbf" + SUMMARY), "unparsable"),
    "two values": (raw_summary(SUMMARY + SUMMARY), "unparsable"),
    "nothing": (raw_summary(b""), "unparsable"),
    "list": (raw_summary(b"[]"), "the payload is no"),
    "text": (raw_summary(b'"PASSED"'), "the payload is no"),
    "null": (raw_summary(b"null"), "the payload is no"),
}

FORGERIES = NOT_THE_KEY | ABOUT_ANOTHER_THING | NOT_PASSED | NO_STATEMENT


def test_the_attestation_itself_is_accepted(keys: dict[str, Check]) -> None:
    assert made.verified(made.bundle(), keys, demand()).time == BEGAN


@pytest.mark.parametrize(("data", "why"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(data: bytes, why: str, keys: dict[str, Check]) -> None:
    """P69, P70, B62 among them."""
    with pytest.raises(Refused) as raised:
        made.verified(data, keys, demand())
    assert why in str(raised.value)


def test_there_are_at_least_forty() -> None:
    assert len(FORGERIES) == sum(
        map(len, (NOT_THE_KEY, ABOUT_ANOTHER_THING, NOT_PASSED, NO_STATEMENT))
    )
    assert len(FORGERIES) > 40


ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "another artifact": ({"subjects": (("sha256", "0" * 64),)}, "it is not about"),
    "another commit": ({"subjects": (("gitCommit", OTHER_COMMIT),)}, "it is not about"),
    "one artifact too many": (
        {"subjects": (("sha256", made.IMAGE), ("sha256", "0" * 64))},
        "it is not about",
    ),
    "a commit's digits as a digest": ({"subjects": (("sha256", made.COMMIT),)}, "not about"),
    "no subject": ({"subjects": ()}, "no subject"),
    "another policy": ({"policy": "0" * 64}, "under the policy"),
    "a level that was not judged": ({"required": ("L3",)}, "L3 is not among"),
    "a gate that was not judged": ({"required": ("load",)}, "load is not among"),
    "a gate that did not run": ({"required": ("not_run:contract",)}, "not among"),
    "nothing": ({"required": ()}, "no gate or level"),
    "another run": ({"run": "nightly-8"}, "of the run"),
    "another verifier": ({"verifier": "https://judge.example/"}, "its verifier is"),
    "another resource": ({"resource": "pkg:oci/other"}, "resourceUri"),
    "a younger one": ({"max_age": timedelta(hours=5)}, "6 h 0 min old"),
}


@pytest.mark.parametrize(("asked", "why"), ASKED.values(), ids=ASKED)
def test_p69_what_was_demanded_has_to_be_there(
    asked: dict[str, Any], why: str, keys: dict[str, Check]
) -> None:
    with pytest.raises(Refused) as raised:
        made.verified(made.bundle(), keys, demand(**asked))
    assert why in str(raised.value)


MET: list[dict[str, Any]] = [
    {"subjects": (("gitCommit", made.COMMIT),)},
    {"subjects": (("sha256", made.IMAGE), ("gitCommit", made.COMMIT))},
    {"run": "nightly-7"},
    {"verifier": verifier_of(made.id_of(1))},
    {"resource": "urn:gatescore:target:books"},
    {"max_age": timedelta(hours=6)},
    {"required": ("lint",)},
]


@pytest.mark.parametrize("asked", MET)
def test_what_is_there_meets_the_demand(asked: dict[str, Any], keys: dict[str, Check]) -> None:
    assert made.verified(made.bundle(), keys, demand(**asked))


@pytest.mark.parametrize(
    ("minutes", "accepted"), [(-5, True), (-6, False), (26 * 60, True), (26 * 60 + 1, False)]
)
def test_p70_a_clock_set_back_or_late_is_noticed(
    minutes: int, accepted: bool, keys: dict[str, Check]
) -> None:
    now = NOW - timedelta(hours=6) + timedelta(minutes=minutes)
    if accepted:
        assert made.verified(made.bundle(), keys, demand(), now=now)
        return
    with pytest.raises(Refused, match="clock|old"):
        made.verified(made.bundle(), keys, demand(), now=now)


def test_warnings_are_enough_where_they_are_allowed(keys: dict[str, Check]) -> None:
    data = made.bundle(WARNED_CARD)
    assert made.verified(data, keys, demand(warnings=True))
    with pytest.raises(Refused):
        made.verified(FAILED, keys, demand(warnings=True))


def test_a_gate_that_did_not_run_is_no_warning_that_counts(keys: dict[str, Check]) -> None:
    data = of_result(
        lambda value: value["predicate"].update(
            result="WARNED", passedTests=["L1", "L2"], warnedTests=["not_run:contract"]
        )
    )
    for name in ("contract", "not_run:contract"):
        with pytest.raises(Refused, match="not among"):
            made.verified(data, keys, demand(warnings=True, required=(name,)))
