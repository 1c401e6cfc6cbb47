"""The second generation of Sigstore by hand: a log without times (Rekor v2), and time stamps.

From RFC 3161 and RFC 5652 (the token), RFC 5816 (signingCertificateV2), and Rekor v2's entry of an
envelope: a hashedrekord 0.0.2 over its pre-authentication encoding.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gates.core.attestation_envelope import pae
from tests.attestations import sigstore_world as world
from tests.attestations.sigstore_world import OURS, SIGNED_AT, Asked, World

STAMPS = world.key(80)  # the authority's
STAMPER = world.key(81)  # its certificate's
ROOT_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root of time")])
LEAF_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "time")])
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)
SEQUENCE, SET, OCTETS, TIME = 0x30, 0x31, 0x04, 0x18
SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SIGNED_DATA = "1.2.840.113549.1.7.2"
TOKEN_INFO = "1.2.840.113549.1.9.16.1.4"  # pragma: allowlist secret
CONTENT_TYPE, DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"


def der(tag: int, *parts: bytes) -> bytes:
    """One value in DER."""
    body = b"".join(parts)
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    return asn1.encode_der(x509.ObjectIdentifier(dotted))


def algorithm(dotted: str) -> bytes:
    """An algorithm without parameters."""
    return der(SEQUENCE, oid(dotted))


def certificates(leaf: ec.EllipticCurvePrivateKey = STAMPER) -> list[x509.Certificate]:
    """Who stamps, and the root above."""
    plain = x509.CertificateBuilder().issuer_name(ROOT_NAME).not_valid_before(BEGAN)
    plain = plain.not_valid_after(BEGAN + timedelta(days=36500))
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=False, crl_sign=False, **world.NO_USE
    )
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    made = (
        plain.subject_name(LEAF_NAME)
        .public_key(leaf.public_key())
        .serial_number(81)
        .add_extension(purpose, critical=True)
        .add_extension(usage, critical=True)
    )
    root = (
        plain.subject_name(ROOT_NAME)
        .public_key(STAMPS.public_key())
        .serial_number(80)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return [one.sign(STAMPS, hashes.SHA256(), ecdsa_deterministic=True) for one in (made, root)]


def stamp(
    message: bytes,
    time: datetime = SIGNED_AT,
    by: ec.EllipticCurvePrivateKey = STAMPER,
    nonce: int | None = None,
) -> bytes:
    """A reply that grants a time stamp of a message."""
    return reply(hashlib.sha256(message).digest(), time, by, nonce)


def reply(
    digest: bytes, time: datetime, by: ec.EllipticCurvePrivateKey, nonce: int | None
) -> bytes:
    """A reply that grants a time stamp of a digest."""
    info = der(
        SEQUENCE,
        asn1.encode_der(1),
        oid("1.2.3.4"),
        der(SEQUENCE, algorithm(SHA256), der(OCTETS, digest)),
        asn1.encode_der(7),
        der(TIME, time.strftime("%Y%m%d%H%M%SZ").encode()),
        b"" if nonce is None else asn1.encode_der(nonce),
    )
    leaf = certificates(by)[0].public_bytes(Encoding.DER)
    named = der(SEQUENCE, der(OCTETS, hashlib.sha256(leaf).digest()))
    told = {
        CONTENT_TYPE: oid(TOKEN_INFO),
        DIGEST: der(OCTETS, hashlib.sha256(info).digest()),
        CERTIFICATE_V2: der(SEQUENCE, der(SEQUENCE, named)),
    }
    listed = sorted(der(SEQUENCE, oid(key), der(SET, value)) for key, value in told.items())
    signed = world.signature(by, der(SET, *listed))
    signer = der(
        SEQUENCE,
        asn1.encode_der(1),
        der(SEQUENCE, ROOT_NAME.public_bytes(), asn1.encode_der(81)),
        algorithm(SHA256),
        der(0xA0, *listed),
        algorithm(ECDSA_SHA256),
        der(OCTETS, signed),
    )
    data = der(
        SEQUENCE,
        asn1.encode_der(3),
        der(SET, algorithm(SHA256)),
        der(SEQUENCE, oid(TOKEN_INFO), der(0xA0, der(OCTETS, info))),
        der(SET, signer),
    )
    token = der(SEQUENCE, oid(SIGNED_DATA), der(0xA0, data))
    return der(SEQUENCE, der(SEQUENCE, asn1.encode_der(0)), token)


def asked_for(query: bytes) -> tuple[bytes, int | None]:
    """Digest and nonce of a request for a time stamp."""
    _, inner, _ = read(query)
    _, _, rest = read(inner)  # the version
    _, imprint, rest = read(rest)
    _, _, hashed = read(imprint)
    nonce = None
    while rest:
        tag, body, rest = read(rest)
        if tag == 2:
            nonce = int.from_bytes(body, "big")
    return read(hashed)[1], nonce


def read(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and body of the first value in DER, and what follows it."""
    size, at = data[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at], "big")
    return data[0], data[at : at + size], data[at + size :]


def hashed_body(payload: bytes, sig: bytes, signer: x509.Certificate) -> bytes:
    """What the log keeps of an envelope: a hashedrekord 0.0.2."""
    verifier = {
        "keyDetails": "PKIX_ECDSA_P256_SHA_256",
        "x509Certificate": {"rawBytes": world.b64(signer.public_bytes(Encoding.DER))},
    }
    data = {"algorithm": "SHA2_256", "digest": world.b64(hashlib.sha256(pae(payload)).digest())}
    spec = {"data": data, "signature": {"content": world.b64(sig), "verifier": verifier}}
    return world.canonical(
        {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": {"hashedRekordV002": spec}}
    )


def entry_json(body: bytes, of: World) -> dict[str, Any]:
    """A body in a log that tells no time."""
    value = world.entry_json(world.entry(of, body), of)
    del value["integratedTime"], value["inclusionPromise"]
    return value | {"kindVersion": {"kind": "hashedrekord", "version": "0.0.2"}}


def bundle(
    payload: bytes, stamps: list[bytes] | None = None, asked: Asked | None = None
) -> dict[str, Any]:
    """A bundle of the second generation; `stamps` instead of the one of its signature."""
    private = world.key(99)
    signer = world.certificate(OURS, private.public_key(), asked or Asked())
    sig = world.signature(private, pae(payload))
    stamps = [stamp(sig)] if stamps is None else stamps
    return {
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {
            "certificate": {"rawBytes": world.b64(signer.public_bytes(Encoding.DER))},
            "tlogEntries": [entry_json(hashed_body(payload, sig, signer), OURS)],
            "timestampVerificationData": stamped(stamps),
        },
        "dsseEnvelope": world.envelope_json(payload, sig),
    }


def stamped(stamps: list[bytes]) -> dict[str, Any]:
    """Time stamps as a bundle holds them."""
    return {"rfc3161Timestamps": [{"signedTimestamp": world.b64(one)} for one in stamps]}


def signature_of(payload: bytes) -> bytes:
    """What a bundle's time stamp has to be of."""
    return world.signature(world.key(99), pae(payload))


def trusted_root(of: World = OURS) -> dict[str, Any]:
    """What a verifier trusts, an authority for time among it."""
    chain = [{"rawBytes": world.b64(one.public_bytes(Encoding.DER))} for one in certificates()]
    authority = {
        "subject": {"organization": "ours", "commonName": "time"},
        "uri": "http://time.example",
        "certChain": {"certificates": chain},
        "validFor": {"start": "2020-01-01T00:00:00Z"},
    }
    return world.trusted_root(of) | {"timestampAuthorities": [authority]}


def trust_config(url: str) -> dict[str, Any]:
    """The services at one address: the authority, a log of the second generation, and time."""
    value = world.trust_config(url)
    (service,) = value["signingConfig"]["rekorTlogUrls"]
    value["signingConfig"] |= {
        "rekorTlogUrls": [service | {"majorApiVersion": 2}],
        "tsaUrls": [service | {"url": f"{url}/api/v1/timestamp"}],
    }
    return value | {"trustedRoot": trusted_root()}
