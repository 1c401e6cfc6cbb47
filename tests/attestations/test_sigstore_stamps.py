"""Bundles whose time is told by a time-stamping authority, since their log tells none."""

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gates.core.attestation_checks import accepted
from gates.core.attestation_format import Refused
from gates.shell import sigstore_bundles, sigstore_trust
from gates.shell.sigstore_bundles import Identity
from tests.attestations import made, sigstore_extra
from tests.attestations import sigstore_stamps as stamps
from tests.attestations import sigstore_world as world
from tests.attestations.sigstore_world import IDENTITY, ISSUER, SIGNED_AT

pytestmark = sigstore_extra.NEEDED
WHO = Identity(name=IDENTITY, issuer=ISSUER)
RESULT, SUMMARY = made.payloads(verifier=IDENTITY)
SIGNATURE = stamps.signature_of(RESULT)
GOOD = stamps.stamp(SIGNATURE)
Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Whom a deploy step trusts."""
    path = tmp_path_factory.mktemp("trust") / "trusted_root.json"
    path.write_text(json.dumps(stamps.trusted_root()))
    return sigstore_trust.trusted_root(path)


def opened(value: Bundle, root: Any) -> Any:
    """One bundle, as the command opens it. Raises Refused."""
    line = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    return sigstore_bundles.opened_line(Path("f"), line, WHO, root)


def test_what_was_stamped_is_accepted(root: Any) -> None:
    signed = [opened(stamps.bundle(one), root) for one in (RESULT, SUMMARY)]
    assert accepted(signed, made.demand(verifier=IDENTITY), made.NOW)


@pytest.mark.parametrize(
    ("seconds", "holds"), [(-60, True), (-61, False), (540, True), (541, False)]
)
def test_the_certificate_has_to_hold_at_the_stamped_time(
    seconds: int, holds: bool, root: Any
) -> None:
    one = stamps.stamp(SIGNATURE, SIGNED_AT + timedelta(seconds=seconds))
    if holds:
        assert opened(stamps.bundle(RESULT, [one]), root)
        return
    with pytest.raises(Refused, match="valid at"):
        opened(stamps.bundle(RESULT, [one]), root)


def log_entry(bundle: Bundle) -> Any:
    """The log entry in a bundle."""
    return bundle["verificationMaterial"]["tlogEntries"][0]


def edited(change: Callable[[Bundle], Any]) -> Bundle:
    """A good bundle with other members."""
    value = stamps.bundle(RESULT)
    change(value)
    return value


def of_two_generations() -> Bundle:
    """A bundle of the first generation, whose log tells the time, with a stamp of another thing."""
    value = world.bundle(world.made(RESULT))
    value["verificationMaterial"]["timestampVerificationData"] = stamps.stamped(
        [stamps.stamp(b"another thing")]
    )
    return value


OTHER = stamps.stamp(stamps.signature_of(SUMMARY))
FORGERIES: dict[str, tuple[Callable[[], Bundle], str]] = {
    "no stamp": (lambda: stamps.bundle(RESULT, []), "inclusion promise or signed timestamp"),
    "stamp of another signature": (lambda: stamps.bundle(RESULT, [OTHER]), "verified time"),
    "stamp of the statement": (
        lambda: stamps.bundle(RESULT, [stamps.stamp(RESULT)]),
        "verified time",
    ),
    "stamp of somebody": (
        lambda: stamps.bundle(RESULT, [stamps.stamp(SIGNATURE, by=world.key(5))]),
        "verified time",
    ),
    "nonsense": (lambda: stamps.bundle(RESULT, [b"nonsense"]), "Invalid Timestamp"),
    "the same stamp twice": (lambda: stamps.bundle(RESULT, [GOOD, GOOD]), "duplicate"),
    "a bad one beside a good one": (lambda: stamps.bundle(RESULT, [GOOD, OTHER]), "a time stamp"),
    "a bad one beside the log's time": (of_two_generations, "a time stamp"),
    "33 stamps": (lambda: stamps.bundle(RESULT, [GOOD] * 33), "too many"),
    "another place": (edited(lambda b: log_entry(b).update(logIndex="6")).copy, "a place or"),
    "a time of its own": (
        edited(lambda b: log_entry(b).update(integratedTime="1")).copy,
        "a place or a time",
    ),
    "another log's id": (
        edited(
            lambda b: log_entry(b)["logId"].update(
                keyId=world.b64(world.id_of(world.OURS.rekor)[:4] + bytes(28))
            )
        ).copy,
        "none that we trust",
    ),
    "entry of another statement": (
        edited(
            lambda b: b["verificationMaterial"].update(
                tlogEntries=stamps.bundle(SUMMARY)["verificationMaterial"]["tlogEntries"]
            )
        ).copy,
        "inconsistent",
    ),
    "entry of the first generation": (
        edited(lambda b: log_entry(b)["kindVersion"].update(kind="dsse", version="0.0.1")).copy,
        "log entry",
    ),
}


@pytest.mark.parametrize(("forged", "why"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(forged: Callable[[], Bundle], why: str, root: Any) -> None:
    with pytest.raises(Refused) as raised:
        opened(forged(), root)
    assert why in str(raised.value)


def test_a_stamp_needs_an_authority_that_is_trusted(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_text(json.dumps(world.trusted_root()))
    with pytest.raises(Refused, match="no Timestamp Authorities"):
        opened(stamps.bundle(RESULT), sigstore_trust.trusted_root(path))


def refused(data: bytes, root: Any) -> bool:
    """Whether a line is refused; any other exception is none of its business."""
    try:
        sigstore_bundles.opened_line(Path("f"), data, WHO, root)
    except Refused:
        return True
    return False


def test_no_byte_outside_the_stamp_can_be_changed(root: Any) -> None:
    """A fourth of them."""
    line = json.dumps(stamps.bundle(RESULT), separators=(",", ":"), ensure_ascii=False).encode()
    stamp = world.b64(GOOD).encode()
    apart = range(line.index(stamp), line.index(stamp) + len(stamp))
    assert not refused(line, root)
    for place in range(0, len(line), 4):
        if place not in apart:
            other = bytes([line[place] ^ (1 << place % 7)])
            forged = line[:place] + other + line[place + 1 :]
            assert refused(forged, root), (place, line[max(0, place - 40) : place + 5])


def test_no_byte_of_what_a_stamp_says_can_be_changed(root: Any) -> None:
    """Time, digest, what is signed of them, and the signature; nobody signs the wrapping."""
    began = GOOD.index(stamps.oid("1.2.3.4"))
    certain = {*range(began, GOOD.index(b"Z", began) + 1)}
    told = GOOD.index(stamps.oid(stamps.DIGEST))
    certain |= {*range(told, told + 50)}
    certain |= {*range(len(GOOD) - 64, len(GOOD))}
    value = stamps.bundle(RESULT)
    for place in sorted(certain):
        for bit in (1, 0x10, 0x80):
            forged = copy.deepcopy(value)
            stamp = GOOD[:place] + bytes([GOOD[place] ^ bit]) + GOOD[place + 1 :]
            forged["verificationMaterial"]["timestampVerificationData"] = stamps.stamped([stamp])
            with pytest.raises(Refused):
                opened(forged, root)
