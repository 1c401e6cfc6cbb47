"""Who may sign for what: the people, keys and items of a policy."""

import base64
import binascii
import datetime
import hashlib
import re
from enum import StrEnum

import msgspec

SSH_KINDS = (
    *("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384"),
    *("ecdsa-sha2-nistp521", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
)
ED25519_DER = bytes.fromhex("302a300506032b6570032100")  # what precedes the 32 bytes, RFC 8410
ED25519_LENGTH = 32
EXPERT = "expert"
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]{1,200})-----END PUBLIC KEY-----")
_SSH = re.compile(r"([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})( .*)?")


class Counted(StrEnum):
    """Where a signed item counts."""

    REGIME = "regime"
    DRILL = "drill"
    RATING = "rating"


class SigningKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A public key, and the days on which signatures of it are accepted."""

    key: str
    """A line of an SSH .pub file, or an Ed25519 public key in PEM."""
    valid_after: datetime.date | None = None
    """First day (UTC) on which it may sign."""
    valid_before: datetime.date | None = None
    """First day (UTC) on which it may no longer sign."""

    def holds_at(self, moment: datetime.datetime) -> bool:
        """Whether a signature of that moment is accepted."""
        day = moment.astimezone(datetime.UTC).date()
        early = self.valid_after is not None and day < self.valid_after
        return not early and (self.valid_before is None or day < self.valid_before)


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who may sign."""

    name: str
    """Name for people."""
    emails: tuple[str, ...]
    """Every address that commits of this person bear: nobody signs a commit of their own."""
    roles: tuple[str, ...]
    """Roles that this person may sign for."""
    keys: tuple[SigningKey, ...]
    """Public keys of this person."""
    expert_of: tuple[str, ...] = ()
    """Patterns of the files that this person is an expert of; none: of all."""


class SignedItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that has to have taken place, with a person's word for it."""

    title: str
    """Name for people."""
    counts: Counted
    """Where it counts: regime, drill or rating."""
    days: int
    """Days for which it holds, from its own date."""
    roles: tuple[str, ...] = ()
    """Roles that may sign it; none: any role of the signer."""


def is_ssh(key: str) -> bool:
    """Whether a public key is one of SSH."""
    return _SSH.fullmatch(key.strip()) is not None


def fingerprint(key: str) -> str:
    """`SHA256:…` as ssh-keygen -l prints it, or `ed25519:` and hex digits. Raises ValueError."""
    if found := _SSH.fullmatch(key.strip()):
        digest = hashlib.sha256(ssh_blob(found[1], found[2])).digest()
        return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
    return f"ed25519:{hashlib.sha256(ED25519_DER + ed25519_bytes(key)).hexdigest()}"


def material(key: str) -> bytes:
    """What makes a key that key, in whichever form it is written. Raises ValueError."""
    found = _SSH.fullmatch(key.strip())
    if found is None:
        return ed25519_bytes(key)
    blob = ssh_blob(found[1], found[2])
    return blob[-ED25519_LENGTH:] if found[1] == "ssh-ed25519" else blob


def ssh_blob(kind: str, text: str) -> bytes:
    """The key of a line of SSH. Raises ValueError: a kind that is not accepted, or no key of it."""
    if kind not in SSH_KINDS:
        raise ValueError(f"{kind[:40]} is no kind of key that is accepted: {', '.join(SSH_KINDS)}")
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"the key is no base64: {error}") from error
    if not blob.startswith(len(kind).to_bytes(4, "big") + kind.encode()):
        raise ValueError(f"it is no key of the kind {kind}")
    return blob


def ed25519_bytes(key: str) -> bytes:
    """The 32 bytes of an Ed25519 public key in PEM. Raises ValueError."""
    found = _PEM.fullmatch(key.strip())
    if found is None:
        text = "neither a line of an SSH .pub file nor an Ed25519 public key in PEM"
        raise ValueError(text)
    try:
        der = base64.b64decode("".join(found[1].split()), validate=True)
    except binascii.Error as error:
        raise ValueError(f"the PEM is no base64: {error}") from error
    if not der.startswith(ED25519_DER) or len(der) != len(ED25519_DER) + ED25519_LENGTH:
        raise ValueError("the PEM is no Ed25519 public key")
    return der[len(ED25519_DER) :]
