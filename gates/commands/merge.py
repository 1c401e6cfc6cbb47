"""Make one run of shards that several machines ran under one plan, and judge it.

Whatever is missing, came twice, or is of another commit, policy or version is named: INCONCLUSIVE.
"""

import argparse
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from gates import outputs
from gates.cli import UsageError
from gates.commands import _sharding as sharing
from gates.commands import run as run_command
from gates.commands._request import read
from gates.commands.plan import with_defaults
from gates.core.shards import checked
from gates.runner import resume, shards
from gates.runner.prepare import cache_folder
from gates.runner.scratch import scratch_folder
from gates.shell import plan_files, shard_files
from gates.shell.lifeline import end_with_parent


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore merge`."""
    add = parser.add_argument
    what = "folder that a shard was run in, or a zip, tar or tar.gz of one"
    add("shards", nargs="*", metavar="SHARD", help=what)
    add("--plan", required=True, metavar="FILE", help="the plan that the shards were run under")
    add("--needs", metavar="FILE", help="results of the jobs: what GitHub's toJSON(needs) says")
    add("--target", metavar="TARGET", help="default: where the plan found it")
    add("--base-run", metavar="FILE", help="earlier scorecard.json to compare with")
    add("--history", default="", metavar="URL", help="file or postgresql:// address, or off")
    add("--advisories", default="", metavar="PATH", help="OSV records: a folder or a zip")
    add("--output", metavar="DIR", help="default: .gatescore/runs/<id>")
    add("--format", default="", metavar="NAME,…", help="reports beside the scorecard; default: all")
    add("--json", action="store_true", help="print the scorecard on stdout")
    owner = "consent to a load on an origin that is not this machine"
    add("--i-own-this-target", action="append", default=[], metavar="ORIGIN", help=owner)


def run(args: argparse.Namespace) -> int:
    """Merge; returns the exit code of the verdict."""
    end_with_parent()
    outputs.require()
    run_command.wanted(args)
    refuse_shard_as_output(args)
    plan = sharing.loaded(args.plan)
    try:
        jobs = plan_files.read_needs(Path(args.needs)) if args.needs else {}
    except plan_files.PlanFileError as error:
        raise UsageError(str(error)) from None
    whole = with_defaults(args)
    whole.output, whole.plan, whole.fresh = args.output, None, True
    sharing.planned(whole, plan.plan)
    request = read(whole)
    if why := sharing.misfit(request, plan.plan):
        raise UsageError(f"this is not what was planned: {why}; {sharing.ANEW}")
    with unpacking() as scratch:
        found, unread = shard_files.read_all(tuple(args.shards), scratch)
        taken = checked(plan.plan, plan.digest, found, unread, jobs)
        joined = shards.joined(taken, plan.plan, request.plan)
        request = msgspec.structs.replace(
            request,
            joined=joined,
            plan=msgspec.structs.replace(request.plan, unmerged=joined.problems),
            notes=(*request.notes, *joined.problems, *joined.notes),
        )
        return run_command.begun(whole, request, resume.Kept())


def refuse_shard_as_output(args: argparse.Namespace) -> None:
    """The folder of the run is emptied first: no shard may be in it. Raises UsageError."""
    if not args.output:
        return
    output = Path(args.output).resolve()
    for shard in args.shards:
        if Path(shard).resolve().is_relative_to(output):
            raise UsageError(f"--output {args.output}: the shard {shard} is there; name another")


@contextmanager
def unpacking() -> Iterator[Path]:
    """A folder for what is unpacked, removed at the end. Raises UsageError."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder(cache_folder(os.environ) / "work"))
        except OSError as error:
            text = f"the cache folder cannot be used: {error}; name another with GATESCORE_CACHE"
            raise UsageError(text) from error
        yield folder
