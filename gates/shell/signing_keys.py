"""Ed25519 keys on disk, and what they sign; the one place that knows the library for it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gates.core import attestation_keys
from gates.core.attestation_format import Refused

LARGEST = 10_000  # bytes of a key file
PRIVATE_MODE = 0o600


class SigningKey(msgspec.Struct, frozen=True):
    """A private key: the id of its public half, that half's 32 bytes, and what signs."""

    keyid: str
    public: bytes
    sign: Callable[[bytes], bytes]


def make(path: Path) -> SigningKey:
    """Write a new key to `path` and its public half to `path.pub`. Raises Refused, OSError."""
    from cryptography.hazmat.primitives import serialization

    public = path.with_name(path.name + ".pub")
    for file in (path, public):
        if file.exists() or file.is_symlink():
            raise Refused(f"{file} is there already: a key is never overwritten; name another")
    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, PRIVATE_MODE), "wb") as opened:
        opened.write(secret)
    made = _of(key)
    with public.open("x", encoding="ascii") as text:
        text.write(attestation_keys.to_pem(made.public))
    return made


def read_private(path: Path) -> SigningKey:
    """The private key of a PEM file (PKCS #8). Raises Refused."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path, private=True)
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        raise Refused(f"--key {path}: encrypted; decrypt it where it is used") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Refused(f"--key {path}: not a private key in PEM; see gatescore keygen") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(f"--key {path}: not an Ed25519 key; gatescore keygen makes one")
    return _of(key)


def read_public(path: Path) -> tuple[str, Callable[[bytes, bytes], bool]]:
    """The id of a public key, and whether it made a signature of a message. Raises Refused."""
    try:
        raw = attestation_keys.from_pem(_read(path, private=False).decode("ascii"))
    except UnicodeDecodeError:
        raise Refused(f"--key {path}: not text in PEM") from None
    except Refused as error:
        raise Refused(f"--key {path}: {error}") from None
    key = Ed25519PublicKey.from_public_bytes(raw)

    def made(signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    return attestation_keys.key_id(raw), made


def _of(key: Ed25519PrivateKey) -> SigningKey:
    public = key.public_key().public_bytes_raw()
    return SigningKey(attestation_keys.key_id(public), public, key.sign)


def _read(path: Path, *, private: bool) -> bytes:
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"--key {path}: {error.strerror or error}") from None
    if private and stat.S_ISREG(state.st_mode) and state.st_mode & 0o077:
        raise Refused(f"--key {path}: others may read it; chmod 600 {path}")
    if len(data) > LARGEST:
        raise Refused(f"--key {path}: larger than a key: over {LARGEST} bytes")
    return data
