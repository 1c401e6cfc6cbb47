"""Sign what a run proved: in-toto statements in DSSE envelopes, for `gatescore verify`.

Runs nothing of the target. The key belongs in the job that judges, never where target code runs;
so does the right to ask for the pipeline's identity (`--sigstore`).
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import msgspec

from gates import outputs
from gates.cli import UsageError
from gates.commands.judge import rejudged
from gates.core import attestation
from gates.core.attestation_checks import verifier_of
from gates.core.attestation_envelope import seal
from gates.core.attestation_format import Refused, Subject
from gates.core.model import Scorecard
from gates.shell import (
    attestation_files,
    signing_keys,
    sigstore_bundles,
    sigstore_signing,
    sigstore_trust,
    store,
)
from gates.shell.signing_keys import SigningKey

NAME = "attestation.intoto.jsonl"
BUNDLES = ("test-result.sigstore.json", "verification-summary.sigstore.json")
REFUSED = 3
_T = TypeVar("_T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore attest`."""
    add = parser.add_argument
    add("run", metavar="DIR", type=Path, help="folder of a run")
    key = "private key, see gatescore keygen (repeatable)"
    add("--key", metavar="FILE", type=Path, action="append", default=[], help=key)
    add("--sigstore", action="store_true", help="sign as this pipeline, without a key of your own")
    trust = "services and keys of Sigstore; default: the public instance"
    add("--trust-config", metavar="FILE", type=Path, help=trust)
    add("--policy", default="", metavar="NAME|FILE", help="default: that of the run")
    where = "where the target is now, for its sign-offs; default: where the run found it"
    add("--target", default="", metavar="TARGET", help=where)
    built = "what was built of the commit, a file or sha256:… (repeatable)"
    add("--subject", metavar="NAME=FILE", action="append", default=[], help=built)
    add("--commit", default="", metavar="SHA", help="refuse a run that judged another commit")
    add("--run-id", default="", metavar="ID", help="the pipeline's; default: the run's")
    add("--verifier-id", default="", metavar="URI", help="default: one made of who signs")
    add("--resource-uri", default="", metavar="URI", help="default: one made of the target's name")
    add("--url", default="", metavar="URL", help="where people read more of the run")
    add("--inconclusive-as-failed", action="store_true", help="attest INCONCLUSIVE as FAILED")
    add("--output", type=Path, metavar="FILE", help=f"default: DIR/{NAME}")


def run(args: argparse.Namespace) -> int:
    """Sign, or say in one line why not."""
    demand_signer(args)
    try:
        keys = [signing_keys.read_private(path) for path in args.key]
        card = trusted(args.run, args.policy, args.target)
        made = {**enveloped(card, args, keys), **bundled(card, args)}
        for path, data in made.items():
            store.write_atomic(path, data)
    except (Refused, store.StorageError) as error:
        print(f"gatescore: not attested: {error}", file=sys.stderr)
        print("next: gatescore help attest", file=sys.stderr)
        return REFUSED
    result = attestation.RESULTS[attestation.worst(card)]
    told = f"{card.target.name} {card.target.revision}: {result}"
    print(f"gatescore: attested: {told}, in {', '.join(map(str, made))}", file=sys.stderr)
    print(f"policy digest: {card.policy.digest}", file=sys.stderr)
    return 0


def demand_signer(args: argparse.Namespace) -> None:
    """Somebody has to sign. Raises UsageError."""
    if not (args.key or args.sigstore):
        raise UsageError("nobody would sign: give --key FILE, or --sigstore in a pipeline")
    if args.trust_config and not args.sigstore:
        raise UsageError("--trust-config is for --sigstore")
    if args.sigstore:
        try:
            sigstore_trust.demand_extra()
        except sigstore_trust.ExtraMissing as error:
            raise UsageError(str(error)) from None


def trusted(folder: Path, policy: str, target: str) -> Scorecard:
    """The scorecard of a run, where it is just what its evidence gives. Raises Refused."""
    stored = read(folder / "scorecard.json", Scorecard)
    again = rejudged(folder, policy, target)
    if stored.policy != again.policy:
        raise Refused(
            f"the run was judged under the policy {stored.policy.name} {stored.policy.digest}, "
            f"here {again.policy.name} is {again.policy.digest}: name the right one with --policy"
        )
    if (folder / "scorecard.json").read_bytes() != outputs.render_of("scorecard.json")(again):
        raise Refused(
            "scorecard.json is not what the stored evidence gives: it was changed, or somebody has "
            f"signed since (gatescore judge {folder} --output {folder} brings it up to date), or "
            "its target is elsewhere now (--target)"
        )
    return stored


def read(path: Path, kind: type[_T]) -> _T:
    """A file of the run. Raises Refused."""
    try:
        return store.read_json(path, kind)
    except store.StorageError as error:
        raise Refused(str(error)) from error


def enveloped(
    card: Scorecard, args: argparse.Namespace, keys: list[SigningKey]
) -> dict[Path, bytes]:
    """The file with both statements in envelopes, where there are keys. Raises Refused."""
    if not keys:
        return {}
    return {args.output or args.run / NAME: b"\n".join(envelopes(card, args, keys))}


def envelopes(
    card: Scorecard, args: argparse.Namespace, keys: list[SigningKey]
) -> tuple[bytes, bytes]:
    """The signed test result and the signed summary of it. Raises Refused."""
    wish = wished(args, verifier_of(keys[0].keyid))
    signing = {key.keyid: key.sign for key in keys}
    result, first = seal(proven(card, args, wish), signing)
    _, second = seal(encoded(attestation.summary(card, result, wish)), signing)
    return msgspec.json.encode(first), msgspec.json.encode(second)


def bundled(card: Scorecard, args: argparse.Namespace) -> dict[Path, bytes]:
    """Both statements as Sigstore bundles, beside the envelope; asks its services. Raises Refused.

    Who signs is known from the first certificate, and only the second statement names it.
    """
    if not args.sigstore:
        return {}
    result = proven(card, args, wished(args, ""))
    sign = sigstore_signing.keyless(args.trust_config)
    first = sign(result)
    wish = wished(args, sigstore_bundles.verifier_of(first.name))
    second = sign(encoded(attestation.summary(card, result, wish)))
    folder = args.output.parent if args.output else args.run
    signed = (first.bundle, second.bundle)
    return {folder / name: data for name, data in zip(BUNDLES, signed, strict=True)}


def proven(card: Scorecard, args: argparse.Namespace, wish: attestation.Wish) -> bytes:
    """The test result of a run that may be attested, as it will be signed. Raises Refused."""
    judged = read(args.run / "subject.json", attestation.Judged)
    attestation.demand_attestable(card, judged, wish, datetime.now(UTC))
    if args.commit not in ("", card.target.revision):
        raise Refused(f"the run judged {card.target.revision}, not --commit {args.commit}")
    configuration = attestation.configuration(card, judged, digests(args.run), wish)
    return encoded(attestation.test_result(card, configuration, wish))


def wished(args: argparse.Namespace, verifier: str) -> attestation.Wish:
    """What the command line adds to the run. Raises Refused."""
    return attestation.Wish(
        verifier=args.verifier_id or verifier,
        version=version("gatescore"),
        artifacts=tuple(artifact(text) for text in args.subject),
        resource=args.resource_uri,
        run=args.run_id,
        url=args.url,
        inconclusive_as_failed=args.inconclusive_as_failed,
    )


def artifact(text: str) -> Subject:
    """One --subject: its name and the digest of its file. Raises Refused, UsageError."""
    name, equals, where = text.partition("=")
    if not (name and equals and where):
        raise UsageError(f"--subject {text!r}: write NAME=FILE or NAME=sha256:…")
    algorithm, digits = attestation_files.subject(where)
    return Subject(name=name, digest={algorithm: digits})


def digests(folder: Path) -> Mapping[str, str]:
    """What the verdict was made of: plan, scorecard, and all reports together.

    The last is `sha256sum results/*/report.json | sha256sum` in the folder (LC_ALL=C).
    """
    reports = sorted(folder.glob("results/*/report.json"))
    names = [(path, path.relative_to(folder).as_posix()) for path in reports]
    listed = "".join(f"{attestation_files.digest(path)}  {name}\n" for path, name in names)
    files = {
        name: attestation_files.digest(folder / name) for name in ("plan.json", "scorecard.json")
    }
    files["evidence"] = hashlib.sha256(listed.encode()).hexdigest()
    return {name: f"sha256:{digits}" for name, digits in files.items()}


def encoded(statement: msgspec.Struct) -> bytes:
    """The bytes of a statement that are signed."""
    return msgspec.json.encode(statement, order="sorted")
