"""Signing without a key of one's own: the pipeline's identity, a short certificate, a public log.

The one module of attestations that speaks with the network, and only for `attest --sigstore`.
"""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from gates.core.attestation_format import Refused
from gates.shell import sigstore_bundles, sigstore_trust
from gates.shell.sigstore_bundles import Identity

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.dsse import Statement
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken

LONGEST_S = 120.0  # for each exchange with the services; the library itself waits for ever
HINT = "GitHub Actions: permissions: id-token: write; GitLab: id_tokens: SIGSTORE_ID_TOKEN"
_T = TypeVar("_T")


class Sealed(msgspec.Struct, frozen=True):
    """A bundle on one line, and the identity that its certificate names."""

    bundle: bytes
    name: str


def keyless(trust: Path | None, seconds: float = LONGEST_S) -> Callable[[bytes], Sealed]:
    """What signs statements in the name of this pipeline. Raises Refused, as what it returns."""
    from sigstore.sign import Signer, SigningContext

    def begun() -> tuple["ClientTrustConfig", "IdentityToken", Signer]:
        config = sigstore_trust.client_config(trust)
        token = identity_token()
        return config, token, Signer(token, SigningContext.from_trust_config(config))

    config, token, signer = within(seconds, begun)

    def sign(payload: bytes) -> Sealed:
        bundle = within(seconds, lambda: signer.sign_dsse(statement(payload)))
        line = bundle.to_json().encode()
        who = Identity(name=name_of(bundle.signing_certificate), issuer=token.issuer)
        opened = sigstore_bundles.opened_line(Path("new bundle"), line, who, config.trusted_root)
        if opened.payload != payload:
            raise Refused("the library signed other bytes than the statement")
        return Sealed(line, who.name)

    return sign


def identity_token() -> "IdentityToken":
    """What the pipeline's provider says of this job. Raises Refused."""
    from sigstore.oidc import IdentityError, IdentityToken, detect_credential

    try:
        found = detect_credential()
        if found is not None:
            return IdentityToken(found)
        why = "no provider is known here"
    except IdentityError as error:
        why = sigstore_trust.told(error)
    raise Refused(f"Sigstore: no identity to sign as ({why}); {HINT}")


def statement(payload: bytes) -> "Statement":
    """A statement for the library, byte for byte.

    Its constructor knows no subject that is a commit (`gitCommit`), though in-toto does and
    verifying takes any; what it would keep is set here, and `keyless` reads back what was signed.
    """
    from sigstore.dsse import Statement

    made = object.__new__(Statement)
    made._contents = payload
    return made


def name_of(certificate: "Certificate") -> str:
    """Whom a certificate names. Raises Refused."""
    from cryptography.x509 import RFC822Name, SubjectAlternativeName, UniformResourceIdentifier

    named = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    found: list[str] = named.get_values_for_type(UniformResourceIdentifier)
    found += named.get_values_for_type(RFC822Name)
    if len(found) != 1:
        raise Refused(f"the certificate names {len(found)} workflows or people, not one")
    return found[0]


def within(seconds: float, work: Callable[[], _T]) -> _T:
    """The result of work that may hang on a service. Raises Refused: failed, or no answer yet."""
    done: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # noqa: BLE001  told by who waits
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)  # ends with the process at the latest
    thread.start()
    thread.join(seconds)
    if done:
        return done[0]
    if failed and isinstance(failed[0], Refused):
        raise failed[0]
    why = sigstore_trust.told(failed[0]) if failed else f"no answer within {seconds:g} s"
    raise Refused(f"Sigstore: {why}")
