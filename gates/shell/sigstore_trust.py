"""The Sigstore library, which is an extra: whether it is there, and whom it trusts offline."""

import logging
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from gates.core.attestation_format import Refused
from gates.shell import attestation_files

if TYPE_CHECKING:
    from sigstore.models import ClientTrustConfig, TrustedRoot

HINT = "Sigstore is an optional extra of gatescore; install it: pip install 'gatescore[sigstore]'"
PUBLIC = "https://tuf-repo-cdn.sigstore.dev"  # the public instance, by the name of its repository
ROOT = "application/vnd.dev.sigstore.trustedroot"
BOTH = "application/vnd.dev.sigstore.clienttrustconfig"


class ExtraMissing(Exception):
    """The library is not installed; the text says how to install it."""


def demand_extra() -> None:
    """See that the library is there, without importing it. Raises ExtraMissing."""
    if find_spec("sigstore") is None:
        raise ExtraMissing(HINT)
    logging.getLogger("sigstore").addHandler(logging.NullHandler())  # one line tells, and is ours


def trusted_root(path: Path | None) -> "TrustedRoot":
    """Certificates and log keys to verify with, of a file or as the library was released with them.

    The library's own cache in the home folder is never read: what some other job left there would
    decide whom we trust. Raises Refused.
    """
    from sigstore.models import TrustedRoot

    if path is None:
        with as_file(files("sigstore") / "_store" / quote(PUBLIC, safe="")) as folder:
            return TrustedRoot.from_file(str(folder / "trusted_root.json"))
    kind = media_type(path)
    if kind.startswith(BOTH):
        return client_config(path).trusted_root
    if not kind.startswith(ROOT):
        raise Refused(
            f"--trust-config {path}: its mediaType is {kind[:80]!r}, not {ROOT} or {BOTH}"
        )
    try:
        return TrustedRoot.from_file(str(path))
    except Exception as error:  # noqa: BLE001  the library raises of many kinds
        raise Refused(f"--trust-config {path}: {told(error)}") from None


def client_config(path: Path | None) -> "ClientTrustConfig":
    """Services to sign with, and whom to trust: of a file, or the public instance's of today.

    The latter asks the network. Raises Refused.
    """
    from sigstore.models import ClientTrustConfig

    try:
        if path is None:
            return ClientTrustConfig.production()
        return ClientTrustConfig.from_json(attestation_files.read(path).decode("utf-8"))
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001
        where = "the public instance" if path is None else f"--trust-config {path}"
        raise Refused(f"{where}: {told(error)}") from None


def media_type(path: Path) -> str:
    """What a trust file says that it is. Raises Refused."""
    value = attestation_files.decoded(attestation_files.read(path), f"--trust-config {path}")
    found = value.get("mediaType") if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise Refused(f"--trust-config {path}: no mediaType; give a trusted root or a trust config")
    return found


def told(error: BaseException) -> str:
    """What a library says of an error, on one line; its cause where it says nothing itself."""
    text = str(error) or (told(error.__cause__) if error.__cause__ else "")
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f"{type(error).__name__}: {plain}"[:1000] if plain else type(error).__name__
