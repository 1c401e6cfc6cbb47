"""Verify, offline, that what is about to be deployed was judged and passed; no network, no run.

Exit 0: every demand is proved. Anything else is a refusal, exit 3, with one line that says why.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from gates.cli import UsageError
from gates.core.attestation_format import Refused

if TYPE_CHECKING:
    from gates.core.attestation_checks import Signed

PASSED, REFUSED = 0, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore verify`."""
    add = parser.add_argument
    several(parser, "--subject", "DIGEST|FILE", "sha256:…, gitCommit:…, or what will be deployed")
    add("--policy-digest", required=True, metavar="sha256:…", help="the policy that you reviewed")
    add("--require", required=True, metavar="L1,L2,…", help="levels and gates that have to pass")
    keyed = parser.add_argument_group("signed with a key")
    several(keyed, "--envelope", "FILE", "attestation.intoto.jsonl of the run", required=False)
    several(keyed, "--key", "PUB", "public keys that are trusted", required=False)
    keyed.add_argument(
        "--threshold", type=int, default=1, metavar="N", help="different keys that have to sign"
    )
    keyless = parser.add_argument_group("signed with Sigstore")
    several(keyless, "--bundle", "FILE", "*.sigstore.json of the run", required=False)
    keyless.add_argument(
        "--certificate-identity", default="", metavar="NAME", help="who has to have signed"
    )
    keyless.add_argument(
        "--certificate-oidc-issuer", default="", metavar="URL", help="who vouched for them"
    )
    keyless.add_argument(
        "--trust-config", type=Path, metavar="FILE", help="default: what the library came with"
    )
    add("--max-age", default="26h", metavar="TIME", help="since the run began; default: 26h")
    add("--allow-warnings", action="store_true", help="accept what passed with warnings")
    add("--run-id", default="", metavar="ID", help="only this run")
    add("--verifier-id", default="", metavar="URI", help="default: the one of who signed")
    add("--resource-uri", default="", metavar="URI", help="only this resource")


def several(
    parser: argparse._ActionsContainer, name: str, metavar: str, told: str, *, required: bool = True
) -> None:
    """An option with one value or more, which may be given again."""
    parser.add_argument(
        name, metavar=metavar, nargs="+", action="extend", default=[], required=required, help=told
    )


def run(args: argparse.Namespace) -> int:
    """Verify; whatever goes wrong is a refusal."""
    demand_one_way(args)
    try:
        told = verified(args, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001  the deploy step must never read a crash as consent
        why = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        print(f"gatescore: refused: {one_line(why)}", file=sys.stderr)
        return REFUSED
    print(f"gatescore: accepted: {one_line(told)}", file=sys.stderr)
    return PASSED


def demand_one_way(args: argparse.Namespace) -> None:
    """Either envelopes and keys, or bundles and who signed them, and whole. Raises UsageError."""
    keyed = {"--envelope": args.envelope, "--key": args.key}
    keyless = {
        "--bundle": args.bundle,
        "--certificate-identity": args.certificate_identity,
        "--certificate-oidc-issuer": args.certificate_oidc_issuer,
    }
    if any(keyed.values()) and (any(keyless.values()) or args.trust_config):
        raise UsageError(f"give {' and '.join(keyed)}, or {', '.join(keyless)}: not of both")
    wanted = keyless if any(keyless.values()) or args.trust_config else keyed
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        other = f" (or {', '.join(keyless)})" if wanted is keyed else ""
        raise UsageError(f"the following arguments are required: {', '.join(missing)}{other}")
    if wanted is keyless:
        demand_sigstore(args)


def demand_sigstore(args: argparse.Namespace) -> None:
    """What bundles need. Raises UsageError."""
    from gates.shell import sigstore_trust

    if args.threshold != 1:
        raise UsageError("--threshold counts keys: a bundle is signed by one identity")
    try:
        sigstore_trust.demand_extra()
    except sigstore_trust.ExtraMissing as error:
        raise UsageError(str(error)) from None


def verified(args: argparse.Namespace, now: datetime) -> str:
    """What was proved, in a line. Raises Refused, and anything else."""
    from gates.core.attestation_checks import Demand, accepted
    from gates.shell import attestation_files

    demand = Demand(
        subjects=tuple(attestation_files.subject(text) for text in args.subject),
        policy=policy_digest(args.policy_digest),
        required=tuple(name for name in map(str.strip, args.require.split(",")) if name),
        max_age=max_age(args.max_age),
        verifier=args.verifier_id or verifier_of_identity(args.certificate_identity),
        resource=args.resource_uri,
        run=args.run_id,
        warnings=args.allow_warnings,
    )
    found = accepted(signed(args), demand, now)
    ((algorithm, digits),) = found.subject.digest.items()
    passed = ", ".join(found.required)
    return f"{found.subject.name} {algorithm}:{digits}: {passed} passed in the run of {found.time}"


def verifier_of_identity(name: str) -> str:
    """The verifier that a certificate's identity stands for; empty where keys sign."""
    if not name:
        return ""
    from gates.shell import sigstore_bundles

    return sigstore_bundles.verifier_of(name)


def signed(args: argparse.Namespace) -> "tuple[Signed, ...]":
    """The statements that the right ones signed. Raises Refused, and anything else."""
    from gates.shell import attestation_files, signing_keys

    if args.bundle:
        from gates.shell import sigstore_bundles

        who = sigstore_bundles.Identity(
            name=args.certificate_identity, issuer=args.certificate_oidc_issuer
        )
        return sigstore_bundles.signed(map(Path, args.bundle), who, args.trust_config)
    keys = dict(signing_keys.read_public(path) for path in map(Path, args.key))
    return attestation_files.signed(map(Path, args.envelope), keys, args.threshold)


def policy_digest(text: str) -> str:
    """The hex digits of a policy digest. Raises Refused."""
    from gates.core.attestation_checks import is_digest

    algorithm, _, digits = text.partition(":")
    if algorithm != "sha256" or not is_digest(algorithm, digits):
        raise Refused(f"--policy-digest {text[:100]!r}: write sha256: and 64 hex digits")
    return digits


def max_age(text: str) -> timedelta:
    """The span of --max-age. Raises Refused."""
    from gates.core import validity

    try:
        return validity.span(text)
    except ValueError as error:
        raise Refused(f"--max-age {error}") from None


def one_line(text: str) -> str:
    """A text that moves no cursor and adds no line, whoever wrote parts of it."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)[:2000]
