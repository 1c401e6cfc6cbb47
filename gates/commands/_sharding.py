"""What plan, run and merge share: the plan file against the command line and what is here."""

import argparse
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands._request import Request
from gates.core.sharding import PlanFile
from gates.runner.shards import Assigned, own_version
from gates.shell import git
from gates.shell.plan_files import Loaded, PlanFileError
from gates.shell.plan_files import read as read_file

UNKNOWN = "unknown"
ANEW = "make a plan anew with gatescore plan"


def loaded(path: str) -> Loaded:
    """The plan file of a command line. Raises UsageError."""
    try:
        return read_file(Path(path))
    except PlanFileError as error:
        raise UsageError(str(error)) from None


def assigned(args: argparse.Namespace) -> Assigned | None:
    """The share that the command line names, None without one; the plan's options go into `args`.

    Raises UsageError.
    """
    if args.plan is None and args.shard is None:
        return None
    if args.plan is None or args.shard is None:
        raise UsageError("--plan FILE and --shard ID belong together: name both")
    found = loaded(args.plan)
    share = found.plan.share(args.shard)
    if share is None:
        known = ", ".join(each.id for each in found.plan.shards)
        raise UsageError(f"--shard {args.shard}: the plan {args.plan} has the shards {known}")
    refuse_other_options(args, found.plan)
    planned(args, found.plan)
    args.gate, args.level = list(share.gates), None
    return Assigned(loaded=found, share=share)


def refuse_other_options(args: argparse.Namespace, plan: PlanFile) -> None:
    """Refuse what the plan says otherwise. Raises UsageError."""
    allowed: dict[str, tuple[object, tuple[object, object]]] = {
        "--gate": (args.gate, ([], list(plan.gates))),
        "--level": (args.level, (None, plan.level)),
        "--policy": (args.policy, ("standard", plan.policy.wish)),
        "--profile": (args.profile, ("local", plan.profile)),
        "--base": (args.base, ("", plan.base)),
    }
    for option, (given, fine) in allowed.items():
        if given not in fine:
            raise UsageError(f"{option} {given}: the plan {args.plan} says {fine[1]}; {ANEW}")


def planned(args: argparse.Namespace, plan: PlanFile) -> None:
    """Put what the plan says into the arguments of a run. Raises UsageError: no target there."""
    if not args.target and plan.target.path and not Path(plan.target.path).exists():
        text = f"the plan has its target at {plan.target.path}, which is not here"
        raise UsageError(f"{text}: name it (TARGET of run, --target of merge)")
    args.target = args.target or plan.target.path or None
    args.policy, args.profile, args.base = plan.policy.wish, plan.profile, plan.base
    args.gate, args.level = list(plan.gates), plan.level


def fitting(request: Request, share: Assigned) -> Request:
    """The request of a shard of the plan. Raises UsageError: it is of something else."""
    if why := misfit(request, share.loaded.plan):
        raise UsageError(f"this is not what was planned: {why}; {ANEW}")
    return msgspec.structs.replace(request, assigned=share)


def misfit(request: Request, plan: PlanFile) -> str:
    """What is not as the plan says: target, commit, policy, version; "" if all is."""
    here = {
        "target": (request.rules.target.target.name, plan.target.name),
        "commit": (revision(request), plan.target.revision),
        "digest of the policy": (request.rules.policy.digest, plan.policy.digest),
        "version of gatescore": (own_version(), plan.version),
    }
    differing = (
        f"the {what} here is {found}, that of the plan {wanted}"
        for what, (found, wanted) in here.items()
        if found != wanted
    )
    return "; ".join(differing)


def revision(request: Request) -> str:
    """The commit of what is judged, as its snapshot will say it."""
    root = request.rules.target.root
    try:
        return git.revision(root) if git.seen_files(root) else UNKNOWN
    except git.GitError:
        return UNKNOWN
