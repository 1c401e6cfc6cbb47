"""The parts around the Sigstore library; bundles and forgeries are in tests/attestations."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import ExtensionNotFound

from gates.core.attestation_format import Refused
from gates.shell import sigstore_bundles, sigstore_signing, sigstore_trust
from gates.shell.sigstore_bundles import Identity
from tests.attestations import made, sigstore_extra
from tests.attestations import sigstore_world as world

pytestmark = sigstore_extra.NEEDED
if sigstore_extra.THERE:
    from tests.attestations import sigstore_services, sigstore_stamps

PAYLOAD = made.payloads(verifier=world.IDENTITY)[0]
WHO = Identity(name=world.IDENTITY, issuer=world.ISSUER)


def written(path: Path, value: Any) -> Path:
    """A file on one line."""
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    return path


@pytest.mark.parametrize("generation", [1, 2])
def test_a_bundle_of_either_generation_is_opened(generation: int, tmp_path: Path) -> None:
    first = world.bundle(world.made(PAYLOAD)), world.trusted_root()
    value, trusted = first if generation == 1 else second()
    bundle = written(tmp_path / "b.sigstore.json", value)
    (one,) = sigstore_bundles.signed([bundle], WHO, written(tmp_path / "root.json", trusted))
    assert (one.payload, one.signers) == (PAYLOAD, {world.IDENTITY})


def second() -> tuple[Any, Any]:
    """A bundle whose time is stamped, and whom to trust."""
    return sigstore_stamps.bundle(PAYLOAD), sigstore_stamps.trusted_root()


def test_a_bundle_of_a_file_is_no_statement(tmp_path: Path) -> None:
    value = world.bundle(world.made(PAYLOAD))
    del value["dsseEnvelope"]
    value["messageSignature"] = {"signature": world.b64(b"x")}
    bundle = written(tmp_path / "b.sigstore.json", value)
    with pytest.raises(Refused, match="signs a file, not a statement"):
        sigstore_bundles.signed([bundle], WHO, written(tmp_path / "r", world.trusted_root()))


def test_a_pipeline_signs_what_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sigstore_services.served() as services:
        for name, value in services.environ().items():
            monkeypatch.setenv(name, value)
        trust = written(tmp_path / "trust.json", world.trust_config(services.url))
        sealed = sigstore_signing.keyless(trust)(PAYLOAD)
    assert sealed.name == world.IDENTITY
    root = sigstore_trust.trusted_root(trust)
    assert sigstore_bundles.opened(sealed.bundle, WHO, root).payload == PAYLOAD


def test_a_certificate_that_names_nobody_is_of_no_use() -> None:
    with pytest.raises(ExtensionNotFound):
        sigstore_signing.name_of(world.root_certificate(world.OURS))


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda: time.sleep(30), "Sigstore: no answer within 0.2 s"),
        (lambda: 1 / 0, "Sigstore: ZeroDivisionError: division by zero"),
        (lambda: sigstore_trust.media_type(Path("/none")), "/none: No such file"),
    ],
    ids=["hangs", "breaks", "refuses"],
)
def test_work_that_gives_nothing_is_a_refusal(work: Callable[[], Any], why: str) -> None:
    with pytest.raises(Refused) as raised:
        sigstore_signing.within(0.2, work)
    assert str(raised.value).startswith(why)


def test_an_error_is_told_on_one_line() -> None:
    error = ValueError()
    error.__cause__ = OSError("first\n\x1b[31msecond")
    assert sigstore_trust.told(error) == "ValueError: OSError: first [31msecond"
    assert sigstore_trust.told(KeyError()) == "KeyError"


@pytest.mark.parametrize(
    ("name", "verifier"),
    [(world.IDENTITY, world.IDENTITY), ("ada@example.org", "mailto:ada@example.org")],
)
def test_a_verifier_is_a_uri(name: str, verifier: str) -> None:
    assert sigstore_bundles.verifier_of(name) == verifier


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    sigstore_trust.demand_extra()
    monkeypatch.setitem(sys.modules, "sigstore", None)
    with pytest.raises(sigstore_trust.ExtraMissing, match=r"gatescore\[sigstore\]"):
        sigstore_trust.demand_extra()
