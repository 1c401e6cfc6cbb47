"""The services of a Sigstore of our own on the loopback interface, as their protocols say.

An identity provider as a pipeline has one, an authority (Fulcio, `/api/v2/signingCert`), a log of
either generation (Rekor, `/api/v1/log/entries` and `/api/v2/log/entries`) and an authority for time
(RFC 3161). They check what the real ones check before they sign.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gates.core.attestation_envelope import pae
from tests.attestations import sigstore_stamps as stamps
from tests.attestations import sigstore_world as world
from tests.attestations.sigstore_world import OURS, World

PROVIDER = world.key(70)
REQUEST_TOKEN = "of this job alone"  # pragma: allowlist secret
TOKEN, CERTIFICATE, ENTRIES = "/token", "/api/v2/signingCert", "/api/v1/log/entries"
HASHED, STAMP = "/api/v2/log/entries", "/api/v1/timestamp"
Reply = tuple[int, Any]


class Services:
    """What one pipeline talks with; `instead` answers for a path in another way."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.instead: dict[str, Callable[[Any], Reply]] = {}
        self.of: World = OURS
        self.url = ""

    def answer(self, path: str, headers: Any, body: bytes) -> Reply:
        """The reply to a request."""
        where = urlsplit(path)
        self.asked.append(where.path)
        if where.path in self.instead:
            return self.instead[where.path](body)
        if where.path == TOKEN:
            return self.token(headers, parse_qs(where.query))
        if where.path == CERTIFICATE:
            return self.certificate(headers, json.loads(body))
        if where.path == ENTRIES:
            return self.entry(json.loads(body))
        if where.path == HASHED:
            return self.hashed(json.loads(body))
        if where.path == STAMP:
            digest, nonce = stamps.asked_for(body)
            return 200, stamps.reply(digest, datetime.now(UTC), stamps.STAMPER, nonce)
        return 404, {}

    def token(self, headers: Any, query: dict[str, list[str]]) -> Reply:
        """A token of the job, for who knows the job's secret."""
        if headers["Authorization"] != f"bearer {REQUEST_TOKEN}":
            return 403, {"message": "not this job"}
        now = datetime.now(UTC)
        claims = {
            "iss": world.ISSUER,
            "aud": query["audience"][0],
            "sub": "repo:books/shop:ref:refs/heads/main",
            "iat": now,
            "exp": now + timedelta(minutes=5),
            "workflow": world.IDENTITY,
        }
        pem = PROVIDER.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return 200, {"value": jwt.encode(claims, pem, "ES256")}

    def certificate(self, headers: Any, asked: dict[str, Any]) -> Reply:
        """A certificate for a key, for who proves identity and key."""
        raw = headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(raw, PROVIDER.public_key(), ["ES256"], audience="sigstore")
        csr = x509.load_pem_x509_csr(base64.b64decode(asked["certificateSigningRequest"]))
        public = csr.public_key()
        if not csr.is_signature_valid or not isinstance(public, ec.EllipticCurvePublicKey):
            return 400, {"code": 3, "message": "the key is not proved"}
        wish = world.Asked(
            identity=claims["workflow"], issuer=claims["iss"], began=datetime.now(UTC)
        )
        chain = (world.certificate(self.of, public, wish), world.root_certificate(self.of))
        pems = [one.public_bytes(Encoding.PEM).decode() for one in chain]
        return 200, {"signedCertificateEmbeddedSct": {"chain": {"certificates": pems}}}

    def entry(self, proposed: dict[str, Any]) -> Reply:
        """The entry of an envelope whose signature holds."""
        content = proposed["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        signer = x509.load_pem_x509_certificate(base64.b64decode(content["verifiers"][0]))
        payload = base64.b64decode(envelope["payload"])
        sig = base64.b64decode(envelope["signatures"][0]["sig"])
        public = signer.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(sig, pae(payload, envelope["payloadType"]), ec.ECDSA(hashes.SHA256()))
        body = world.logged_body(payload, content["envelope"].encode(), sig, signer)
        return 201, self.included(body)

    def hashed(self, proposed: dict[str, Any]) -> Reply:
        """The entry of a digest whose signature holds."""
        asked = proposed["hashedRekordRequestV002"]
        kept = asked["signature"]["verifier"]["x509Certificate"]["rawBytes"]
        public = x509.load_der_x509_certificate(base64.b64decode(kept)).public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        digest, sig = (
            base64.b64decode(text) for text in (asked["digest"], asked["signature"]["content"])
        )
        public.verify(sig, digest, ec.ECDSA(Prehashed(hashes.SHA256())))
        data = {"algorithm": "SHA2_256", "digest": asked["digest"]}
        spec = {"hashedRekordV002": {"data": data, "signature": asked["signature"]}}
        entry = {"apiVersion": "0.0.2", "kind": "hashedrekord", "spec": spec}
        return 201, stamps.entry_json(world.canonical(entry), self.of)

    def included(self, body: bytes) -> dict[str, Any]:
        """A body in the log, as the log tells of it."""
        one = world.entry(self.of, body, datetime.now(UTC))
        proof = {
            "logIndex": one.index,
            "treeSize": one.size,
            "rootHash": one.root.hex(),
            "hashes": [each.hex() for each in one.hashes],
            "checkpoint": one.checkpoint,
        }
        told = {
            "body": world.b64(one.body),
            "integratedTime": one.time,
            "logID": world.id_of(self.of.rekor).hex(),
            "logIndex": one.index,
            "verification": {
                "inclusionProof": proof,
                "signedEntryTimestamp": world.b64(one.promise),
            },
        }
        return {world.leaf_hash(body).hex(): told}

    def environ(self) -> dict[str, str]:
        """What a pipeline gives its job."""
        return {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}{TOKEN}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
            "NO_PROXY": "127.0.0.1",
        }


@contextmanager
def served() -> Iterator[Services]:
    """The services, as long as the block lasts."""
    services = Services()

    class Handler(BaseHTTPRequestHandler):
        def reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, value = services.answer(self.path, self.headers, body)
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = reply

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    services.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
