"""Verify, offline, that what is about to be deployed was judged and passed; no network, no run.

Exit 0: every demand is proved. Anything else is a refusal, exit 3, with one line that says why.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gates.core.attestation_format import Refused

PASSED, REFUSED = 0, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore verify`."""
    add = parser.add_argument
    several(parser, "--envelope", "FILE", "attestation.intoto.jsonl of the run")
    several(parser, "--key", "PUB", "public keys that are trusted")
    several(parser, "--subject", "DIGEST|FILE", "sha256:…, gitCommit:…, or what will be deployed")
    add("--policy-digest", required=True, metavar="sha256:…", help="the policy that you reviewed")
    add("--require", required=True, metavar="L1,L2,…", help="levels and gates that have to pass")
    add("--max-age", default="26h", metavar="TIME", help="since the run began; default: 26h")
    add("--threshold", type=int, default=1, metavar="N", help="different keys that have to sign")
    add("--allow-warnings", action="store_true", help="accept what passed with warnings")
    add("--run-id", default="", metavar="ID", help="only this run")
    add("--verifier-id", default="", metavar="URI", help="default: the one of the key")
    add("--resource-uri", default="", metavar="URI", help="only this resource")


def several(parser: argparse.ArgumentParser, name: str, metavar: str, told: str) -> None:
    """A required option with one value or more, which may be given again."""
    parser.add_argument(name, metavar=metavar, nargs="+", action="extend", required=True, help=told)


def run(args: argparse.Namespace) -> int:
    """Verify; whatever goes wrong is a refusal."""
    try:
        told = verified(args, datetime.now(UTC))
    except Exception as error:  # noqa: BLE001  the deploy step must never read a crash as consent
        why = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
        print(f"gatescore: refused: {one_line(why)}", file=sys.stderr)
        return REFUSED
    print(f"gatescore: accepted: {one_line(told)}", file=sys.stderr)
    return PASSED


def verified(args: argparse.Namespace, now: datetime) -> str:
    """What was proved, in a line. Raises Refused, and anything else."""
    from gates.core.attestation_checks import Demand, accepted
    from gates.shell import attestation_files, signing_keys

    demand = Demand(
        subjects=tuple(attestation_files.subject(text) for text in args.subject),
        policy=policy_digest(args.policy_digest),
        required=tuple(name for name in map(str.strip, args.require.split(",")) if name),
        max_age=max_age(args.max_age),
        verifier=args.verifier_id,
        resource=args.resource_uri,
        run=args.run_id,
        warnings=args.allow_warnings,
    )
    keys = dict(signing_keys.read_public(path) for path in map(Path, args.key))
    signed = attestation_files.signed(map(Path, args.envelope), keys, args.threshold)
    found = accepted(signed, demand, now)
    ((algorithm, digits),) = found.subject.digest.items()
    passed = ", ".join(found.required)
    return f"{found.subject.name} {algorithm}:{digits}: {passed} passed in the run of {found.time}"


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
