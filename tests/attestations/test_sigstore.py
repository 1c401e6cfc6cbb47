"""Sigstore bundles made by hand, verified offline: what holds, and what forgers would try."""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from gates.core.attestation_checks import Accepted, accepted
from gates.core.attestation_envelope import pae
from gates.core.attestation_format import Refused
from gates.core.model import Verdict
from gates.shell import sigstore_bundles, sigstore_trust
from gates.shell.sigstore_bundles import Identity
from tests.attestations import made, sigstore_extra
from tests.attestations import sigstore_world as world
from tests.attestations.sigstore_world import IDENTITY, ISSUER, OURS, SIGNED_AT, Asked, Made

pytestmark = sigstore_extra.NEEDED
WHO = Identity(name=IDENTITY, issuer=ISSUER)
RESULT, SUMMARY = made.payloads(verifier=IDENTITY)
THEIRS = world.world(2)
Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of whom a deploy step trusts."""
    path = tmp_path_factory.mktemp("trust") / "trusted_root.json"
    path.write_text(json.dumps(world.trusted_root()))
    return path


def line(value: Bundle) -> bytes:
    """A bundle as it is written: one line, no blanks."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def verified(
    tmp_path: Path, root: Path | None, *lines: bytes, who: Identity = WHO, **asked: Any
) -> Accepted:
    """What the command does with files of bundles. Raises Refused."""
    files = [tmp_path / f"{number}.sigstore.json" for number in range(len(lines))]
    for file, data in zip(files, lines, strict=True):
        file.write_bytes(data)
    demand = made.demand(**{"verifier": IDENTITY} | asked)
    return accepted(sigstore_bundles.signed(files, who, root), demand, made.NOW)


def both(**how: Any) -> tuple[bytes, bytes]:
    """Both statements, each in a bundle made in the same way."""
    first, second = (line(world.bundle(world.made(one, **how))) for one in (RESULT, SUMMARY))
    return first, second


def test_what_was_signed_is_accepted(tmp_path: Path, root: Path) -> None:
    first, second = both()
    assert verified(tmp_path, root, first, second).subject.digest == {"gitCommit": made.COMMIT}
    assert verified(tmp_path, root, first + b"\n" + second + b"\n")


def test_a_client_trust_config_is_enough_to_verify(tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(world.trust_config("http://127.0.0.1:1")))
    assert verified(tmp_path, path, *both())


def test_people_are_named_by_their_address(tmp_path: Path, root: Path) -> None:
    who = Identity(name="ada@example.org", issuer=ISSUER)
    payloads = made.payloads(verifier="mailto:ada@example.org")
    asked = Asked(identity=who.name)
    lines = [line(world.bundle(world.made(one, asked=asked))) for one in payloads]
    demand = sigstore_bundles.verifier_of(who.name)
    assert verified(tmp_path, root, *lines, who=who, verifier=demand)


DEMANDS: dict[str, tuple[dict[str, Any], str]] = {
    "other artifact": ({"subjects": (("sha256", "0" * 64),)}, "not about"),
    "other policy": ({"policy": "0" * 64}, "judged under the policy"),
    "a gate that is missing": ({"required": ("L1", "load")}, "load is not among"),
    "a level that is missing": ({"required": ("L3",)}, "L3 is not among"),
    "nothing": ({"required": ()}, "no gate or level"),
    "younger": ({"max_age": timedelta(hours=5)}, "old"),
    "other run": ({"run": "nightly-8"}, "of the run"),
    "other resource": ({"resource": "urn:x"}, "resourceUri"),
    "other verifier": ({"verifier": "urn:x"}, "verifier"),
}


@pytest.mark.parametrize(("asked", "why"), DEMANDS.values(), ids=DEMANDS)
def test_the_statement_has_to_meet_every_demand(
    asked: dict[str, Any], why: str, tmp_path: Path, root: Path
) -> None:
    with pytest.raises(Refused, match=why):
        verified(tmp_path, root, *both(), **asked)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (lambda one, two: (one,), "no statement is of"),
        (lambda one, two: (two,), "no statement is of"),
        (lambda one, two: (one, one), "two statements"),
        (lambda one, two: (one, two, two), "two statements"),
        (lambda one, two: (one, b""), "no statement is of"),
        (lambda one, two: (b"",), "0 bundles"),
        (lambda one, two: (b"\n".join([one] * 17),), "17 bundles"),
        (lambda one, two: (one, two + b" " * (1 << 20)), "larger than"),
    ],
    ids=["no summary", "no result", "twice", "three", "empty second", "empty", "17", "large"],
)
def test_each_statement_has_to_be_there_once(
    lines: Callable[[bytes, bytes], tuple[bytes, ...]], why: str, tmp_path: Path, root: Path
) -> None:
    with pytest.raises(Refused, match=why):
        verified(tmp_path, root, *lines(*both()))


def test_a_run_that_failed_is_not_accepted(tmp_path: Path, root: Path) -> None:
    failed = made.card(verdict=Verdict.FAIL, levels=(made.level(1), made.level(2, Verdict.FAIL)))
    payloads = made.payloads(failed, verifier=IDENTITY)
    lines = [line(world.bundle(world.made(one))) for one in payloads]
    with pytest.raises(Refused, match="FAILED"):
        verified(tmp_path, root, *lines)


def changed(**parts: Any) -> Callable[[], Bundle]:
    """A bundle one of whose parts is another one."""
    return lambda: world.bundle(msgspec.structs.replace(world.made(RESULT), **parts))


def signed(**how: Any) -> Callable[[], Bundle]:
    """A bundle that was properly made, but otherwise."""
    return lambda: world.bundle(world.made(RESULT, **how))


def edited(change: Callable[[Bundle], Any]) -> Callable[[], Bundle]:
    """A bundle with other members."""

    def make() -> Bundle:
        value = world.bundle(world.made(RESULT))
        change(value)
        return value

    return make


def logged(**parts: Any) -> Callable[[], Bundle]:
    """A bundle whose log entry was changed in some parts."""
    entry = msgspec.structs.replace(world.made(RESULT).entry, **parts)
    return changed(entry=entry)


def log_of(bundle: Bundle) -> Any:
    """The log entry in a bundle."""
    return bundle["verificationMaterial"]["tlogEntries"][0]


def certificate_of_another_key(seed: int = 5) -> Any:
    """A certificate of the right identity, for a key that did not sign."""
    return world.certificate(OURS, world.key(seed).public_key(), Asked())


def signed_by_another_key() -> Bundle:
    """The right certificate and a log entry of it, around a signature that is not its key's."""
    sig = world.signature(world.key(5), pae(RESULT))
    signer = world.made(RESULT).signer
    entry = world.entry(OURS, world.logged_body(RESULT, b"", sig, signer))
    return world.bundle(Made(payload=RESULT, sig=sig, signer=signer, entry=entry))


def relogged_statement() -> Bundle:
    """Another statement under the old signature, with a log entry that fits it."""
    one = world.made(RESULT)
    payload = RESULT.replace(b"nightly-7", b"nightly-8")
    entry = world.entry(OURS, world.logged_body(payload, b"", one.sig, one.signer))
    return world.bundle(msgspec.structs.replace(one, payload=payload, entry=entry))


def logged_elsewhere() -> Bundle:
    """The right body in a log that another key signed, under the name of ours."""
    one = world.made(RESULT)
    entry = world.entry(msgspec.structs.replace(OURS, rekor=world.key(5)), one.entry.body)
    return world.bundle(msgspec.structs.replace(one, entry=entry))


OTHER_BODY = world.made(SUMMARY).entry.body
OTHER = IDENTITY.replace("books", "evil")
FORGERIES: dict[str, tuple[Callable[[], Bundle], str]] = {
    "other identity": (signed(asked=Asked(identity=OTHER)), "SANs do not match"),
    "identity that only begins so": (signed(asked=Asked(identity=IDENTITY + "-x")), "SANs"),
    "identity in other letters": (signed(asked=Asked(identity=IDENTITY.upper())), "SANs"),
    "a person": (signed(asked=Asked(identity="eve@example.org")), "SANs"),
    "other issuer": (signed(asked=Asked(issuer="https://evil.example")), "OIDCIssuer"),
    "issuer that only begins so": (signed(asked=Asked(issuer=ISSUER + "/")), "OIDCIssuer"),
    "expired when it was signed": (signed(time=SIGNED_AT + timedelta(minutes=11)), "valid at"),
    "signed before it was valid": (signed(time=SIGNED_AT - timedelta(minutes=2)), "valid at"),
    "other authority": (signed(asked=Asked(by=world.key(5))), "chain"),
    "all of another world": (lambda: world.bundle(world.made(RESULT, THEIRS), THEIRS), "chain"),
    "promise of another CT log": (signed(asked=Asked(ct=world.key(5))), "SCT"),
    "in no CT log": (signed(asked=Asked(logged=False)), "SCT"),
    "a certificate of web servers": (
        signed(asked=Asked(usage=ExtendedKeyUsageOID.SERVER_AUTH)),
        "code signing",
    ),
    "statement changed": (changed(payload=RESULT.replace(b"lint", b"load")), "invalid signature"),
    "another statement": (changed(payload=SUMMARY), "invalid signature"),
    "another statement, logged": (relogged_statement, "invalid signature"),
    "signature of another statement": (changed(sig=world.made(SUMMARY).sig), "invalid signature"),
    "signature of another key": (signed_by_another_key, "invalid signature"),
    "empty signature": (changed(sig=b""), "non-empty"),
    "certificate of another key": (
        changed(signer=certificate_of_another_key()),
        "invalid signature",
    ),
    "payloadType changed": (changed(kind="text/plain"), "invalid signature"),
    "payloadType of another kind, signed": (signed(kind="text/plain"), "payloadType"),
    "no log entry": (
        edited(lambda b: b["verificationMaterial"].update(tlogEntries=[])),
        "exactly one log entry",
    ),
    "two log entries": (
        edited(lambda b: b["verificationMaterial"]["tlogEntries"].append(log_of(b))),
        "exactly one log entry",
    ),
    "log entry of another body": (
        lambda: changed(entry=world.entry(OURS, OTHER_BODY))(),
        "payload hash does not match",
    ),
    "another body under the proof": (logged(body=OTHER_BODY), "root hash"),
    "log of another key": (logged_elsewhere, "log entry"),
    "promise of another entry": (
        logged(promise=world.made(SUMMARY).entry.promise),
        "inclusion promise",
    ),
    "no promise": (edited(lambda b: log_of(b).pop("inclusionPromise")), "promise"),
    "no time": (edited(lambda b: log_of(b).pop("integratedTime")), "time"),
    "later by a second": (logged(time=int(SIGNED_AT.timestamp()) + 1), "inclusion promise"),
    "no proof": (edited(lambda b: log_of(b).pop("inclusionProof")), "inclusionProof"),
    "proof of another place": (logged(index=4), "root hash"),
    "proof of a smaller tree": (logged(size=10), "signed a tree of 11"),
    "proof too short": (logged(hashes=world.made(RESULT).entry.hashes[1:]), "wrong size"),
    "other root": (logged(root=b"\0" * 32), "root hash"),
    "checkpoint of another tree": (
        logged(checkpoint=world.entry(OURS, OTHER_BODY).checkpoint),
        "root hash",
    ),
    "checkpoint of another name": (
        logged(checkpoint=world.made(RESULT).entry.checkpoint.replace("— rekor", "— other")),
        "first to sign",
    ),
    "checkpoint of nobody": (
        logged(checkpoint=world.made(RESULT).entry.checkpoint.partition("— ")[0]),
        "signed note",
    ),
    "other log id": (
        edited(lambda b: log_of(b)["logId"].update(keyId=world.b64(b"\0" * 32))),
        "log entry",
    ),
    "entry of another kind": (
        edited(lambda b: log_of(b)["kindVersion"].update(kind="hashedrekord")),
        "log entry type",
    ),
    "another signature beside it": (
        edited(lambda b: b["dsseEnvelope"]["signatures"].append({"sig": world.b64(b"x")})),
        "exactly one signature",
    ),
    "a key is named": (
        edited(lambda b: b["dsseEnvelope"]["signatures"][0].update(keyid="x")),
        "names a key",
    ),
    "no envelope": (edited(lambda b: b.pop("dsseEnvelope")), "dsseEnvelope"),
    "another format": (edited(lambda b: b.update(mediaType="x")), "mediaType"),
    "a member that nobody knows": (edited(lambda b: b.update(extra=1)), "Extra inputs"),
    "a member that is null": (edited(lambda b: b.update(messageSignature=None)), "as it is"),
    "no certificate": (
        edited(lambda b: b["verificationMaterial"].pop("certificate")),
        "certificate",
    ),
    "the authority as signer": (
        changed(signer=world.root_certificate(OURS)),
        "chain",
    ),
    "base64 in the other alphabet": (
        edited(lambda b: b["dsseEnvelope"].update(payload=b["dsseEnvelope"]["payload"] + "-")),
        "as it is",
    ),
}


@pytest.mark.parametrize(("forged", "why"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_refused(
    forged: Callable[[], Bundle], why: str, tmp_path: Path, root: Path
) -> None:
    with pytest.raises(Refused) as raised:
        verified(tmp_path, root, line(forged()), both()[1])
    assert why in str(raised.value)


@pytest.mark.parametrize(
    ("seconds", "holds"), [(-60, True), (-61, False), (540, True), (541, False)]
)
def test_the_certificate_has_to_hold_when_it_signs(
    seconds: int, holds: bool, tmp_path: Path, root: Path
) -> None:
    lines = both(time=SIGNED_AT + timedelta(seconds=seconds))
    if holds:
        assert verified(tmp_path, root, *lines)
        return
    with pytest.raises(Refused, match="valid at"):
        verified(tmp_path, root, *lines)


@pytest.mark.parametrize(
    "who", [Identity(name="", issuer=ISSUER), Identity(name=IDENTITY, issuer="")]
)
def test_an_empty_demand_is_none_that_is_met(who: Identity, tmp_path: Path, root: Path) -> None:
    with pytest.raises(Refused, match="have to be demanded"):
        verified(tmp_path, root, *both(), who=who)


TEXTS: dict[str, bytes] = {
    "no JSON": b"attested, honestly",
    "null": b"null",
    "list": b"[" + both()[0] + b"]",
    "member twice": both()[0].replace(b'{"mediaType":', b'{"mediaType":"","mediaType":', 1),
    "NaN": both()[0].replace(b'{"mediaType":', b'{"x":NaN,"mediaType":', 1),
    "deep": b"[" * 100_000,
    "two on a line": both()[0] + both()[1],
    "cut": both()[0][:-1],
    "byte order mark": b"\xef\xbb\xbf" + both()[0],
    "UTF-16": both()[0].decode().encode("utf-16"),
    "over several lines": json.dumps(json.loads(both()[0]), indent=1).encode(),
    "an envelope": made.signed(RESULT),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_that_is_no_line_with_a_bundle_is_refused(
    text: bytes, tmp_path: Path, root: Path
) -> None:
    with pytest.raises(Refused):
        verified(tmp_path, root, text, both()[1])


def refused(data: bytes, root: Any) -> bool:
    """Whether a bundle is refused; any other exception is none of its business."""
    try:
        sigstore_bundles.opened_line(Path("f"), data, WHO, root)
    except Refused:
        return True
    return False


def test_no_byte_of_a_bundle_can_be_changed(root: Path) -> None:
    """Each byte, one of its bits by turns, in a third of them the letter case: 0 accepted."""
    data, trusted = both()[0], sigstore_trust.trusted_root(root)
    assert not refused(data, trusted)
    tried = 0
    for place, byte in enumerate(data):
        for value in {byte ^ (1 << place % 8), *(() if place % 3 else (byte ^ 0x20,))}:
            forged = data[:place] + bytes([value]) + data[place + 1 :]
            assert refused(forged, trusted), (place, data[max(0, place - 40) : place + 5], value)
            tried += 1
    assert tried > 1.2 * len(data)


def test_no_byte_can_be_lost(root: Path) -> None:
    data, trusted = both()[0], sigstore_trust.trusted_root(root)
    for place in range(0, len(data), 9):
        assert refused(data[:place] + data[place + 1 :], trusted), place
        assert refused(data[:place], trusted), place


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of a value, inner ones too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in inner:
        yield (*way, key)
        if isinstance(one, dict | list):
            yield from leaves(one, (*way, key))


def at(value: Any, way: tuple[Any, ...]) -> Any:
    """What is there at the end of a way."""
    for key in way:
        value = value[key]
    return value


def test_no_part_can_be_taken_from_another_bundle_or_left_out(root: Path) -> None:
    """Both of the same identity and both properly logged, so each part is a good one."""
    trusted = sigstore_trust.trusted_root(root)
    ours = world.bundle(world.made(RESULT))
    other = world.bundle(
        world.made(SUMMARY, asked=Asked(valid=9), time=SIGNED_AT + timedelta(0, 1))
    )
    tried = 0
    for way in leaves(ours):
        forged = copy.deepcopy(ours)
        del at(forged, way[:-1])[way[-1]]
        assert refused(line(forged), trusted), way
        if at(ours, way) != at(other, way):
            forged = copy.deepcopy(ours)
            at(forged, way[:-1])[way[-1]] = at(other, way)
            assert refused(line(forged), trusted), way
            tried += 1
    assert tried >= 15


def test_no_base64_has_a_second_spelling(root: Path) -> None:
    """Blanks, lost padding, other alphabet, bits behind the end: read alike, written never."""
    trusted = sigstore_trust.trusted_root(root)
    ours = world.bundle(world.made(RESULT))
    for way in leaves(ours):
        text = at(ours, way)
        if not isinstance(text, str) or not spelled(text):
            continue
        for twin in (text + " ", " " + text, text + "====", text[:8] + "\n" + text[8:]):
            forged = copy.deepcopy(ours)
            at(forged, way[:-1])[way[-1]] = twin
            assert refused(line(forged), trusted), (way, twin[:20])


def spelled(text: str) -> bool:
    """Whether a text is base64."""
    try:
        return len(text) > 11 and base64.b64encode(base64.b64decode(text)).decode() == text
    except ValueError:
        return False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{}", "no mediaType"),
        ("[]", "no mediaType"),
        ('{"mediaType": 1}', "no mediaType"),
        ('{"mediaType": "text/plain"}', "text/plain"),
        (json.dumps(world.trusted_root() | {"tlogs": [{}]}), "tlogs"),
        (json.dumps(world.trusted_root() | {"extra": 1}), "extra"),
        (json.dumps(world.trusted_root() | {"certificateAuthorities": []}), "Fulcio"),
        (json.dumps(world.trusted_root() | {"ctlogs": []}), "CTFE"),
        (json.dumps(world.trusted_root() | {"tlogs": []}), "no transparency log"),
        (json.dumps(world.trusted_root(THEIRS)), "chain"),
    ],
    ids=[
        *("empty", "object", "list", "number", "other kind", "bad log", "unknown member"),
        *("no authority", "no CT log", "no log", "another world"),
    ],
)
def test_without_a_root_that_fits_nothing_is_accepted(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    path.write_text(text)
    with pytest.raises(Refused, match=why):
        verified(tmp_path, path, *both())


def test_a_missing_root_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No such file"):
        verified(tmp_path, tmp_path / "none", *both())


def test_the_public_instance_is_trusted_by_default_and_never_signed_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home folder is not asked: whoever may write a cache there decides nothing."""
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    cache = tmp_path / "sigstore-python" / "tuf" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
    cache.mkdir(parents=True)
    (cache / "trusted_root.json").write_text(json.dumps(world.trusted_root()))
    with pytest.raises(Refused, match="chain"):
        verified(tmp_path, None, *both())
