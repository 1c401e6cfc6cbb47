"""DSSE: what is signed, its base64, and which trusted keys signed it."""

import base64
import binascii
from collections.abc import Callable, Mapping

from msgspec import UNSET

from gates.core.attestation_format import PAYLOAD_TYPE, Envelope, Refused, Signature

Check = Callable[[bytes, bytes], bool]  # (signature, message) -> whether the key made it
Sign = Callable[[bytes], bytes]
MOST_SIGNATURES = 16


def pae(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The pre-authentication encoding of DSSE v1: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, keys: Mapping[str, Sign]) -> tuple[bytes, Envelope]:
    """The payload as it was signed, and its envelope; `keys` sign by key id.

    Blanks behind the payload change nothing but the signatures. They are added until two signs
    tell the alphabet of the base64: of a single one, a changed byte could make the other alphabet.
    """
    while True:
        message = pae(payload)
        envelope = sealed(payload, {keyid: sign(message) for keyid, sign in keys.items()})
        if sum(text.count(sign) for text in texts_of(envelope) for sign in "+/") > 1:
            return payload, envelope
        payload += b" "


def texts_of(envelope: Envelope) -> tuple[str, ...]:
    """Everything in an envelope that is base64."""
    return (envelope.payload, *(one.sig for one in envelope.signatures))


def sealed(payload: bytes, signatures: Mapping[str, bytes]) -> Envelope:
    """An envelope around a payload with its signatures by key id."""
    return Envelope(
        payload=base64.b64encode(payload).decode(),
        payload_type=PAYLOAD_TYPE,
        signatures=tuple(
            Signature(sig=base64.b64encode(sig).decode(), keyid=keyid)
            for keyid, sig in signatures.items()
        ),
    )


def opened(envelope: Envelope, keys: Mapping[str, Check], threshold: int) -> tuple[bytes, set[str]]:
    """The payload's bytes and the ids of the keys that signed it. Raises Refused.

    Every signature has to be of one of `keys`, each key counts once, and `threshold` of them have
    to be there; only then is the payload anybody's word.
    """
    url_safe = any(sign in text for text in texts_of(envelope) for sign in "-_")
    payload = decoded(envelope.payload, "payload", url_safe=url_safe)
    message = pae(payload, envelope.payload_type)
    signers = signed_by(envelope, message, keys, url_safe=url_safe)
    if threshold < 1 or len(signers) < threshold:
        raise Refused(f"signed by {len(signers)} of the trusted keys, {threshold} are demanded")
    if envelope.payload_type != PAYLOAD_TYPE:
        raise Refused(f"its payloadType is {envelope.payload_type!r}, not {PAYLOAD_TYPE!r}")
    return payload, signers


def decoded(text: str, what: str, *, url_safe: bool) -> bytes:
    """Bytes of base64 that is spelled the one right way, padding included. Raises Refused."""
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    try:
        found = base64.b64decode(text, altchars=b"-_" if url_safe else None, validate=True)
    except (ValueError, binascii.Error):
        raise Refused(f"its {what} is not base64") from None
    if encode(found).decode() != text:
        raise Refused(f"its {what} is not base64 as it is written: encoded again it differs")
    return found


def signed_by(
    envelope: Envelope, message: bytes, keys: Mapping[str, Check], *, url_safe: bool
) -> set[str]:
    """Ids of the keys that made the signatures. Raises Refused unless each is of another one."""
    signatures = envelope.signatures
    if not 1 <= len(signatures) <= MOST_SIGNATURES:
        raise Refused(f"it has {len(signatures)} signatures, not 1 to {MOST_SIGNATURES}")
    signers: set[str] = set()
    for number, one in enumerate(signatures, 1):
        sig = decoded(one.sig, f"signature {number}", url_safe=url_safe)
        keyid = maker(one, sig, message, keys)
        if keyid is None:
            raise Refused(f"signature {number}{named(one)} is of none of the trusted keys")
        if keyid in signers:
            raise Refused(f"signature {number} is of a key that signed already: a key counts once")
        signers.add(keyid)
    return signers


def maker(one: Signature, sig: bytes, message: bytes, keys: Mapping[str, Check]) -> str | None:
    """The key that made a signature; one that it names has to be it."""
    tried = keys if one.keyid is UNSET else {one.keyid} & keys.keys()
    return next((keyid for keyid in tried if keys[keyid](sig, message)), None)


def named(one: Signature) -> str:
    """The key id that a signature names, as the tail of a phrase."""
    return "" if one.keyid is UNSET else f" (keyid {one.keyid[:64]!r})"
