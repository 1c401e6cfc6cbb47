"""Our statements against the formats as others know them: schemas, messages, another library.

The schemas in `data` are written from the specifications of in-toto and SLSA, the messages are
those that the in-toto project publishes, the other library is securesystemslib.
"""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import statement_pb2
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from gates.core.attestation_envelope import Check
from gates.core.attestation_format import Refused
from gates.core.model import GateStatus, Verdict
from tests.attestations import made
from tests.attestations.made import card, gate, level

DATA = Path(__file__).parent / "data"
CARDS = {
    "passed": card(),
    "warned": card(verdict=Verdict.WARN, levels=(level(1, Verdict.WARN), level(2))),
    "failed": card(verdict=Verdict.FAIL, levels=(level(1, Verdict.FAIL), level(2, Verdict.FAIL))),
    "inconclusive": card(
        verdict=Verdict.INCONCLUSIVE,
        levels=(level(1),),
        gates=(gate("lint", 1, GateStatus.ERROR),),
    ),
}
MESSAGES = (test_result_pb2.TestResult, vsa_pb2.VerificationSummary)
SCHEMAS = ("test-result-v0.1", "verification-summary-v1")
BOTH = pytest.mark.parametrize("number", [0, 1], ids=SCHEMAS)
EVERY = pytest.mark.parametrize("scorecard", CARDS.values(), ids=CARDS)


def statement(scorecard: Any, number: int) -> Any:
    made_of = made.payloads(scorecard, url="https://ci.example/runs/7", inconclusive_as_failed=True)
    return made.parsed(made_of[number])


def validator(number: int) -> jsonschema.Draft202012Validator:
    schema = json.loads((DATA / f"{SCHEMAS[number]}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@BOTH
@EVERY
def test_a_statement_is_valid_by_its_schema(scorecard: Any, number: int) -> None:
    validator(number).validate(statement(scorecard, number))


@BOTH
@pytest.mark.parametrize(
    "change", [{"subject": []}, {"_type": "x"}, {"predicate": {}}, {"subject": [{"name": "x"}]}]
)
def test_the_schemas_can_fail(number: int, change: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator(number).validate(statement(card(), number) | change)


@BOTH
@EVERY
def test_a_statement_is_a_message_of_in_toto(scorecard: Any, number: int) -> None:
    """No member is unknown to the published messages, and none is lost in them."""
    value = statement(scorecard, number)
    ParseDict(value, statement_pb2.Statement())
    predicate = value["predicate"]
    if number:  # release 0.9.3 lags behind SLSA 1.0: one level only, and no version of the verifier
        predicate["verifiedLevels"] = predicate["verifiedLevels"][0]
        del predicate["verifier"]["version"]
    told = MessageToDict(ParseDict(predicate, MESSAGES[number]()))
    assert told == {key: item for key, item in predicate.items() if item not in ([], "")}


@BOTH
def test_the_messages_can_fail(number: int) -> None:
    with pytest.raises(ParseError):
        ParseDict({**statement(card(), number)["predicate"], "extra": 1}, MESSAGES[number]())


def their_key(seed: int) -> SSlibKey:
    return SSlibKey.from_crypto(made.private(seed).public_key(), keyid=made.id_of(seed))


@pytest.mark.parametrize("line", made.bundle(None, 1, 2).split(b"\n"), ids=SCHEMAS)
def test_another_library_verifies_what_we_sign(line: bytes) -> None:
    envelope = Envelope.from_dict(json.loads(line))
    verified = envelope.verify([their_key(1), their_key(2)], 2)
    assert set(verified) == {made.id_of(1), made.id_of(2)}


def test_another_library_refuses_what_was_changed() -> None:
    value = json.loads(made.bundle().split(b"\n")[0])
    value["payload"] = base64.b64encode(b"{}").decode()
    with pytest.raises(VerificationError):
        Envelope.from_dict(value).verify([their_key(1)], 1)


def signed_elsewhere(payload: bytes) -> bytes:
    envelope = Envelope(payload, "application/vnd.in-toto+json", {})
    envelope.sign(CryptoSigner(made.private(1), their_key(1)))
    return json.dumps(envelope.to_dict()).encode()


def test_we_verify_what_another_library_signs(keys: dict[str, Check]) -> None:
    data = b"\n".join(signed_elsewhere(payload) for payload in made.payloads())
    assert made.verified(data, keys, made.demand())


def test_we_refuse_what_another_library_signs_with_another_key_id(keys: dict[str, Check]) -> None:
    theirs = SSlibKey.from_crypto(made.private(1).public_key())
    assert theirs.keyid != made.id_of(1)
    envelope = Envelope(made.payloads()[0], "application/vnd.in-toto+json", {})
    envelope.sign(CryptoSigner(made.private(1), theirs))
    with pytest.raises(Refused, match="keyid"):
        made.verified(json.dumps(envelope.to_dict()).encode(), keys, made.demand())


def test_the_summary_names_the_digest_of_the_signed_test_result() -> None:
    lines = [json.loads(line) for line in made.bundle().split(b"\n")]
    result, summary = (base64.b64decode(line["payload"]) for line in lines)
    named = json.loads(summary)["predicate"]["inputAttestations"][0]["digest"]["sha256"]
    assert named == hashlib.sha256(result).hexdigest()
