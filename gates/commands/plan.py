"""Deal the gates of one run to several machines: writes the plan that each of them reads."""

import argparse
import os
import secrets
import sys
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands import _sharding as sharing
from gates.commands import run as run_command
from gates.commands._request import Request, read
from gates.core import sharding
from gates.core.sharding import PlanFile
from gates.runner import memory
from gates.runner.prepare import cache_folder
from gates.runner.shards import own_version, to_run
from gates.shell import plan_files, store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore plan`."""
    add = parser.add_argument
    add("target", nargs="?", metavar="TARGET", help="folder with a gatescore.toml, or such a file")
    add("--shards", type=int, required=True, metavar="N", help="on how many machines at most")
    add("--level", type=int, choices=(1, 2, 3), help="run up to this level; it decides")
    add("--gate", action="append", default=[], metavar="ID", help="only this gate (repeatable)")
    add("--policy", default="standard", metavar="NAME|FILE", help="default: standard")
    add("--profile", default="local", choices=("local", "ci", "nightly"), help="amount of work")
    add("--base", default="", metavar="REV", help="revision to compare with")
    owner = "consent to a load on an origin that is not this machine"
    add("--i-own-this-target", action="append", default=[], metavar="ORIGIN", help=owner)
    add("--output", metavar="FILE", help="write the plan there; default: print it")
    ids = "print the ids of the shards as one line of JSON, for a matrix of jobs"
    add("--matrix", action="store_true", help=ids)


def run(args: argparse.Namespace) -> int:
    """Deal and write; returns 0."""
    if args.shards < 1:
        raise UsageError(f"--shards {args.shards}: at least 1")
    request = read(with_defaults(args))
    file = planned(request, args)
    for note in request.notes:
        print(f"gatescore: {note}", file=sys.stderr)
    if args.output:
        try:
            store.write_atomic(Path(args.output).absolute(), plan_files.encoded(file))
        except store.StorageError as error:
            raise UsageError(f"--output: {error}") from error
    tell(file, args.shards)
    if args.matrix:
        print(msgspec.json.encode([share.id for share in file.shards]).decode())
    elif not args.output:
        print(plan_files.encoded(file).decode(), end="")
    return 0


def with_defaults(args: argparse.Namespace) -> argparse.Namespace:
    """The arguments of a run that says no more than these."""
    parser = argparse.ArgumentParser()
    run_command.add_arguments(parser)
    named = {name: value for name, value in vars(args).items() if name != "output"}
    return argparse.Namespace(**{**vars(parser.parse_args([])), **named})


def planned(request: Request, args: argparse.Namespace) -> PlanFile:
    """The plan file of a request."""
    gates = to_run(request.plan)
    merge = sharding.for_merge(gates)
    target = request.rules.target.target
    expected = memory.expected(cache_folder(os.environ), target.name, request.plan)
    dealt = [gate for gate in gates if gate.id not in merge]
    return PlanFile(
        nonce=secrets.token_hex(16),
        version=own_version(),
        target=sharding.Subject(
            name=target.name, revision=sharing.revision(request), path=args.target or ""
        ),
        policy=sharding.Rules(
            name=request.rules.policy.policy.name,
            digest=request.rules.policy.digest,
            wish=args.policy,
        ),
        profile=args.profile,
        level=args.level,
        gates=tuple(args.gate),
        base=request.base,
        shards=sharding.dealt(dealt, expected, args.shards),
        merge=merge,
    )


def tell(file: PlanFile, wanted: int) -> None:
    """Say on stderr who has how much."""
    for share in file.shards:
        print(f"shard {share.id}: {', '.join(share.gates)}", file=sys.stderr)
    if file.merge:
        print(f"the merge: {', '.join(file.merge)}", file=sys.stderr)
    if len(file.shards) < wanted:
        text = f"{len(file.shards)} shards, not {wanted}: there are no more gates to be dealt"
        print(f"gatescore: {text}", file=sys.stderr)
