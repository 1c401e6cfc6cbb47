"""`attest --sigstore` and `verify --bundle` as a pipeline uses them, on services of our own."""

import argparse
import base64
import json
import re
import shlex
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gates import cli
from gates.commands import attest
from gates.commands.attest import BUNDLES, NAME
from gates.core.attestation_format import Refused
from tests.attestations import made, sigstore_extra
from tests.attestations import sigstore_world as world
from tests.faults.cli import FAULTS as FAULTS_ROOM
from tests.faults.cli import Completed, Place, committed, fake

pytestmark = sigstore_extra.NEEDED
if sigstore_extra.THERE:
    from tests.attestations import sigstore_services, sigstore_stamps
    from tests.attestations.sigstore_services import (
        CERTIFICATE,
        ENTRIES,
        HASHED,
        STAMP,
        TOKEN,
        Services,
    )

Here = Callable[..., tuple[int, str]]
WITHOUT = (
    "import sys; sys.modules['sigstore'] = None; from gates.cli import main;"
    "sys.exit(main(sys.argv[1:]))"
)


def lines(told: str) -> int:
    """The lines that say what happened, without the command to try next."""
    return len([line for line in told.splitlines() if not line.startswith("next: ")])


class Shop:
    """A run of a committed target."""

    def __init__(self, path: Path, gates: dict[str, Any]) -> None:
        self.place = Place(path, path / "cache")
        self.policy = self.place.policy(gates)
        tree = self.place.target()
        self.commit = committed(tree)
        self.ran = self.place.run("run", tree, "--policy", self.policy)

    def demand(self, folder: Path, trust: Path, **changed: str) -> list[str]:
        """The arguments of a deploy step."""
        given = {
            "--certificate-identity": world.IDENTITY,
            "--certificate-oidc-issuer": world.ISSUER,
            "--trust-config": str(trust),
            "--subject": f"gitCommit:{self.commit}",
            "--policy-digest": self.ran.card["policy"]["digest"],
            "--require": "L1,L2,a,b",
        } | {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
        words = [word for pair in given.items() for word in pair]
        return ["--bundle", *(str(folder / name) for name in BUNDLES), *words]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"), {"a": fake(), "b": fake(level=2)})


@pytest.fixture
def services() -> Iterator["Services"]:
    with sigstore_services.served() as running:
        yield running


@pytest.fixture
def folder(shop: Shop, tmp_path: Path) -> Path:
    """The run's folder, to be written to."""
    return Path(shutil.copytree(shop.place.output, tmp_path / "run"))


@pytest.fixture
def trust(tmp_path: Path, services: "Services") -> Path:
    """Where the services are, and whom to trust."""
    path = tmp_path / "trust.json"
    path.write_text(json.dumps(world.trust_config(services.url)))
    return path


@pytest.fixture
def here(
    services: "Services",
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Here:
    """The program in this process, in a pipeline with an identity: exit code and what it told."""
    monkeypatch.syspath_prepend(str(FAULTS_ROOM / "plugin"))
    for name, value in services.environ().items():
        monkeypatch.setenv(name, value)

    def called(*words: str | Path) -> tuple[int, str]:
        capfd.readouterr()
        code = cli.main([str(word) for word in words])
        return code, capfd.readouterr().err

    return called


@pytest.fixture
def signs(shop: Shop, folder: Path, trust: Path, here: Here) -> Here:
    """`attest` of the run."""

    def attest(*more: str | Path) -> tuple[int, str]:
        given = ("--sigstore", "--trust-config", trust, "--policy", shop.policy)
        return here("attest", folder, *given, *more)

    return attest


def bundles(folder: Path) -> list[Any]:
    """The bundles beside a run."""
    return [json.loads((folder / name).read_bytes()) for name in BUNDLES]


def process(shop: Shop, *words: str | Path, **more: Any) -> Completed:
    """The program in a process of its own."""
    return shop.place.run(*words, **more)


def test_what_a_pipeline_signs_is_verified_when_all_services_are_gone(
    shop: Shop, folder: Path, tmp_path: Path
) -> None:
    trust = tmp_path / "trust.json"
    with sigstore_services.served() as services:
        trust.write_text(json.dumps(world.trust_config(services.url)))
        given = ("--sigstore", "--trust-config", trust, "--policy", shop.policy)
        done = process(shop, "attest", folder, *given, env=services.environ())
    assert done.code == 0, done.stderr
    assert all(str(folder / name) in done.stderr for name in BUNDLES)
    assert "policy digest: sha256:" in done.stderr
    assert services.asked == [TOKEN, CERTIFICATE, ENTRIES, ENTRIES]
    assert not (folder / NAME).exists()
    verified = process(shop, "verify", *shop.demand(folder, trust))
    assert (verified.code, lines(verified.stderr)) == (0, 1)
    assert "L1, L2, a, b passed" in verified.stderr
    assert process(shop, "verify", *shop.demand(folder, trust, require="L3")).code == 3


def test_the_second_generation_of_services_signs_as_well(
    shop: Shop, folder: Path, services: "Services", here: Here, tmp_path: Path
) -> None:
    """A log that tells no time, and an authority for time."""
    trust = tmp_path / "second.json"
    trust.write_text(json.dumps(sigstore_stamps.trust_config(services.url)))
    given = ("--sigstore", "--trust-config", trust, "--policy", shop.policy)
    code, told = here("attest", folder, *given)
    assert code == 0, told
    assert services.asked == [TOKEN, CERTIFICATE, *(2 * [STAMP, HASHED])]
    code, told = here("verify", *shop.demand(folder, trust))
    assert code == 0, told


def test_without_a_time_nothing_is_signed(
    shop: Shop, folder: Path, services: "Services", here: Here, tmp_path: Path
) -> None:
    """The library goes on without a time stamp; the bundle would prove nothing."""
    trust = tmp_path / "second.json"
    trust.write_text(json.dumps(sigstore_stamps.trust_config(services.url)))
    services.instead[STAMP] = lambda _: (500, {})
    given = ("--sigstore", "--trust-config", trust, "--policy", shop.policy)
    code, told = here("attest", folder, *given)
    assert (code, lines(told)) == (3, 1), told
    assert not any((folder / name).exists() for name in BUNDLES)


def test_the_statement_is_that_of_the_envelope_and_names_who_signed(
    shop: Shop, folder: Path, signs: Here, here: Here, tmp_path: Path
) -> None:
    key = tmp_path / "gates.key"
    assert here("keygen", key)[0] == 0
    assert signs("--key", key)[0] == 0
    statements = [
        json.loads(base64.b64decode(one["dsseEnvelope"]["payload"])) for one in bundles(folder)
    ]
    enveloped = [
        json.loads(base64.b64decode(json.loads(line)["payload"]))
        for line in (folder / NAME).read_bytes().split(b"\n")
    ]
    assert statements[0] == enveloped[0]
    predicate = statements[1]["predicate"]
    assert predicate.pop("verifier")["id"] == world.IDENTITY
    assert enveloped[1]["predicate"].pop("verifier")["id"].startswith("urn:gatescore:key:")
    for one in (predicate, enveloped[1]["predicate"]):
        one["inputAttestations"][0].pop("digest")  # blanks behind a payload in an envelope
    assert statements[1] == enveloped[1]


DEMANDS: dict[str, tuple[dict[str, str], str]] = {
    "other identity": ({"certificate_identity": world.IDENTITY + "x"}, "SANs do not match"),
    "other issuer": ({"certificate_oidc_issuer": "https://evil.example"}, "OIDCIssuer"),
    "other commit": ({"subject": f"gitCommit:{'0' * 40}"}, "not about"),
    "other policy": ({"policy_digest": f"sha256:{'0' * 64}"}, "judged under"),
    "a gate that is missing": ({"require": "a,load"}, "load is not among"),
    "too old": ({"max_age": "1ms"}, "--max-age"),
    "other run": ({"run_id": "another"}, "of the run"),
    "other verifier": ({"verifier_id": "urn:x"}, "verifier"),
    "other resource": ({"resource_uri": "urn:x"}, "resourceUri"),
    "no trust": ({"trust_config": "/dev/null"}, "not JSON"),
}


@pytest.mark.parametrize(("changed", "why"), DEMANDS.values(), ids=DEMANDS)
def test_what_is_not_proved_is_refused_in_one_line(
    changed: dict[str, str],
    why: str,
    shop: Shop,
    folder: Path,
    trust: Path,
    signs: Here,
    here: Here,
) -> None:
    assert signs("--run-id", "7")[0] == 0
    assert here("verify", *shop.demand(folder, trust, run_id="7"))[0] == 0
    code, told = here("verify", *shop.demand(folder, trust, **changed))
    assert (code, lines(told)) == (3, 1)
    assert told.startswith("gatescore: refused: ") and why in told


USAGE: dict[str, tuple[tuple[str, ...], str]] = {
    "nothing": ((), "--envelope, --key (or --bundle"),
    "no key": (("--envelope", "x"), "required: --key"),
    "no envelope": (("--key", "x"), "required: --envelope"),
    "no bundle": (("--certificate-identity", "x"), "--bundle, --certificate-oidc-issuer"),
    "no identity": (("--bundle", "x", "--certificate-oidc-issuer", "x"), "--certificate-identity"),
    "no issuer": (("--bundle", "x", "--certificate-identity", "x"), "--certificate-oidc-issuer"),
    "empty issuer": (
        ("--bundle", "x", "--certificate-identity", "x", "--certificate-oidc-issuer", ""),
        "required: --certificate-oidc-issuer",
    ),
    "trust alone": (("--trust-config", "x"), "--bundle"),
    "both": (("--envelope", "x", "--key", "y", "--bundle", "x"), "not of both"),
    "a key for a bundle": (
        (
            *("--bundle", "x", "--certificate-identity", "x", "--certificate-oidc-issuer", "x"),
            *("--key", "y"),
        ),
        "not of both",
    ),
    "threshold": (
        (
            *("--bundle", "x", "--certificate-identity", "x", "--certificate-oidc-issuer", "x"),
            *("--threshold", "2"),
        ),
        "--threshold counts keys",
    ),
}


@pytest.mark.parametrize(("words", "why"), USAGE.values(), ids=USAGE)
def test_half_a_demand_is_wrong_usage(words: tuple[str, ...], why: str, here: Here) -> None:
    whole = ("--subject", "x", "--policy-digest", "x", "--require", "x")
    code, told = here("verify", *whole, *words)
    assert (code, why in told) == (2, True), told


def test_the_workflow_of_the_page_is_one_that_the_program_accepts() -> None:
    page = (Path(__file__).parents[2] / "docs" / "attestation.md").read_text()
    (shown,) = re.findall(r"- run: gatescore attest (.*--sigstore.*)$", page, re.MULTILINE)
    parser = argparse.ArgumentParser()
    attest.add_arguments(parser)
    assert parser.parse_args(shlex.split(shown)).sigstore
    assert all(name in page for name in BUNDLES)


def test_somebody_has_to_sign(folder: Path, trust: Path, here: Here) -> None:
    assert here("attest", folder)[0] == 2
    code, told = here("attest", folder, "--key", "x", "--trust-config", trust)
    assert (code, "--trust-config is for --sigstore" in told) == (2, True)


def test_a_run_that_proves_nothing_asks_no_service(
    signs: Here, folder: Path, services: "Services"
) -> None:
    code, told = signs("--commit", "0" * 40)
    assert (code, "not --commit" in told) == (3, True)
    (folder / "scorecard.json").write_text("{}")
    assert signs()[0] == 3
    assert services.asked == []


def other_certificate(services: "Services") -> None:
    """The authority is one that nobody trusts."""
    services.of = world.world(2)


def other_entry(services: "Services") -> None:
    """The log tells of another entry than the one it was given."""
    body = world.made(made.payloads()[0]).entry.body
    services.instead[ENTRIES] = lambda _: (201, services.included(body))


def replies(path: str, code: int, value: Any) -> Callable[["Services"], None]:
    """One service answers so."""

    def fault(services: "Services") -> None:
        services.instead[path] = lambda _: (code, value)

    return fault


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "no token for this job": (replies("/token", 403, {}), "IdentityError"),
    "a token that is none": (replies("/token", 200, {"value": "x.y.z"}), "Malformed token"),
    "no certificate": (replies("/api/v2/signingCert", 500, {}), "500 Server Error"),
    "half a certificate": (replies("/api/v2/signingCert", 200, {}), "missing certificate chain"),
    "certificate of nobody we trust": (other_certificate, "SCT"),
    "the log is closed": (replies("/api/v1/log/entries", 503, {}), "HTTP 503"),
    "the log tells nonsense": (replies("/api/v1/log/entries", 201, {"x": {}}), "KeyError"),
    "the log tells of another entry": (other_entry, "does not match bundle"),
}


@pytest.mark.parametrize(("fault", "why"), FAULTS.values(), ids=FAULTS)
def test_whatever_a_service_does_wrong_nothing_is_written(
    fault: Callable[["Services"], None],
    why: str,
    services: "Services",
    signs: Here,
    folder: Path,
) -> None:
    fault(services)
    code, told = signs()
    assert (code, lines(told)) == (3, 1), told
    assert told.startswith("gatescore: not attested: ") and why in told
    assert not any((folder / name).exists() for name in BUNDLES)


@pytest.mark.parametrize(
    "text",
    ["", "{}", json.dumps(world.trusted_root()), "[\x1b]"],
    ids=["empty", "{}", "root", "ESC"],
)
def test_a_trust_config_that_is_none_is_told_in_one_line(
    text: str, shop: Shop, folder: Path, here: Here, tmp_path: Path
) -> None:
    path = tmp_path / "none.json"
    path.write_text(text)
    code, told = here(
        "attest", folder, "--sigstore", "--trust-config", path, "--policy", shop.policy
    )
    assert (code, lines(told), str(path) in told) == (3, 1, True), told
    assert all(line.isprintable() for line in told.splitlines())


def test_a_service_that_is_away_is_told(
    shop: Shop, folder: Path, here: Here, tmp_path: Path
) -> None:
    away = tmp_path / "away.json"
    with sigstore_services.served() as gone:
        away.write_text(json.dumps(world.trust_config(gone.url)))
    words = ("--sigstore", "--trust-config", away, "--policy", shop.policy)
    code, told = here("attest", folder, *words)
    assert (code, lines(told), "ConnectionError" in told) == (3, 1, True)


def test_a_service_that_never_answers_is_not_waited_for(
    services: "Services", trust: Path, here: Here
) -> None:
    from gates.shell import sigstore_signing

    answered = threading.Event()
    services.instead[CERTIFICATE] = lambda _: (answered.wait(60), {})
    try:
        with pytest.raises(Refused, match="no answer within 0.5 s"):
            sigstore_signing.keyless(trust, seconds=0.5)
    finally:
        answered.set()


def test_without_an_identity_nothing_is_signed(
    shop: Shop, folder: Path, trust: Path, services: "Services"
) -> None:
    words = ("attest", folder, "--sigstore", "--trust-config", trust, "--policy", shop.policy)
    asked_for = {**services.environ(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}
    done = process(shop, *words, env=asked_for)
    assert (done.code, "id-token" in done.stderr) == (3, True), done.stderr
    assert services.asked == []


@pytest.mark.parametrize("command", ["attest", "verify"])
def test_without_the_extra_it_says_how_to_install_it(
    command: str, shop: Shop, folder: Path
) -> None:
    words = {
        "attest": ["attest", str(folder), "--sigstore"],
        "verify": ["verify", *shop.demand(folder, folder)],
    }[command]
    done = process(shop, command, before=[sys.executable, "-c", WITHOUT, *words])
    assert (done.code, lines(done.stderr)) == (2, 1)
    assert "pip install 'gatescore[sigstore]'" in done.stderr


def test_with_keys_the_extra_is_not_needed(shop: Shop, folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "gates.key"
    assert process(shop, "keygen", key).code == 0
    words = ["attest", str(folder), "--key", str(key), "--policy", str(shop.policy)]
    assert process(shop, "attest", before=[sys.executable, "-c", WITHOUT, *words]).code == 0
