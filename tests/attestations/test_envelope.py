"""DSSE envelopes: the table of B61, the source's own example, and every byte changed."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates.core.attestation_envelope import Check, pae
from gates.core.attestation_format import PAYLOAD_TYPE, Refused
from gates.shell import attestation_files
from tests.attestations import made

RESULT, SUMMARY = (made.signed(payload) for payload in made.payloads())
BUNDLE = RESULT + b"\n" + SUMMARY


def test_pae_is_that_of_the_specification() -> None:
    """The example in protocol.md of DSSE."""
    encoded = pae(b"hello world", "http://example.com/HelloWorld")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """Both envelopes, the first one changed."""
    envelope = json.loads(RESULT)
    change(envelope)
    return json.dumps(envelope).encode() + b"\n" + SUMMARY


def url_safe(envelope: dict[str, Any]) -> None:
    raw = base64.b64decode(envelope["payload"])
    envelope["payload"] = base64.urlsafe_b64encode(raw).decode()
    for one in envelope["signatures"]:
        one["sig"] = base64.urlsafe_b64encode(base64.b64decode(one["sig"])).decode()


def signature(envelope: dict[str, Any]) -> dict[str, Any]:
    return envelope["signatures"][0]


def resigned_as(kind: str) -> Callable[[dict[str, Any]], None]:
    """Another payloadType, properly signed."""

    def change(envelope: dict[str, Any]) -> None:
        payload = base64.b64decode(envelope["payload"])
        sig = made.private(1).sign(pae(payload, kind))
        envelope["payloadType"] = kind
        signature(envelope)["sig"] = base64.b64encode(sig).decode()

    return change


ACCEPTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "as it is": lambda e: None,
    "missing keyid": lambda e: signature(e).pop("keyid"),
    "url-safe base64": url_safe,
}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_b61_accepted(change: Callable[[dict[str, Any]], Any], keys: dict[str, Check]) -> None:
    assert made.verified(changed(change), keys, made.demand())


def put(**members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda e: e.update(members)


def put_signature(**members: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda e: signature(e).update(members)


def in_payload(text: str) -> Callable[[dict[str, Any]], Any]:
    return lambda e: e.update(payload=e["payload"][:40] + text + e["payload"][40:])


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no signatures": (put(signatures=[]), "0 signatures"),
    "signatures missing": (lambda e: e.pop("signatures"), "missing required field"),
    "too many signatures": (lambda e: e.update(signatures=[signature(e)] * 17), "17 signatures"),
    "the same signature twice": (lambda e: e.update(signatures=[signature(e)] * 2), "counts once"),
    "empty keyid": (put_signature(keyid=""), "none of the trusted keys"),
    "keyid of nobody": (put_signature(keyid="x"), "none of the trusted keys"),
    "keyid of another key": (put_signature(keyid=made.id_of(2)), "none of the trusted keys"),
    "keyid null": (put_signature(keyid=None), "Expected `str`"),
    "empty signature": (put_signature(sig=""), "none of the trusted keys"),
    "half a signature": (lambda e: put_signature(sig=signature(e)["sig"][:44])(e), "none of"),
    "signature member unknown": (put_signature(cert="x"), "unknown field"),
    "envelope member unknown": (put(mediaType="x"), "unknown field"),
    "payload missing": (lambda e: e.pop("payload"), "missing required field"),
    "payload empty": (put(payload=""), "none of the trusted keys"),
    "payload not text": (put(payload=1), "Expected `str`"),
    "payloadType missing": (lambda e: e.pop("payloadType"), "missing required field"),
    "payloadType changed": (put(payloadType="text/plain"), "none of the trusted keys"),
    "payloadType of another kind, signed": (resigned_as("application/json"), "payloadType"),
    "space in base64": (in_payload(" "), "not base64"),
    "line end in base64": (in_payload("\n"), "not base64"),
    "padding in base64": (in_payload("===="), "not base64"),
    "no ASCII in base64": (in_payload("é"), "not base64"),
    "padding lost": (lambda e: put_signature(sig=signature(e)["sig"][:-1])(e), "not base64"),
    "bits behind the end": (
        lambda e: put_signature(sig=signature(e)["sig"][:-3] + "B==")(e),
        "encoded again",
    ),
    "two alphabets": (lambda e: e.update(payload="-_" + e["payload"][2:]), "not base64"),
}


@pytest.mark.parametrize(("change", "why"), REFUSED.values(), ids=REFUSED)
def test_b61_refused(
    change: Callable[[dict[str, Any]], Any], why: str, keys: dict[str, Check]
) -> None:
    with pytest.raises(Refused) as raised:
        made.verified(changed(change), keys, made.demand())
    assert why in str(raised.value)


TEXTS: dict[str, bytes] = {
    "nothing": b"",
    "line ends": b"\n\n\n",
    "no JSON": b"attested, honestly",
    "null": b"null",
    "list": b"[" + RESULT + b"," + SUMMARY + b"]",
    "number": b"1e999",
    "member twice": RESULT.replace(b'{"payload":', b'{"payload":"","payload":', 1),
    "NaN": RESULT.replace(b'"signatures":', b'"signatures":NaN,"x":', 1),
    "deep": b"[" * 100_000,
    "huge number": b"9" * 10_000,
    "two on a line": RESULT + SUMMARY,
    "cut": RESULT[:-1],
    "byte order mark": b"\xef\xbb\xbf" + RESULT,
    "no UTF-8": RESULT.replace(b'"payload"', b'"p\xffyload"'),
    "UTF-16": RESULT.decode().encode("utf-16"),
    "over several lines": json.dumps(json.loads(RESULT), indent=1).encode(),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_that_is_no_line_with_an_envelope_is_refused(
    text: bytes, keys: dict[str, Check]
) -> None:
    with pytest.raises(Refused):
        made.verified(text + b"\n" + SUMMARY, keys, made.demand())


def test_a_line_end_behind_the_last_envelope_is_no_third(keys: dict[str, Check]) -> None:
    assert made.verified(BUNDLE + b"\n", keys, made.demand())
    with pytest.raises(Refused):
        made.verified(BUNDLE + b"\n\n", keys, made.demand())


def flipped(data: bytes) -> Iterator[bytes]:
    """The data with one byte changed: each of its bits, all of them, and some other values."""
    for place, byte in enumerate(data):
        values = {byte ^ (1 << bit) for bit in range(8)} | {byte ^ 0xFF, *b' "-'}
        for value in values - {byte}:
            yield data[:place] + bytes([value]) + data[place + 1 :]


@pytest.mark.parametrize("line", [RESULT, SUMMARY], ids=["result", "summary"])
def test_p68_no_byte_of_an_envelope_can_be_changed(line: bytes, keys: dict[str, Check]) -> None:
    tried = 0
    for data in flipped(line):
        with pytest.raises(Refused):
            attestation_files.opened_line(Path("f"), data, keys, 1)
        tried += 1
    assert tried > 9 * len(line)


@pytest.mark.parametrize("byte", {*range(256)} - {0x0A})
def test_p68_nothing_else_divides_the_envelopes(byte: int, keys: dict[str, Check]) -> None:
    with pytest.raises(Refused):
        made.verified(RESULT + bytes([byte]) + SUMMARY, keys, made.demand())


def test_p68_no_sign_has_a_twin_in_the_other_alphabet(keys: dict[str, Check]) -> None:
    """Whatever is signed: a single - for a + would be the same bytes in URL-safe base64."""
    twins = bytes.maketrans(b"+/", b"-_")
    for number in range(40):
        data = made.bundle(None, run=f"night-{number}")
        for place, byte in enumerate(data):
            if byte in b"+/":
                other = data[:place] + data[place : place + 1].translate(twins) + data[place + 1 :]
                with pytest.raises(Refused):
                    made.verified(other, keys, made.demand())


def test_p68_no_byte_can_be_lost_or_added(keys: dict[str, Check]) -> None:
    for place in range(len(BUNDLE)):
        for data in (BUNDLE[:place] + BUNDLE[place + 1 :], BUNDLE[:place]):
            with pytest.raises(Refused):
                made.verified(data, keys, made.demand())


@pytest.mark.parametrize(
    ("signed_by", "trusts", "threshold", "accepted"),
    [
        ((1,), (1,), 1, True),
        ((1, 2), (1, 2), 2, True),
        ((1, 2), (1, 2), 1, True),
        ((1,), (1, 2), 2, False),
        ((1, 2), (1, 2), 3, False),
        ((1, 2), (1,), 1, False),  # one of nobody we know is not ignored
        ((2,), (1,), 1, False),
        ((1,), (1,), 0, False),
        ((1,), (1,), -1, False),
        ((1,), (), 1, False),
    ],
)
def test_as_many_keys_as_demanded(
    signed_by: tuple[int, ...],
    trusts: tuple[int, ...],
    threshold: int,
    accepted: bool,
    tmp_path: Path,
) -> None:
    data = made.bundle(None, *signed_by)
    trusted = made.trusted(tmp_path, *trusts)
    if accepted:
        assert made.verified(data, trusted, made.demand(), threshold=threshold)
        return
    with pytest.raises(Refused):
        made.verified(data, trusted, made.demand(), threshold=threshold)


def test_two_signatures_of_one_key_are_no_two_keys(tmp_path: Path) -> None:
    """One names the key, the other does not; both keys are trusted, two are demanded."""
    lines = []
    for line in (RESULT, SUMMARY):
        envelope = json.loads(line)
        anonymous = {"sig": signature(envelope)["sig"]}
        envelope["signatures"].append(anonymous)
        lines.append(json.dumps(envelope).encode())
    with pytest.raises(Refused, match="counts once"):
        made.verified(b"\n".join(lines), made.trusted(tmp_path, 1, 2), made.demand(), threshold=2)


def test_the_type_of_our_payload() -> None:
    assert json.loads(RESULT)["payloadType"] == PAYLOAD_TYPE == "application/vnd.in-toto+json"
