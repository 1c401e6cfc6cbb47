"""A Sigstore of our own: certificate authority, CT log, transparency log, and bundles by hand.

Written from the specifications (Fulcio's certificate profile and oid-info, RFC 6962 for SCTs and
Merkle trees, Rekor's dsse 0.0.1 entry, the signed note of checkpoints, the bundle v0.3), not with
the library that reads it.
"""

import base64
import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from gates.core.attestation_envelope import pae
from gates.core.attestation_format import PAYLOAD_TYPE

ISSUER = "https://token.actions.example"
IDENTITY = "https://github.example/books/shop/.github/workflows/release.yml@refs/heads/main"
SIGNED_AT = datetime(2026, 11, 21, 7, 5, tzinfo=UTC)
ISSUER_OID = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
ISSUER_V2_OID = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
SCT_OID = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
ORIGIN = "rekor.example - 7"
CA_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a Fulcio of our own")])
NO_USE = dict.fromkeys(
    (
        *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("encipher_only", "decipher_only"),
    ),
    False,
)


def key(seed: int) -> ec.EllipticCurvePrivateKey:
    """A key that is the same in every test run."""
    return ec.derive_private_key(1000 + seed, ec.SECP256R1())


def signature(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """An ECDSA signature over SHA-256, in DER."""
    return private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half in DER."""
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def id_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """The id of a log: the SHA-256 of its public key."""
    return hashlib.sha256(spki(private)).digest()


def b64(data: bytes) -> str:
    """Base64 as text."""
    return base64.b64encode(data).decode()


class World(msgspec.Struct, frozen=True, kw_only=True):
    """Whose keys stand behind a Sigstore: two worlds trust nothing of each other."""

    ca: ec.EllipticCurvePrivateKey
    ct: ec.EllipticCurvePrivateKey
    rekor: ec.EllipticCurvePrivateKey


def world(seed: int = 1) -> World:
    """The Sigstore of a seed."""
    return World(ca=key(10 * seed), ct=key(10 * seed + 1), rekor=key(10 * seed + 2))


OURS = world()


def root_certificate(of: World) -> x509.Certificate:
    """The certificate of the authority, valid for as long as the tests are run."""
    began = datetime(2020, 1, 1, tzinfo=UTC)
    usage = x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **NO_USE)
    return (
        x509.CertificateBuilder()
        .subject_name(CA_NAME)
        .issuer_name(CA_NAME)
        .public_key(of.ca.public_key())
        .serial_number(7)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(of.ca.public_key()), False)
        .sign(of.ca, hashes.SHA256(), ecdsa_deterministic=True)
    )


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a certificate says; `valid` are minutes from its beginning."""

    identity: str = IDENTITY
    issuer: str = ISSUER
    began: datetime = SIGNED_AT - timedelta(minutes=1)
    valid: int = 10
    usage: ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING
    logged: bool = True
    by: ec.EllipticCurvePrivateKey | None = None  # another CA key than that of the world
    ct: ec.EllipticCurvePrivateKey | None = None  # another CT log


def certificate(of: World, public: ec.EllipticCurvePublicKey, asked: Asked) -> x509.Certificate:
    """A signing certificate with the log's promise inside (RFC 6962, section 3.2)."""
    plain = builder(of, public, asked)
    ca = asked.by or of.ca
    if not asked.logged:
        return plain.sign(ca, hashes.SHA256(), ecdsa_deterministic=True)
    body = plain.sign(ca, hashes.SHA256(), ecdsa_deterministic=True).tbs_certificate_bytes
    promise = x509.UnrecognizedExtension(SCT_OID, timestamps(asked, of, hashlib.sha256, body, ca))
    return plain.add_extension(promise, critical=False).sign(
        ca, hashes.SHA256(), ecdsa_deterministic=True
    )


def builder(of: World, public: ec.EllipticCurvePublicKey, asked: Asked) -> x509.CertificateBuilder:
    """The certificate without the log's promise, in Fulcio's profile."""
    usage = x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **NO_USE)
    named = (
        x509.UniformResourceIdentifier(asked.identity)
        if ":" in asked.identity
        else x509.RFC822Name(asked.identity)
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(of.ca.public_key())
    issuer = asked.issuer.encode()
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(CA_NAME)
        .public_key(public)
        .serial_number(77)
        .not_valid_before(asked.began)
        .not_valid_after(asked.began + timedelta(minutes=asked.valid))
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([asked.usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(authority, critical=False)
        .add_extension(x509.SubjectAlternativeName([named]), critical=True)
        .add_extension(x509.UnrecognizedExtension(ISSUER_OID, issuer), critical=False)
        .add_extension(
            x509.UnrecognizedExtension(ISSUER_V2_OID, b"\x0c" + bytes([len(issuer)]) + issuer),
            critical=False,
        )
    )


def timestamps(asked: Asked, of: World, digest: Any, body: bytes, ca: Any) -> bytes:
    """The extension with one signed certificate timestamp, as DER around the TLS structures."""
    log = asked.ct or of.ct
    at = int(asked.began.timestamp() * 1000)
    entry = digest(spki(ca)).digest() + len(body).to_bytes(3, "big") + body
    message = struct.pack("!BBQH", 0, 0, at, 1) + entry + b"\0\0"
    made = signature(log, message)
    one = b"\0" + id_of(log) + struct.pack("!QH", at, 0) + b"\x04\x03"
    one += struct.pack("!H", len(made)) + made
    listed = struct.pack("!HH", len(one) + 2, len(one)) + one
    assert len(listed) < 0x80
    return b"\x04" + bytes([len(listed)]) + listed


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """The root over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def path(leaves: list[bytes], index: int) -> list[bytes]:
    """The audit path of a leaf (section 2.1.1)."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*path(leaves[:half], index), tree_hash(leaves[half:])]
    return [*path(leaves[half:], index - half), tree_hash(leaves[:half])]


def canonical(value: Any) -> bytes:
    """JSON with sorted members and no blanks: RFC 8785 for what is ASCII and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def logged_body(payload: bytes, envelope: bytes, sig: bytes, signer: x509.Certificate) -> bytes:
    """What the log keeps of an envelope: a dsse entry 0.0.1."""
    signed = {"signature": b64(sig), "verifier": b64(signer.public_bytes(Encoding.PEM))}
    return canonical(
        {
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "envelopeHash": sha256(envelope),
                "payloadHash": sha256(payload),
                "signatures": [signed],
            },
        }
    )


def sha256(data: bytes) -> dict[str, str]:
    """A digest as entries of the log write it."""
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of the log with all that proves it; hashes and signatures are bytes."""

    body: bytes
    index: int
    size: int
    time: int
    root: bytes
    hashes: list[bytes]
    promise: bytes
    checkpoint: str


def entry(of: World, body: bytes, time: datetime = SIGNED_AT, index: int = 5) -> Entry:
    """A body in the log, with some others around it."""
    leaves = [leaf_hash(b"somebody else's %d" % number) for number in range(11)]
    leaves[index] = leaf_hash(body)
    root, at = tree_hash(leaves), int(time.timestamp())
    text = f"{ORIGIN}\n{len(leaves)}\n{b64(root)}\n"
    note = b64(id_of(of.rekor)[:4] + signature(of.rekor, text.encode()))
    promised = {
        "body": b64(body),
        "integratedTime": at,
        "logID": id_of(of.rekor).hex(),
        "logIndex": index,
    }
    return Entry(
        body=body,
        index=index,
        size=len(leaves),
        time=at,
        root=root,
        hashes=path(leaves, index),
        promise=signature(of.rekor, canonical(promised)),
        checkpoint=f"{text}\n— rekor.example {note}\n",
    )


def entry_json(one: Entry, of: World) -> dict[str, Any]:
    """An entry as a bundle holds it."""
    return {
        "logIndex": str(one.index),
        "logId": {"keyId": b64(id_of(of.rekor))},
        "kindVersion": {"kind": "dsse", "version": "0.0.1"},
        "integratedTime": str(one.time),
        "inclusionPromise": {"signedEntryTimestamp": b64(one.promise)},
        "inclusionProof": {
            "logIndex": str(one.index),
            "rootHash": b64(one.root),
            "treeSize": str(one.size),
            "hashes": [b64(each) for each in one.hashes],
            "checkpoint": {"envelope": one.checkpoint},
        },
        "canonicalizedBody": b64(one.body),
    }


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a bundle, each of which a forger may exchange."""

    payload: bytes
    sig: bytes
    signer: x509.Certificate
    entry: Entry
    kind: str = PAYLOAD_TYPE


def made(
    payload: bytes,
    of: World = OURS,
    asked: Asked | None = None,
    time: datetime = SIGNED_AT,
    kind: str = PAYLOAD_TYPE,
) -> Made:
    """A statement signed as Sigstore does: key, certificate, signature, log."""
    private = key(99)
    signer = certificate(of, private.public_key(), asked or Asked())
    sig = signature(private, pae(payload, kind))
    envelope = canonical(envelope_json(payload, sig, kind))
    logged = entry(of, logged_body(payload, envelope, sig, signer), time)
    return Made(payload=payload, sig=sig, signer=signer, entry=logged, kind=kind)


def envelope_json(payload: bytes, sig: bytes, kind: str = PAYLOAD_TYPE) -> dict[str, Any]:
    """A DSSE envelope as a bundle holds it."""
    return {"payload": b64(payload), "payloadType": kind, "signatures": [{"sig": b64(sig)}]}


def bundle(one: Made, of: World = OURS) -> dict[str, Any]:
    """A bundle v0.3 as plain values, to be changed."""
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": b64(one.signer.public_bytes(Encoding.DER))},
            "tlogEntries": [entry_json(one.entry, of)],
        },
        "dsseEnvelope": envelope_json(one.payload, one.sig, one.kind),
    }


def trusted_root(of: World = OURS) -> dict[str, Any]:
    """What a verifier trusts, as its file says it."""
    valid = {"start": "2020-01-01T00:00:00Z"}
    authority = {
        "subject": {"organization": "ours", "commonName": "a Fulcio of our own"},
        "uri": "http://fulcio.example",
        "certChain": {
            "certificates": [{"rawBytes": b64(root_certificate(of).public_bytes(Encoding.DER))}]
        },
        "validFor": valid,
    }
    return {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [log(of.rekor, valid)],
        "certificateAuthorities": [authority],
        "ctlogs": [log(of.ct, valid)],
        "timestampAuthorities": [],
    }


def log(private: ec.EllipticCurvePrivateKey, valid: dict[str, str]) -> dict[str, Any]:
    """A log that is trusted."""
    return {
        "baseUrl": "http://log.example",
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": b64(spki(private)),
            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
            "validFor": valid,
        },
        "logId": {"keyId": b64(id_of(private))},
    }


def trust_config(url: str, of: World = OURS) -> dict[str, Any]:
    """Whom a client trusts, and the services at one address that it signs with."""
    service = {
        "url": url,
        "majorApiVersion": 1,
        "validFor": {"start": "2020-01-01T00:00:00Z"},
        "operator": "ours",
    }
    return {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": trusted_root(of),
        "signingConfig": {
            "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            "caUrls": [service],
            "oidcUrls": [service],
            "rekorTlogUrls": [service],
            "tsaUrls": [],
            "rekorTlogConfig": {"selector": "ANY"},
            "tsaConfig": {"selector": "ANY"},
        },
    }
