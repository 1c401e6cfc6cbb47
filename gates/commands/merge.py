"""Make one run of shards that several machines ran under one plan, and judge it.

Whatever is missing, came twice, or is of another commit, policy or version is named: INCONCLUSIVE.
"""

import argparse
import tempfile
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
    with tempfile.TemporaryDirectory(prefix="gatescore-shards-") as scratch:
        found, unread = shard_files.read_all(tuple(args.shards), Path(scratch))
        taken = checked(plan.plan, plan.digest, found, unread, jobs)
        joined = shards.joined(taken, plan.plan, request.plan)
        for text in (*joined.problems, *joined.notes):
            run_command.say(f"gatescore: {text}")
        request = msgspec.structs.replace(
            request,
            joined=joined,
            plan=msgspec.structs.replace(request.plan, unmerged=joined.problems),
            notes=(*request.notes, *joined.problems, *joined.notes),
        )
        return run_command.begun(whole, request, resume.Kept())
