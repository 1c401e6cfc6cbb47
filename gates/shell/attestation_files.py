"""Envelopes and artifacts as files: read with a limit, opened in the right order, digested."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gates.core.attestation_checks import DIGESTS, Signed, is_digest
from gates.core.attestation_envelope import Check, opened
from gates.core.attestation_format import Envelope, Refused
from gates.shell import json_strict

LARGEST = 1 << 20  # bytes of a file with envelopes
MOST = 16  # envelopes in all


def signed(paths: Iterable[Path], keys: Mapping[str, Check], threshold: int) -> tuple[Signed, ...]:
    """Every statement in some files, each line an envelope that the keys signed. Raises Refused."""
    lines = [(path, line) for path in paths for line in lines_of(read(path))]
    if not 1 <= len(lines) <= MOST:
        raise Refused(f"there are {len(lines)} envelopes, not 1 to {MOST}")
    return tuple(opened_line(path, line, keys, threshold) for path, line in lines)


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file; a line end at its end begins no further one."""
    return data.removesuffix(b"\n").split(b"\n") if data else []


def read(path: Path) -> bytes:
    """The bytes of a file with envelopes. Raises Refused."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from None
    if len(data) > LARGEST:
        raise Refused(f"{path}: larger than {LARGEST} bytes")
    return data


def opened_line(path: Path, line: bytes, keys: Mapping[str, Check], threshold: int) -> Signed:
    """One envelope: signatures first, and only then the payload, decoded once. Raises Refused."""
    try:
        envelope = msgspec.convert(decoded(line, "the envelope"), Envelope)
        payload, signers = opened(envelope, keys, threshold)
        return Signed(payload, decoded(payload, "the payload"), frozenset(signers))
    except msgspec.ValidationError as error:
        raise Refused(f"{path}: not a DSSE envelope on one line: {error}") from None
    except Refused as error:
        raise Refused(f"{path}: {error}") from None


def decoded(data: bytes, what: str) -> Any:
    """The one value of a JSON text. Raises Refused."""
    try:
        return json_strict.decode(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"{what} is not UTF-8") from None
    except json_strict.JsonError as error:
        raise Refused(f"{what} is not JSON that can be trusted: {error}") from None


def digest(path: Path) -> str:
    """The SHA-256 of a file in hex digits. Raises Refused."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror or error}") from None


def subject(text: str) -> tuple[str, str]:
    """Algorithm and digits of `sha256:…`, `gitCommit:…` or of a file. Raises Refused."""
    algorithm, colon, digits = text.partition(":")
    if colon and algorithm in DIGESTS:
        if not is_digest(algorithm, digits.lower()):
            raise Refused(f"--subject {text[:100]!r}: not {DIGESTS[algorithm]} hex digits")
        return algorithm, digits.lower()
    return "sha256", digest(Path(text))
