"""Public keys in PEM: those of openssl are read, anything else is refused."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519

from gates.core import attestation_keys
from gates.core.attestation_format import Refused
from tests.attestations import made

PEM = attestation_keys.to_pem(made.public_bytes(1))


def spki(key: ec.EllipticCurvePublicKey | x25519.X25519PublicKey) -> str:
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, public).decode()


def test_the_library_writes_the_same_file() -> None:
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    key = made.private(1).public_key()
    assert key.public_bytes(serialization.Encoding.PEM, public).decode() == PEM


@pytest.mark.parametrize("text", [PEM, PEM.replace("\n", "\r\n"), f"\n{PEM}\n"])
def test_a_key_is_read(text: str) -> None:
    assert attestation_keys.from_pem(text) == made.public_bytes(1)


OTHERS = {
    "nothing": "",
    "twice": PEM + PEM,
    "private": PEM.replace("PUBLIC", "PRIVATE"),
    "text before": f"a key:\n{PEM}",
    "cut": PEM.replace("MCow", ""),
    "no base64": PEM.replace("MCow", "MC=w"),
    "raw": base64.b64encode(made.public_bytes(1)).decode(),
    "ecdsa": spki(ec.generate_private_key(ec.SECP256R1()).public_key()),
    "x25519": spki(x25519.X25519PrivateKey.generate().public_key()),
    "ssh": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB5",
    "longer": attestation_keys.to_pem(made.public_bytes(1) + b"x"),
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        attestation_keys.from_pem(text)
