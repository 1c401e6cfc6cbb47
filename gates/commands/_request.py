"""The command line of a run, read and checked against what it names."""

import argparse
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates import catalog, outputs
from gates.cli import SafetyError, UsageError
from gates.core.past import Asked, Past, relative
from gates.core.plan import Plan, PlanError, plan
from gates.core.policy import Policy, Profile
from gates.core.target import Target
from gates.runner import governance
from gates.runner.hosts import HostsError, with_hosts
from gates.runner.shards import Assigned, Joined
from gates.shell import branches, bundled, config
from gates.shell.git import GitError


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """The command line, read and checked."""

    rules: governance.Rules
    plan: Plan
    profile: Profile
    base: str
    now: datetime
    notes: tuple[str, ...] = ()
    assigned: Assigned | None = None  # where this run is a shard of another
    joined: Joined | None = None  # where it is made of shards


def read(args: argparse.Namespace) -> Request:
    """Read everything the command line names. Raises UsageError."""
    refuse_contradictions(args)
    path, notes = chosen_target(args.target)
    now = datetime.now(UTC)
    try:
        profile = config.read_profile(args.profile)  # ours: it may name gates this policy lacks
        rules = governance.present_rules(path, args.policy)
        base = governance.base_of(rules.target.root, args.base, os.environ)
        rules = rules.chosen(governs=profile.governed, base=base)
        past, unread = outputs.book(args.history).past(asked(rules, profile, base))
        planned = planned_under(rules, profile, args, now, past)
        planned = with_hosts(planned, rules.target.target, args, os.environ)
        consented(rules.target.target, planned, args)
    except PlanError as error:
        raise UsageError("\n".join(f"{path}: {text}" for text in error.problems)) from error
    except (config.ConfigError, outputs.OutputsError, GitError, HostsError) as error:
        raise UsageError(str(error)) from error
    notes = (*notes, *(text for text in (unread, compared(planned)) if text))
    return Request(rules=rules, plan=planned, profile=profile, base=base, now=now, notes=notes)


def asked(rules: governance.Rules, profile: Profile, base: str) -> Asked:
    """Which earlier runs count for this one."""
    root = rules.target.root
    return Asked(
        target=rules.target.target.name,
        revisions=branches.commits(root),
        branch=branches.branch(root, os.environ),
        profile=profile.name,
        base=base,
        base_branch=branches.base_branch(root, os.environ),
    )


def compared(planned: Plan) -> str:
    """A note on the run that values are compared with, where nobody named one."""
    past = planned.past
    return past.base_told if any(planned.base.get(id) == past.base[id] for id in past.base) else ""


def consented(target: Target, planned: Plan, args: argparse.Namespace) -> None:
    """Refuse a load that nobody consented to. Raises SafetyError."""
    if target.service is None:
        return
    from gates.runner.consent import ConsentError, check_consent  # network: takes long to import

    try:
        check_consent(target, planned, tuple(args.i_own_this_target))
    except ConsentError as error:
        raise SafetyError(str(error)) from error


def planned_under(
    rules: governance.Rules,
    profile: Profile,
    args: argparse.Namespace,
    now: datetime,
    past: Past,
) -> Plan:
    """The plan of a run under these rules. Raises PlanError."""
    policy = rules.policy.policy
    chosen = args.gate or policy.gates
    tools = {tool for id in chosen if id in policy.gates for tool in policy.gates[id].tools}
    planned = plan(
        rules.target.target,
        policy,
        profile,
        level=args.level,
        gates=tuple(args.gate),
        offers=catalog.offers(tools, policy.tools),
        past=past,
    )
    baseline = rules.baseline.values if rules.baseline else {}
    return msgspec.structs.replace(
        planned,
        maps=rules.policy.maps,
        base=compared_with(policy, baseline, past, args.base_run),
        excuses=rules.excuses(now),
        notices=(
            *rules.notices,
            *unmet_wishes(planned, rules),
            *governance.clock_notices(rules.target.root, now),
        ),
    )


def compared_with(
    policy: Policy, baseline: Mapping[str, float], past: Past, base_run: str | None
) -> dict[str, float]:
    """The values to compare with: of the named run, else of the baseline, else of the history.

    Of the history only those that a criterion demands: others are no part of the evidence.
    """
    named = outputs.read_base_run(base_run)
    wanted = relative(policy) if not base_run else frozenset()
    known = {id: value for id, value in past.base.items() if id in wanted}
    return {**known, **baseline, **named}


def unmet_wishes(planned: Plan, rules: governance.Rules) -> tuple[str, ...]:
    """A notice where only new findings are to count, and nobody knows the old ones."""
    gates = [gate.id for gate in planned.gates if gate.policy.new_findings_only]
    if rules.baseline is not None or not gates:
        return ()
    named = ", ".join(gates)
    return (f"no baseline: every finding counts in {named}; make one with gatescore baseline",)


def refuse_contradictions(args: argparse.Namespace) -> None:
    """Options that would do nothing are refused: who gives one expects something of it."""
    if args.resume and not args.output:
        raise UsageError("--resume needs --output DIR: the folder of the run to take up")
    if args.gate and args.level:
        raise UsageError("--gate and --level exclude each other: the chosen gates decide")
    if args.advisories and not Path(args.advisories).exists():
        raise UsageError(f"--advisories {args.advisories}: no such file or folder")


def chosen_target(named: str | None) -> tuple[Path, tuple[str, ...]]:
    """The target file's place, and a note where nobody named one."""
    if named is not None:
        return Path(named), ()
    if Path("gatescore.toml").exists():
        return Path("gatescore.toml"), ()
    return bundled.example_folder(), (
        "no TARGET and no gatescore.toml here: judging the bundled example, examples/bookstore",
    )
