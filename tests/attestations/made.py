"""An attested run of our own making: keys, scorecard, statements, and a deploy step's demand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gates.core import attestation
from gates.core.attestation_checks import Accepted, Demand, accepted, verifier_of
from gates.core.attestation_envelope import Check, pae, seal, sealed
from gates.core.attestation_format import Subject
from gates.core.attestation_keys import key_id, to_pem
from gates.core.model import (
    GateResult,
    GateStatus,
    LevelResult,
    PolicyState,
    RunInfo,
    Scorecard,
    TargetState,
    Verdict,
)
from gates.shell import attestation_files, signing_keys

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BEGAN = "2026-11-21T06:00:00Z"
ENDS = "2026-11-22T08:00:00Z"
COMMIT = "a1" * 20
IMAGE = "c3" * 32
POLICY = "d4" * 32
FILES = dict.fromkeys(("plan.json", "scorecard.json", "evidence"), f"sha256:{'e5' * 32}")


def private(seed: int) -> Ed25519PrivateKey:
    """A key that is the same in every test run."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def public_bytes(seed: int) -> bytes:
    """The public half of a key."""
    return private(seed).public_key().public_bytes_raw()


def id_of(seed: int) -> str:
    """The id of a key."""
    return key_id(public_bytes(seed))


def public_file(folder: Path, seed: int) -> Path:
    """The public half in a file."""
    path = folder / f"{seed}.pub"
    path.write_text(to_pem(public_bytes(seed)))
    return path


def trusted(folder: Path, *seeds: int) -> dict[str, Check]:
    """Keys as the command reads them."""
    return dict(signing_keys.read_public(public_file(folder, seed)) for seed in seeds)


def gate(id: str, level: int = 1, status: GateStatus = GateStatus.PASS, **more: Any) -> GateResult:
    """One judged gate."""
    return GateResult(id=id, title=id, level=level, status=status, **more)


def level(number: int, verdict: Verdict = Verdict.PASS) -> LevelResult:
    """One judged level."""
    return LevelResult(level=number, verdict=verdict, decided_by="")


def card(**more: Any) -> Scorecard:
    """A scorecard that may be attested."""
    values: dict[str, Any] = {
        "target": TargetState(name="books", revision=COMMIT, dirty=False),
        "policy": PolicyState(name="standard", digest=f"sha256:{POLICY}"),
        "decisive_level": 2,
        "complete": True,
        "verdict": Verdict.PASS,
        "levels": (level(1), level(2), level(3, Verdict.FAIL)),
        "gates": (gate("lint"), gate("contract", 2), gate("load", 3, GateStatus.FAIL)),
        "valid_until": ENDS,
        "run": RunInfo(id="nightly-7", started_at=BEGAN, ended_at="2026-11-21T07:00:00Z"),
    }
    return Scorecard(**values | more)


def wish(**more: Any) -> attestation.Wish:
    """What the command line adds."""
    values: dict[str, Any] = {
        "verifier": verifier_of(id_of(1)),
        "version": "0.1.0",
        "artifacts": (Subject(name="image", digest={"sha256": IMAGE}),),
    }
    return attestation.Wish(**values | more)


def judged(scorecard: Scorecard) -> attestation.Judged:
    """What the run wrote of itself before its first gate."""
    return attestation.judged_of(scorecard, f"sha256:{'f6' * 32}")


def payloads(scorecard: Scorecard | None = None, **more: Any) -> tuple[bytes, bytes]:
    """The bytes of both statements."""
    scorecard = scorecard or card()
    asked = wish(**more)
    listed = attestation.configuration(scorecard, judged(scorecard), FILES, asked)
    made = msgspec.json.encode(attestation.test_result(scorecard, listed, asked), order="sorted")
    result, _ = seal(made, {id_of(1): private(1).sign})
    summed = attestation.summary(scorecard, result, asked)
    encoded = msgspec.json.encode(summed, order="sorted")
    return result, seal(encoded, {id_of(1): private(1).sign})[0]


def signed(payload: bytes, *seeds: int) -> bytes:
    """A line with the envelope of a payload."""
    message = pae(payload)
    signatures = {id_of(seed): private(seed).sign(message) for seed in seeds or (1,)}
    return msgspec.json.encode(sealed(payload, signatures))


def bundle(scorecard: Scorecard | None = None, *seeds: int, **more: Any) -> bytes:
    """The file that attest writes."""
    return b"\n".join(signed(payload, *seeds) for payload in payloads(scorecard, **more))


def demand(**more: Any) -> Demand:
    """What a deploy step asks for."""
    values: dict[str, Any] = {
        "subjects": (("sha256", IMAGE),),
        "policy": POLICY,
        "required": ("L1", "L2", "contract"),
        "max_age": timedelta(hours=26),
    }
    return Demand(**values | more)


def verified(
    data: bytes, keys: dict[str, Check], asked: Demand, *, threshold: int = 1, now: datetime = NOW
) -> Accepted:
    """What the command does with the bytes of a file. Raises Refused."""
    lines = attestation_files.lines_of(data)
    opened = [attestation_files.opened_line(Path("f"), line, keys, threshold) for line in lines]
    return accepted(opened, asked, now)


def parsed(payload: bytes) -> Any:
    """A statement as plain values, to be changed."""
    return json.loads(payload)
