"""The step in which signatures are verified: at the end of a run, and whenever it is judged again.

What is signed covers the results of all other gates, so it can only be read when they have ended.
"""

import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.evidence_digest import evidence_digest
from gates.core.model import Failure, GateReport, GateResult, Reason, TargetState
from gates.core.plan import Plan, PlannedGate
from gates.core.policy import Policy
from gates.core.signing import Asked
from gates.core.signoff_report import Unable
from gates.runner import governance
from gates.runner.session import Session
from gates.shell import bundled, commits, config, signatures, signed_before, signoffs, store
from gates.shell.git import GitError

FILE = "signing.json"
TOOL = "signoff"

# The report of the gate of the sign-offs, made of the results of the measured ones.
Sign = Callable[[PlannedGate, Mapping[str, GateResult]], GateReport]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run found its target and rules: `signing.json`, to verify signatures later."""

    root: str
    policy: str
    base: str = ""
    governed: bool = False
    regimes: tuple[str, ...] = ()
    undetected: dict[str, str] = {}  # gates whose control did not come back, with what was said


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides whether a signature counts, but the results and the clock."""

    root: Path  # the repository that is asked
    tree: Path  # the folder whose sign-offs are read
    target: TargetState
    policy: Policy
    digest: str
    base: str = ""
    regimes: tuple[str, ...] = ()
    folder: Path | None = None  # the run's, where controls that were not detected are noted


def is_signed(gate: PlannedGate) -> bool:
    """Whether a gate is judged on what people have signed."""
    return TOOL in gate.policy.tools


def gates(plan: Plan) -> tuple[PlannedGate, ...]:
    """The gates of a plan that are judged on what people have signed."""
    return tuple(gate for gate in plan.gates if is_signed(gate) and not gate.skipped)


def of_run(folder: Path, rules: governance.Rules, opened: Session, *, governed: bool) -> Sign:
    """The step of a run; where the target and its rules are is kept in the run's folder."""
    regimes = rules.target.target.compliance.regimes
    place = Place(
        root=str(opened.root),
        policy=named(rules.policy.file),
        base=opened.base,
        governed=governed,
        regimes=regimes,
    )
    store.write_json(folder / FILE, place)
    name = rules.target.target.name
    return of(
        Given(
            root=opened.root,
            tree=opened.tree,
            target=TargetState(name=name, revision=opened.revision, dirty=opened.dirty),
            policy=rules.policy.policy,
            digest=rules.policy.digest,
            base=opened.base,
            regimes=regimes,
            folder=folder,
        )
    )


def distrust(folder: Path, undetected: Mapping[str, str]) -> None:
    """Note gates that cannot be believed in this run, however often it is judged."""
    place = place_of(folder)
    if place is not None and undetected:
        noted = msgspec.structs.replace(place, undetected=dict(undetected))
        store.write_json(folder / FILE, noted)


def named(file: Path) -> str:
    """A policy as the command line names it: bundled ones by name, wherever we are installed."""
    bundles = bundled.config_folder() / "policy"
    return file.stem if file.parent.resolve() == bundles.resolve() else str(file)


def of(given: Given) -> Sign:
    """The step with these surroundings."""

    def sign(gate: PlannedGate, results: Mapping[str, GateResult]) -> GateReport:
        place = place_of(given.folder) if given.folder else None
        if place is not None and gate.id in place.undetected:
            text = place.undetected[gate.id]
            failure = Failure(reason=Reason.CONTROL_NOT_DETECTED, detail=text)
            return GateReport(gate=gate.id, failure=failure)
        try:
            asked = wanted(given, results, datetime.now(UTC))
        except GitError as error:
            return unable(gate, f"the commit cannot be looked up: {error}")
        except Unable as error:
            return unable(gate, f"earlier sign-offs cannot be checked: {error}")
        return GateReport(gate=gate.id, reports=(signoffs.verified(given.tree, asked),))

    return sign


def unable(gate: PlannedGate, text: str) -> GateReport:
    """The report where no signature could be looked at."""
    return GateReport(gate=gate.id, failure=Failure(reason=Reason.INCOMPLETE, detail=text))


def wanted(given: Given, results: Mapping[str, GateResult], now: datetime) -> Asked:
    """What has to be signed, by whom. Raises GitError, and Unable where a key cannot be checked."""
    commit = commits.to_sign(given.root, given.target.revision)
    policy = given.policy
    asked = Asked(
        target=given.target.name,
        commit=commit.name,
        now=now,
        policy=given.digest,
        evidence=evidence_digest(given.target, results.values(), given.regimes),
        roles=policy.roles,
        level_2_roles=policy.level_2_roles,
        people=policy.people,
        items=policy.items,
        regimes=given.regimes,
        changed=commits.changed(given.root, given.base, commit.name),
        committed=commit.made,
        dirty=given.target.dirty,
        days=policy.approval_days,
    )
    return msgspec.structs.replace(asked, authors=makers(given, commit, asked))


def makers(given: Given, commit: commits.Commit, asked: Asked) -> tuple[str, ...]:
    """Who made what is signed: since the base, or, on the default branch, since the last time."""
    base = given.base
    if not commits.is_ahead(given.root, base, commit):
        base = signed_before.last_signed(given.root, asked, signatures.check)
    return commits.makers(given.root, base, commit)


def place_of(folder: Path) -> Place | None:
    """Where a run found its target and rules; None where nobody kept it. Raises StorageError."""
    return store.read_json(folder / FILE, Place) if (folder / FILE).exists() else None


def policy_of(folder: Path, wish: str) -> config.LoadedPolicy:
    """The policy of that name, "" for that of the run; as it was at the base where that governs.

    Raises ConfigError, StorageError, GitError.
    """
    place = place_of(folder)
    now = config.read_policy(wish or (place.policy if place else "standard"), catalog.names())
    if place is None or not place.governed or not place.base or not Path(place.root).is_dir():
        return now
    with tempfile.TemporaryDirectory(prefix="gatescore-policy-") as scratch:
        copy = governance.copied(Path(place.root), place.base, now.file, Path(scratch))
        return config.read_policy(str(copy), catalog.names()) if copy else now


def of_stored(
    folder: Path, here: str, target: TargetState, policy: config.LoadedPolicy, plan: Plan
) -> Sign:
    """The step of a run that is judged again. `here` is where its target is now, or ""."""
    if not any(is_signed(gate) for gate in plan.gates):
        return lambda gate, _: unable(gate, "nothing is signed")
    place = place_of(folder)
    if place is None:
        text = f"{folder / FILE} is missing: nobody knows whose signatures to look for"
        return lambda gate, _: unable(gate, text)
    root = config.read_target(Path(here)).root if here else Path(place.root)
    if not root.is_dir():
        text = f"the target is not in {root} any more: say where it is with --target"
        return lambda gate, _: unable(gate, text)
    given = given_of(root, place, target, policy)
    return of(msgspec.structs.replace(given, folder=folder))


def given_of(root: Path, place: Place, target: TargetState, policy: config.LoadedPolicy) -> Given:
    """The surroundings of a run that is judged again."""
    return Given(
        root=root,
        tree=root,
        target=target,
        policy=policy.policy,
        digest=policy.digest,
        base=place.base,
        regimes=place.regimes,
    )
