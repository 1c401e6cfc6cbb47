"""The rules of a run: policy, skips, waivers and baseline, and which revision they come from.

In CI the change under test does not judge itself: its rules are those of the base revision. What
it changes of them is shown.
"""

import datetime
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.excuses import Baseline, Excuses, WaiverFile
from gates.core.plan import absent_names, present
from gates.core.policy import Policy
from gates.core.validity import SKEW
from gates.shell import commits, config, git, rules_files, workspace
from gates.shell.problems import ConfigError
from gates.shell.toml_read import read_document


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What judges a run. `notices` say what changed of it since the base revision."""

    policy: config.LoadedPolicy
    target: config.LoadedTarget
    waivers: WaiverFile = WaiverFile()
    baseline: Baseline | None = None
    notices: tuple[str, ...] = ()

    def chosen(self, *, governs: bool, base: str) -> "Rules":
        """Those of the base revision where that governs, else these. Raises as `governed`."""
        if not governs:
            return self
        if base:
            return governed(self, base)
        text = "there is no base revision: the rules are those of the working tree"
        return msgspec.structs.replace(self, notices=(text,))

    def excuses(self, now: datetime.datetime) -> Excuses:
        """Everything that may excuse findings now.

        It is no earlier than the last commit: a clock that was set back brings no waiver back.
        """
        made = commits.newest(self.target.root)
        return Excuses(
            today=max(now, made or now).astimezone(datetime.UTC).date(),
            waivers=self.waivers.waiver,
            quarantines=self.waivers.quarantine,
            budget=self.policy.policy.waiver_budget,
            baseline=self.baseline,
        )


def clock_notices(root: Path, now: datetime.datetime) -> tuple[str, ...]:
    """A notice where the clock is behind the last commit: what ages is not judged by it then."""
    made = commits.newest(root)
    if made is None or made <= now + SKEW:
        return ()
    clock, commit = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (now, made))
    told = f"the clock says {clock}, the last commit was made {commit}"
    return (f"{told}: waivers end by the later of the two; set the clock",)


def base_of(root: Path, named: str, environ: Mapping[str, str]) -> str:
    """The commit to compare with, "" where there is none. Raises GitError for an unknown one."""
    if named and not git.is_work_tree(root):
        raise git.GitError(f"{root} is not in a git repository: --base cannot be looked up")
    if named:
        return git.revision(root, named)
    return workspace.default_base(root, environ) or ""


def present_rules(target_file: Path, policy: str) -> Rules:
    """The rules as they stand in the working tree. Raises ConfigError."""
    loaded = config.read_policy(policy, tools=catalog.names())
    target = config.read_target(target_file, absent_names(loaded.policy))
    return Rules(
        policy=loaded,
        target=target,
        waivers=rules_files.read_waivers(target.root / rules_files.WAIVERS, loaded.policy),
        baseline=rules_files.read_baseline(target.root / rules_files.BASELINE),
    )


def governed(now: Rules, base: str) -> Rules:
    """The rules of the base revision, with a notice for each that has changed since.

    A policy or target file that is new is taken as it stands; waivers and a baseline that are new
    do not count yet. Raises ConfigError, naming the revision, and GitError.
    """
    root = now.target.root
    with tempfile.TemporaryDirectory(prefix="gatescore-rules-") as scratch:
        files = {
            "policy": now.policy.file,
            "target": now.target.file,
            "waivers": root / rules_files.WAIVERS,
            "baseline": root / rules_files.BASELINE,
        }
        copies = {key: copied(root, base, file, Path(scratch)) for key, file in files.items()}
        names = {str(copies[key]): str(file) for key, file in files.items() if copies[key]}
        try:
            return of_base(now, base, copies)
        except ConfigError as error:
            raise rules_files.moved(error, f"at the base revision {base[:12]}", names) from error


def copied(root: Path, base: str, file: Path, scratch: Path) -> Path | None:
    """A file of the repository as it was at the base, None where it was not there."""
    top = git.top(root)
    if not file.resolve().is_relative_to(top):  # a bundled policy, or one of another repository
        return None
    data = git.file_at(root, base, file.resolve())
    if data is None:
        return None
    copy = scratch / file.resolve().relative_to(top)
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(data)
    return copy


def of_base(now: Rules, base: str, copies: Mapping[str, Path | None]) -> Rules:
    """Each rule as it was, where it was there."""
    policy, target = now.policy, now.target
    if (file := copies["policy"]) is not None:
        policy = config.read_policy(str(file), tools=catalog.names())
        policy = msgspec.structs.replace(policy, file=now.policy.file)
    if (file := copies["target"]) is not None:
        target = with_skips_of(target, skips_at(file, policy.policy))
        target = with_regimes_of(target, regimes_at(file))
    file = copies["waivers"]
    waivers = rules_files.read_waivers(file, policy.policy) if file else WaiverFile()
    file = copies["baseline"]
    baseline = rules_files.read_baseline(file) if file else None
    changes = {
        f"the policy {now.policy.file.name}": policy.digest != now.policy.digest,
        "[absent] of the target file": target.target.absent != now.target.target.absent,
        "[compliance] of the target file": target.target.compliance != now.target.target.compliance,
        rules_files.WAIVERS: waivers != now.waivers,
        rules_files.BASELINE: baseline != now.baseline,
    }
    return Rules(
        policy=policy,
        target=target,
        waivers=waivers,
        baseline=baseline,
        notices=tuple(changed(what, base[:12]) for what, is_so in changes.items() if is_so),
    )


def with_skips_of(now: config.LoadedTarget, absent: Mapping[str, str]) -> config.LoadedTarget:
    """The target with other skips; a part that is there now is judged, not skipped."""
    kept = {name: why for name, why in absent.items() if name not in present(now.target)}
    target = msgspec.structs.replace(now.target, absent=kept)
    return msgspec.structs.replace(now, target=target)


def skips_at(file: Path, policy: Policy) -> dict[str, str]:
    """The table [absent] of a target file of which nothing else is used."""
    document = read_document(file, "")
    known = absent_names(policy)
    absent = document.data.get("absent", {})
    names = absent if isinstance(absent, dict) else {}
    return {str(name): str(why) for name, why in names.items() if name in known}


def with_regimes_of(now: config.LoadedTarget, regimes: Iterable[str]) -> config.LoadedTarget:
    """The target with the regimes of another time too: none is dropped by the change under test."""
    compliance = now.target.compliance
    every = tuple(dict.fromkeys((*compliance.regimes, *regimes)))
    both = msgspec.structs.replace(compliance, regimes=every)
    target = msgspec.structs.replace(now.target, compliance=both)
    return msgspec.structs.replace(now, target=target)


def regimes_at(file: Path) -> tuple[str, ...]:
    """The regimes of a target file of which little else is used."""
    compliance = read_document(file, "").data.get("compliance")
    named = compliance.get("regimes") if isinstance(compliance, dict) else None
    return tuple(map(str, named)) if isinstance(named, list) else ()


def changed(what: str, short: str) -> str:
    """The notice of one rule that the change under test touches."""
    return f"{what} differs from the base revision {short}: that of the base revision judges"
