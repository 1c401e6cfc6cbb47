"""Checks the shards that came back against the plan: what is taken, what is missing, and why."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

import msgspec

from gates.core import texts
from gates.core.model import GateReport, RunInfo
from gates.core.sharding import PlanFile

SCHEMA: Final = "gatescore.shard/1"
FILE = "shard.json"
LONGEST = 2000  # bytes of a sentence
# What GitHub says of a job that did not succeed.
WORDS = {"failure": "failed", "cancelled": "was cancelled", "skipped": "was skipped"}


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a shard says of itself when it has ended: `shard.json` in its folder.

    `plan` and `policy` are digests, `files` the digest of each file below `results/` by its path in
    the folder, `run` the times of its gates.
    """

    schema: Literal["gatescore.shard/1"] = SCHEMA
    nonce: str
    shard: str
    plan: str
    version: str  # of gatescore
    revision: str
    policy: str
    dirty: bool = False
    files: dict[str, str]
    run: RunInfo = RunInfo()


class Shard(msgspec.Struct, frozen=True, kw_only=True):
    """One shard that could be read: `place` as the command line named it, reports by gate.

    `folder` is where its files are now.
    """

    place: str
    folder: str
    manifest: Manifest
    reports: dict[str, GateReport]

    @property
    def digest(self) -> str:
        """The digest of all its results."""
        return files_digest(self.manifest.files)


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """One that could not be read, and why."""

    place: str
    why: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A gate's report, and the shard that has it."""

    shard: Shard
    report: GateReport


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What the shards come to, under a plan.

    `claims` has the reports by gate, more than one where shards contradict each other; `missing`
    why a planned gate has none; `problems` all that keeps this from being one whole run, `notes`
    what is worth saying beside it.
    """

    shards: tuple[Shard, ...] = ()
    claims: dict[str, tuple[Claim, ...]] = {}
    missing: dict[str, str] = {}
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def dirty(self) -> bool:
        """Whether a shard judged a tree with uncommitted changes."""
        return any(shard.manifest.dirty for shard in self.shards)

    @property
    def started_at(self) -> str:
        """When the first of them began, "" where there is none."""
        return min((shard.manifest.run.started_at for shard in self.shards), default="")


def checked(
    plan: PlanFile,
    digest: str,
    shards: Sequence[Shard],
    unread: Sequence[Unread] = (),
    jobs: Mapping[str, str] | None = None,
) -> Checked:
    """Take what belongs to the plan. `digest` is that of the plan file.

    `jobs` are the results of the build server's jobs by name, as GitHub has them in `needs`.
    """
    jobs = jobs or {}
    strange = [(shard, strangeness(shard.manifest, plan, digest)) for shard in shards]
    taken, double, notes = told_apart([shard for shard, why in strange if not why])
    refused = [(shard, why) for shard, why in strange if why]
    lost = dict(lost_shards(plan, taken, double, jobs))
    claims = claimed(plan, taken)
    own = plan.owners
    missing = {gate: lost[own[gate]] for gate in own if own[gate] in lost}
    gaps = [gate for gate in own if gate not in missing and not owned(claims, gate, own)]
    missing |= {gate: f"shard {own[gate]} has no result of it" for gate in gaps}
    problems = (
        *lost.values(),
        *(f"{one.place} is refused: {one.why}" for one in unread),
        *(f"{shard.place} is refused: {why}{beside(shard, taken)}" for shard, why in refused),
        *(f"{gate}: {missing[gate]}" for gate in gaps),
        *strange_claims(plan, taken),
    )
    return Checked(
        shards=tuple(taken),
        claims={gate: all for gate, all in claims.items() if gate not in missing},
        missing={gate: shown(why) for gate, why in missing.items()},
        problems=tuple(map(shown, problems)),
        notes=tuple(map(shown, (*notes, *told_jobs(jobs)))),
    )


def shown(text: str) -> str:
    """A sentence with parts that others wrote, as it can be shown."""
    return texts.bounded(texts.visible(text), LONGEST)


def beside(shard: Shard, taken: Iterable[Shard]) -> str:
    """The shard of the same id that was taken, as the tail of a sentence about a refused one."""
    same = [each for each in taken if each.manifest.shard == shard.manifest.shard]
    return "".join(f"; beside it came {each.place} (results {each.digest})" for each in same)


def owned(claims: Mapping[str, Sequence[Claim]], gate: str, own: Mapping[str, str]) -> bool:
    """Whether the shard that a gate was dealt to has a result of it."""
    return any(claim.shard.manifest.shard == own[gate] for claim in claims.get(gate, ()))


def strangeness(manifest: Manifest, plan: PlanFile, digest: str) -> str:
    """Why a shard is none of the plan, "" if it is."""
    wanted = {
        "nonce": (manifest.nonce, plan.nonce),
        "version of gatescore": (manifest.version, plan.version),
        "commit": (manifest.revision, plan.target.revision),
        "digest of the policy": (manifest.policy, plan.policy.digest),
        "digest of the plan": (manifest.plan, digest),
    }
    differing = [
        f"its {what} is {found[:100]}, that of the plan {planned}"
        for what, (found, planned) in wanted.items()
        if found != planned
    ]
    if not differing and plan.share(manifest.shard) is None:
        known = ", ".join(share.id for share in plan.shards)
        differing = [f'the plan has no shard "{manifest.shard[:40]}", it has {known or "none"}']
    who = f"shard {manifest.shard[:40]} (results {files_digest(manifest.files)})"
    return f"{who}: {'; '.join(differing)}" if differing else ""


def told_apart(
    shards: Sequence[Shard],
) -> tuple[list[Shard], dict[str, tuple[Shard, ...]], tuple[str, ...]]:
    """One shard for each id; those that came with different results; a note on the same twice."""
    by_id: dict[str, list[Shard]] = {}
    for shard in shards:
        by_id.setdefault(shard.manifest.shard, []).append(shard)
    double = {id: tuple(all) for id, all in by_id.items() if len({each.digest for each in all}) > 1}
    notes = tuple(
        f"shard {id} came {len(all)} times with the same results: it is taken once"
        for id, all in by_id.items()
        if len(all) > 1 and id not in double
    )
    return [all[0] for id, all in by_id.items() if id not in double], double, notes


def lost_shards(
    plan: PlanFile,
    taken: Sequence[Shard],
    double: Mapping[str, Sequence[Shard]],
    jobs: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """The shards of the plan that are not to be had, each with a sentence."""
    there = {shard.manifest.shard for shard in taken}
    for share in plan.shards:
        if share.id in double:
            several = "; ".join(f"{each.place}: {each.digest}" for each in double[share.id])
            yield share.id, f"shard {share.id} came with different results: {several}"
        elif share.id not in there:
            yield share.id, f"shard {share.id} is missing{why_missing(share.id, jobs)}"


def why_missing(shard: str, jobs: Mapping[str, str]) -> str:
    """What the build server says of the jobs of a shard that is missing; of all that broke."""
    broken = {name: result for name, result in jobs.items() if result != "success"}
    own = {name: result for name, result in broken.items() if is_of(name, shard)}
    told = ", ".join(f"{name} {WORDS[result]}" for name, result in (own or broken).items())
    return f": the job {told}" if told else ""


def is_of(job: str, shard: str) -> bool:
    """Whether a job bears the id of a shard, as `gates-2` and `gates (2)` do."""
    words = "".join(sign if sign.isalnum() else " " for sign in job).split()
    return bool(words) and words[-1] == shard


def told_jobs(jobs: Mapping[str, str]) -> tuple[str, ...]:
    """A note for each job that did not succeed."""
    return tuple(
        f"the job {name} {WORDS[result]}" for name, result in jobs.items() if result != "success"
    )


def claimed(plan: PlanFile, taken: Iterable[Shard]) -> dict[str, tuple[Claim, ...]]:
    """The different reports of each gate of the plan, that of the shard it was dealt to first."""
    found: dict[str, tuple[Claim, ...]] = {}
    own = plan.owners
    for gate in own:
        there = [shard for shard in taken if gate in shard.reports]
        there.sort(key=lambda shard: shard.manifest.shard != own[gate])
        reports: list[Claim] = []
        for shard in there:
            report = shard.reports[gate]
            if all(each.report != report for each in reports):
                reports.append(Claim(shard=shard, report=report))
        found[gate] = tuple(reports)
    return {gate: all for gate, all in found.items() if all}


def strange_claims(plan: PlanFile, taken: Iterable[Shard]) -> Iterator[str]:
    """Results that the plan did not ask of the shard that has them."""
    own = plan.owners
    for shard in taken:
        id = shard.manifest.shard
        for gate in shard.reports:
            if gate not in own:
                yield f"shard {id} has results of {gate}, which nobody planned"
            elif own[gate] != id:
                yield f"shard {id} has results of {gate}, which was dealt to shard {own[gate]}"


def files_digest(files: Mapping[str, str]) -> str:
    """`sha256:…` of the digests of some files by name, the same for any order."""
    lines = "".join(f"{name}\0{files[name]}\n" for name in sorted(files))
    return f"sha256:{hashlib.sha256(lines.encode('utf-8', 'surrogatepass')).hexdigest()}"


def gate_of(path: str) -> str:
    """The gate that a file of a run's folder is of, "" where it is of none."""
    parts = path.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == "results" else ""
