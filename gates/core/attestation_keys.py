"""Ed25519 public keys as files hold them: PEM of a SubjectPublicKeyInfo (RFC 8410, RFC 7468)."""

import base64
import binascii
import hashlib
import re

from gates.core.attestation_format import Refused

PREFIX = bytes.fromhex("302a300506032b6570032100")  # the SubjectPublicKeyInfo of every Ed25519 key
LENGTH = 32
_PEM = re.compile(
    r"\s*-----BEGIN PUBLIC KEY-----\s*([A-Za-z0-9+/=\s]{1,400})-----END PUBLIC KEY-----\s*"
)


def key_id(raw: bytes) -> str:
    """The id of a public key: the SHA-256 of its SubjectPublicKeyInfo in hex digits.

    The same digits as `openssl pkey -pubin -in FILE -outform DER | sha256sum`.
    """
    return hashlib.sha256(PREFIX + raw).hexdigest()


def to_pem(raw: bytes) -> str:
    """The file of a public key, as openssl writes it."""
    text = base64.b64encode(PREFIX + raw).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n"


def from_pem(text: str) -> bytes:
    """The 32 bytes of the public key of a file. Raises Refused."""
    if "PRIVATE KEY" in text:
        raise Refused("that is a private key; verifying needs the public one (FILE.pub)")
    found = _PEM.fullmatch(text)
    if not found:
        raise Refused("not one public key in PEM (-----BEGIN PUBLIC KEY-----)")
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
    except (ValueError, binascii.Error):
        raise Refused("the PEM of the public key is not base64") from None
    if len(der) != len(PREFIX) + LENGTH or not der.startswith(PREFIX):
        raise Refused("not an Ed25519 key; gatescore keygen makes one")
    return der[len(PREFIX) :]
