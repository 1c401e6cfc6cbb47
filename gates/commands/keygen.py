"""Make a key that signs attestations: Ed25519 in PEM, as `openssl genpkey` makes it."""

import argparse
import sys
from pathlib import Path

from gates.cli import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore keygen`."""
    told = "the private key (mode 600); its public half becomes FILE.pub"
    parser.add_argument("file", metavar="FILE", type=Path, help=told)


def run(args: argparse.Namespace) -> int:
    """Write the two files."""
    from gates.core.attestation_format import Refused
    from gates.shell import signing_keys

    try:
        made = signing_keys.make(args.file)
    except Refused as error:
        raise UsageError(f"keygen: {error}") from error
    except OSError as error:
        raise UsageError(f"keygen: {error.filename or args.file}: {error.strerror}") from error
    print(f"{args.file}: the private key, for the job that judges alone", file=sys.stderr)
    print(f"{args.file}.pub: the public key, for whoever verifies", file=sys.stderr)
    print(f"keyid: {made.keyid}", file=sys.stderr)
    return 0
