"""Makes and checks signatures: of SSH keys by ssh-keygen, of Ed25519 keys in PEM by ourselves."""

import base64
import binascii
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gates.core import attestation_keys
from gates.core.attestation_format import Refused
from gates.core.signed import NAMESPACE, Signed, statement
from gates.core.signers import SigningKey, ed25519_bytes, is_ssh
from gates.core.signoff_report import Unable

if TYPE_CHECKING:
    from gates.shell.signing_keys import SigningKey as PrivateKey

DEADLINE_S = 120.0  # a person may have to touch a key or type a passphrase
ARMOUR = "-----BEGIN SSH SIGNATURE-----"
WHO = "signer"  # the one name in the list of allowed signers that a signature is checked against
INSTALL = (
    "ssh-keygen is not installed: install openssh-client (Debian, Ubuntu), openssh-clients "
    "(Fedora, RHEL) or openssh-keygen (Alpine)"
)


class SigningError(Exception):
    """Nothing was signed; the text says why and what to do."""


def check(signed: Signed, key: SigningKey) -> str:
    """Say what is wrong with the signature of a file, "" if the key made it. Raises Unable."""
    signature = signed.signature.strip()
    if not signature:
        return "there is none"
    if is_ssh(key.key):
        return of_ssh(statement(signed), signature, key.key.strip())
    return of_ed25519(statement(signed), signature, ed25519_bytes(key.key))


def of_ssh(text: bytes, signature: str, key: str) -> str:
    """What is wrong with a signature of ssh-keygen under `text`, "" if it holds. Raises Unable."""
    if not signature.startswith(ARMOUR):
        return "it is no SSH signature"
    kind, blob = key.split()[:2]
    with tempfile.TemporaryDirectory(prefix="gatescore-verify-") as scratch:
        allowed, sig = Path(scratch, "allowed_signers"), Path(scratch, "signature")
        allowed.write_text(f'{WHO} namespaces="{NAMESPACE}" {kind} {blob}\n')
        sig.write_text(f"{signature}\n", encoding="utf-8")
        argv = (
            *("-Y", "verify", "-f", str(allowed), "-I", WHO, "-n", NAMESPACE),
            *("-s", str(sig)),
        )
        try:
            ended = keygen(argv, text)
        except SigningError as error:
            raise Unable(str(error)) from error
    return "" if ended.returncode == 0 else f"ssh-keygen: {last_line(ended)}"


def of_ed25519(text: bytes, signature: str, key: bytes) -> str:
    """What is wrong with an Ed25519 signature in base64, "" if it holds."""
    from cryptography.exceptions import InvalidSignature  # takes long to import
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return "it is no base64"
    if base64.b64encode(raw).decode() != signature:
        return "it is not base64 as it is written"
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(raw, message(text))
    except (InvalidSignature, ValueError):
        return "it is not of this key, or of another text"
    return ""


def message(text: bytes) -> bytes:
    """What an Ed25519 key signs: a signature for us is one for nothing else."""
    return NAMESPACE.encode() + b"\0" + text


def public_key(file: Path) -> str:
    """The public key of a file: of a private key, or of one in an agent. Raises SigningError."""
    text = content(file)
    if is_ssh(text):
        return text.strip()
    if is_pem(text):
        return attestation_keys.to_pem(private_key(file).public).strip()
    if "BEGIN PUBLIC KEY-----" in text:
        raise SigningError(f"{file}: this is a public key: sign with the private one beside it")
    beside = file.with_name(f"{file.name}.pub")
    if beside.is_file():
        return content(beside).strip()
    ended = keygen(("-y", "-f", str(file)))
    if ended.returncode:
        raise SigningError(f"{file}: ssh-keygen: {last_line(ended)}")
    return ended.stdout.decode("utf-8", "replace").strip()


def signature(text: bytes, file: Path) -> str:
    """A signature under `text` by the key of a file, or of an agent. Raises SigningError."""
    held = content(file)
    if is_pem(held):
        return base64.b64encode(private_key(file).sign(message(text))).decode()
    with tempfile.TemporaryDirectory(prefix="gatescore-sign-") as scratch:
        said = Path(scratch, "statement")
        said.write_bytes(text)
        ended = keygen(("-Y", "sign", "-f", str(file.absolute()), "-n", NAMESPACE, str(said)))
        made = said.with_name("statement.sig")
        if ended.returncode or not made.exists():
            raise SigningError(f"{file}: ssh-keygen did not sign: {last_line(ended)}")
        return made.read_text("ascii").strip()


def is_pem(text: str) -> bool:
    """Whether a key file is a private key in PEM, and not one of SSH's own form."""
    return "PRIVATE KEY-----" in text and "OPENSSH PRIVATE KEY" not in text


def private_key(file: Path) -> "PrivateKey":
    """The Ed25519 key of a file in PEM. Raises SigningError."""
    from gates.shell import signing_keys  # takes long to import

    try:
        return signing_keys.read_private(file)
    except Refused as error:
        raise SigningError(str(error)) from error


def content(file: Path) -> str:
    """The text of a key file. Raises SigningError."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or str(error)
        make = "ssh-keygen -t ed25519 and gatescore keygen make one"
        raise SigningError(f"{file}: the key cannot be read: {said}; {make}") from error


def keygen(
    arguments: tuple[str, ...], text: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen. Raises SigningError: it is missing, or takes too long."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise SigningError(INSTALL)
    kept = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY")
    env = {name: os.environ[name] for name in kept if name in os.environ}
    try:
        return subprocess.run(
            (program, *arguments),
            input=text if text is not None else b"",
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
            env={**env, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SigningError(f"ssh-keygen: {error}") from error


def last_line(ended: subprocess.CompletedProcess[bytes]) -> str:
    """The last words of a program that failed."""
    lines = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "it failed without a word"
