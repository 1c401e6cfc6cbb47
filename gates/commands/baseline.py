"""Write gatescore/baseline.json: the findings that are known, so that only new ones count.

Taken from the last run, or from a run of the static gates on a revision. Review and commit it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from gates.cli import UsageError
from gates.commands import _request
from gates.commands import run as running
from gates.core.excuses import LOOKED, Baseline
from gates.core.model import GateResult, GateStatus, Known, Scorecard
from gates.core.policy import Policy
from gates.runner import governance, resume
from gates.runner.cancelling import cancelling
from gates.runner.prepare import PrepareError
from gates.shell import config, last_run, rules_files, store, workspace
from gates.shell.git import GitError

INCOMPLETE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `gatescore baseline`."""
    add = parser.add_argument
    add("target", nargs="?", metavar="TARGET", help="folder with a gatescore.toml, or such a file")
    add("--run", metavar="DIR", help="take the findings of this run; default: the last one here")
    add("--revision", default="", metavar="REV", help="run the static gates on this revision")
    add("--policy", default="standard", metavar="NAME|FILE", help="default: standard")


def run(args: argparse.Namespace) -> int:
    """Write the baseline; 3 where a gate that needs one could not be looked at."""
    if args.run and args.revision:
        raise UsageError("--run and --revision exclude each other: name one source")
    path = own_target(args.target)
    try:
        rules = governance.present_rules(path, args.policy)
        card = of_revision(args, rules) if args.revision else of_run(args, rules)
        made = baseline_of(card, rules.baseline)
        file = rules.target.root / rules_files.BASELINE
        file.parent.mkdir(exist_ok=True)
        store.write_json(file, made)
    except (config.ConfigError, last_run.NoRun, PrepareError, GitError) as error:
        raise UsageError(str(error)) from error
    except (workspace.WorkspaceError, store.StorageError, OSError) as error:
        raise UsageError(f"the baseline cannot be made: {error}") from error
    return told(made, rules, card, file)


def own_target(named: str | None) -> Path:
    """The target file's place; what is written belongs beside it. Raises UsageError."""
    if named is None and not Path(config.TARGET_FILE).exists():
        text = (
            f"there is no {config.TARGET_FILE} here: name the TARGET, or make one: gatescore init"
        )
        raise UsageError(text)
    return Path(named or ".")


def of_run(args: argparse.Namespace, rules: governance.Rules) -> Scorecard:
    """The scorecard of a run that was kept. Raises NoRun, and UsageError for a part of the gates.

    A run of chosen gates knows nothing of the others, whose findings would all be new: only who
    names it can mean it.
    """
    found = last_run.find(args.run, rules.target.target.name, Path.cwd())
    if found.card.partial and not args.run:
        judged = ", ".join(gate.id for gate in found.card.gates)
        text = f"the last run, {found.folder}, judged only {judged}"
        raise UsageError(f"{text}: run all gates first, or name a run: --run DIR")
    return found.card


def of_revision(args: argparse.Namespace, rules: governance.Rules) -> Scorecard:
    """The scorecard of the static gates on a revision, whose files are written to a folder."""
    root = rules.target.root
    commit = governance.base_of(root, args.revision, os.environ)
    with tempfile.TemporaryDirectory(prefix="gatescore-baseline-") as scratch:
        tree = workspace.snapshot_revision(root, commit, Path(scratch) / "tree")
        if tree is None:
            raise UsageError(f"--revision {args.revision}: {root} did not exist then")
        card = card_of(args, rules, tree, Path(scratch) / "run")
    state = msgspec.structs.replace(card.target, revision=commit, dirty=False)
    return msgspec.structs.replace(card, target=state)


def card_of(
    args: argparse.Namespace, rules: governance.Rules, tree: Path, output: Path
) -> Scorecard:
    """Run the gates on a copy of the target."""
    wanted = [f"--gate={gate}" for gate in static_gates(rules.policy.policy)]
    options = argparse.ArgumentParser()
    running.add_arguments(options)
    chosen = options.parse_args(
        [str(rules.target.file), f"--policy={args.policy}", f"--output={output}", *wanted]
    )
    request = _request.read(chosen)
    target = msgspec.structs.replace(request.rules.target, root=tree)
    without = msgspec.structs.replace(request.rules, target=target, baseline=None)
    request = msgspec.structs.replace(request, rules=without, base="")
    with (
        store.RunFolder.create(Path.cwd(), output, request.now) as folder,
        cancelling() as signals,
    ):
        running.in_folder(chosen, request, folder, signals, resume.Kept())
    return last_run.read(output).card


def static_gates(policy: Policy) -> list[str]:
    """Gates that count new findings only; where none does, all that look at source alone."""
    new_only = [id for id, gate in policy.gates.items() if gate.new_findings_only]
    level_1 = [
        id for id, gate in policy.gates.items() if gate.level == 1 and gate.resource == "cpu"
    ]
    return new_only or level_1


def baseline_of(card: Scorecard, before: Baseline | None) -> Baseline:
    """What was known in a run, of every gate that did look; of the others what was known before."""
    looked = [gate for gate in card.gates if gate.status in LOOKED]
    seen = {gate.id for gate in looked}
    earlier = before.gates if before else {}
    kept = {gate: found for gate, found in earlier.items() if gate not in seen}
    return Baseline(
        revision=card.target.revision,
        gates={**kept, **{gate.id: known(gate) for gate in looked if known(gate)}},
        values={
            criterion.id: criterion.value
            for gate in looked
            for criterion in gate.criteria
            if criterion.value is not None
        },
    )


def known(gate: GateResult) -> tuple[Known, ...]:
    """The findings of a gate that count, as the baseline keeps them."""
    found = [
        Known(
            fingerprint=finding.fingerprint,
            tool=finding.tool,
            rule=finding.rule,
            severity=finding.severity,
            path=finding.path,
            message=finding.message[:200],
        )
        for finding in gate.findings
        if finding.metric
    ]
    return tuple(sorted(found, key=lambda one: (one.path, one.rule, one.fingerprint)))


def told(made: Baseline, rules: governance.Rules, card: Scorecard, file: Path) -> int:
    """Say what was written, what changed, and what is missing."""
    before = names(rules.baseline.gates.values()) if rules.baseline else frozenset()
    after = names(made.gates.values())
    say(f"{file}: {len(after)} known findings at {made.revision[:12]}")
    for id, found in made.gates.items():
        say(f"  {id}: {len(found)}")
    if rules.baseline:
        say(f"  against the one before: {len(after - before)} more, {len(before - after)} gone")
    if card.target.dirty:
        say("  the tree has changes that are not committed")
    policy = rules.policy.policy
    if not any(gate.new_findings_only for gate in policy.gates.values()):
        say(f"  the policy {policy.name} counts known findings too: new_findings_only = true")
    missing = [
        gate
        for gate in card.gates
        if policy.gates[gate.id].new_findings_only
        and gate.status not in (*LOOKED, GateStatus.SKIPPED)
    ]
    for gate in missing:
        had = gate.id in made.gates
        kept = "as it was before" if had else "left out"
        say(f"  {kept}: {gate.id} is {gate.status}: {gate.detail}")
    say("review and commit it: from then on only new findings count")
    return INCOMPLETE if missing else 0


def names(gates: Iterable[tuple[Known, ...]]) -> frozenset[str]:
    """The fingerprints of all gates."""
    return frozenset(one.fingerprint for found in gates for one in found)


def say(text: str) -> None:
    """Tell people something."""
    print(text, file=sys.stderr)
