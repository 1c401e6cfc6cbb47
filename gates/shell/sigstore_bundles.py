"""Sigstore bundles as files: opened offline, for one identity, in the one spelling they have."""

import base64
import re
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from gates.core.attestation_checks import Signed
from gates.core.attestation_format import PAYLOAD_TYPE, Refused
from gates.shell import attestation_files, sigstore_trust

if TYPE_CHECKING:
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier


# A checkpoint: origin, size, root hash, further lines, a blank one, signatures (signed note of Go).
_CHECKPOINT = re.compile(
    r"(?P<origin>[^\n]+)\n(?P<size>[0-9]+)\n(?P<root>[^\n]+)\n(?:[^\n]+\n)*\n"
    r"(?P<signatures>(?:— \S+ [A-Za-z0-9+/]+={0,2}\n)+)"
)


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a certificate has to name: the workflow or person, and who vouched for them."""

    name: str
    issuer: str


def verifier_of(name: str) -> str:
    """The verifier id of an identity that named none: a workflow is a URI, a person an address."""
    return name if ":" in name else f"mailto:{name}"


def signed(paths: Iterable[Path], who: Identity, trust: Path | None) -> tuple[Signed, ...]:
    """Every statement in some files, each line a bundle that `who` signed. Raises Refused."""
    lines = [
        (path, line)
        for path in paths
        for line in attestation_files.lines_of(attestation_files.read(path))
    ]
    if not 1 <= len(lines) <= attestation_files.MOST:
        raise Refused(f"there are {len(lines)} bundles, not 1 to {attestation_files.MOST}")
    root = sigstore_trust.trusted_root(trust)
    return tuple(opened_line(path, line, who, root) for path, line in lines)


def opened_line(path: Path, line: bytes, who: Identity, root: "TrustedRoot") -> Signed:
    """One bundle of a file. Raises Refused."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of odd certificates: one line tells
            return opened(line, who, root)
    except Refused as error:
        raise Refused(f"{path}: {error}") from None
    except Exception as error:  # noqa: BLE001  whatever the library did not foresee proves nothing
        raise Refused(f"{path}: {sigstore_trust.told(error)}") from None


def opened(line: bytes, who: Identity, root: "TrustedRoot") -> Signed:
    """The statement of a bundle: certificate, log and signature first, and only then its payload.

    Raises Refused, and whatever the library raises.
    """
    from sigstore.verify import Verifier
    from sigstore.verify.policy import Identity as Named

    if not (who.name and who.issuer):  # the library takes an empty issuer for none demanded
        raise Refused("an identity and its issuer have to be demanded")
    bundle = read(line)
    verifier = Verifier(trusted_root=root)
    kind, payload = verifier.verify_dsse(bundle, Named(identity=who.name, issuer=who.issuer))
    demand_stamps(bundle, verifier)
    demand_log(json_of(bundle), root)
    if kind != PAYLOAD_TYPE:
        raise Refused(f"its payloadType is {kind!r}, not {PAYLOAD_TYPE!r}")
    value = attestation_files.decoded(payload, "the payload")
    return Signed(payload, value, frozenset({who.name}))


def read(line: bytes) -> "Bundle":
    """A bundle that has no second spelling. Raises Refused, and whatever the library raises.

    The library reads base64 and numbers leniently; what it would write has to be what was read.
    """
    from sigstore.models import Bundle

    value = attestation_files.decoded(line, "the bundle")
    bundle = Bundle.from_json(line)
    if value != json_of(bundle):
        raise Refused("the bundle is not as it is written: encoded again it differs")
    if "dsseEnvelope" not in value:
        raise Refused("the bundle signs a file, not a statement: it has no dsseEnvelope")
    if any(one.get("keyid") for one in value["dsseEnvelope"]["signatures"]):
        raise Refused("a signature names a key, which nobody signed: a bundle has its certificate")
    for entry in value["verificationMaterial"]["tlogEntries"]:
        demand_checkpoint(entry["inclusionProof"])
    return bundle


def json_of(bundle: "Bundle") -> Any:
    """A bundle as plain values. Raises Refused."""
    return attestation_files.decoded(bundle.to_json().encode(), "the bundle")


def demand_stamps(bundle: "Bundle", verifier: "Verifier") -> None:
    """Every time stamp holds. Raises Refused.

    The library looks for one time that holds, and passes over those that do not.
    """
    data = bundle.verification_material.timestamp_verification_data
    if data and len(verifier._verify_timestamp_authority(bundle)) != len(data.rfc3161_timestamps):
        raise Refused("a time stamp in it is not of its signature and of an authority we trust")


def demand_log(value: Any, root: "TrustedRoot") -> None:
    """The entry names the log and the place that prove it. Raises Refused.

    Where the log promises nothing but the proof, the library reads neither: a promise signs both,
    and its place counts from the first of several trees.
    """
    (entry,) = value["verificationMaterial"]["tlogEntries"]
    known = {one.log_id.key_id for one in root._inner.tlogs}
    if base64.b64decode(entry["logId"]["keyId"]) not in known:
        raise Refused("its log is none that we trust, by the id that it names")
    if "inclusionPromise" in entry:
        return
    if entry["logIndex"] != entry["inclusionProof"]["logIndex"] or "integratedTime" in entry:
        raise Refused("its log entry tells a place or a time that nobody signed")


def demand_checkpoint(proof: Any) -> None:
    """The proof is of the tree that the log signed, by its name. Raises Refused.

    The library compares the root hash alone, and takes a key for the log under any name.
    """
    found = _CHECKPOINT.fullmatch(proof["checkpoint"]["envelope"])
    if not found:
        raise Refused("its log's checkpoint is not a signed note")
    if found["size"] != proof["treeSize"]:
        raise Refused(f"its log signed a tree of {found['size'][:20]}, the proof is of another")
    name = found["origin"].partition(" - ")[0]
    if not found["signatures"].startswith(f"— {name} "):
        raise Refused(f"its log {name[:80]!r} is not the first to sign its own checkpoint")
