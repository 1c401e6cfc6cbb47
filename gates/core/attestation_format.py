"""The shapes of an attestation: DSSE envelope, in-toto statement, test result, SLSA summary.

Sources: DSSE v1 (envelope.md, protocol.md), in-toto Statement v1, predicates test-result v0.1 and
SLSA verification summary v1. Only members that we write are known; anything else is refused.
"""

from typing import Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
TEST_RESULT_TYPE: Final = "https://in-toto.io/attestation/test-result/v0.1"
SUMMARY_TYPE: Final = "https://slsa.dev/verification_summary/v1"
LEVEL_PREFIX = "GATESCORE_LEVEL_"  # SLSA leaves every name to us that does not begin with SLSA_
NOT_RUN = "not_run:"  # before the name of a gate that gave no verdict: a test result has no word


class Refused(Exception):
    """An attestation is not accepted, or not made; the text says why in one line."""


class Signature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One signature of an envelope; `keyid` is a hint that nobody signed."""

    sig: str
    keyid: str | UnsetType = UNSET


class Envelope(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """A DSSE envelope; `payload` and the signatures are base64."""

    payload: str
    payload_type: str
    signatures: tuple[Signature, ...]


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is attested: `digest` has one entry, sha256 or gitCommit, in hex digits."""

    name: str
    digest: dict[str, str]


class Resource(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An in-toto resource descriptor, as far as we need it."""

    name: str = ""
    uri: str = ""
    digest: dict[str, str] = {}


class TestResult(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Predicate of a test result: levels (`L1`) and gates by how they ended."""

    result: Literal["PASSED", "WARNED", "FAILED"]
    configuration: tuple[Resource, ...]
    passed_tests: tuple[str, ...]
    warned_tests: tuple[str, ...]
    failed_tests: tuple[str, ...]
    url: str | UnsetType = UNSET


class Verifier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who judged, and with which version of what."""

    id: str
    version: dict[str, str] = {}


class Summary(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """Predicate of a verification summary; `input_attestations` names the test result."""

    verifier: Verifier
    time_verified: str
    resource_uri: str
    policy: Resource
    input_attestations: tuple[Resource, ...]
    verification_result: Literal["PASSED", "FAILED"]
    verified_levels: tuple[str, ...]


class TestResultStatement(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """An in-toto statement about tests."""

    subject: tuple[Subject, ...]
    predicate: TestResult
    type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    predicate_type: Literal["https://in-toto.io/attestation/test-result/v0.1"]


class SummaryStatement(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"
):
    """An in-toto statement that sums a verification up."""

    subject: tuple[Subject, ...]
    predicate: Summary
    type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    predicate_type: Literal["https://slsa.dev/verification_summary/v1"]
