"""Takes up an interrupted run: a gate is reused only if everything it depended on is the same."""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from gates import catalog
from gates.core.model import GateReport, RunInfo, Scorecard
from gates.core.plan import Plan, PlannedGate
from gates.core.validity import SKEW
from gates.runner.session import Session
from gates.runner.versions import version_of
from gates.shell import store

FILE = "keys.json"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Keys and reports by gate, as an earlier run left them, and what is known of its time."""

    keys: dict[str, str] = {}
    reports: dict[str, GateReport] = {}
    run: RunInfo = RunInfo()

    def age_s(self, gate: str, now: datetime) -> float:
        """Seconds that a gate's result is old at most: since its run began, and before.

        Below 0 where that run began in the future: then a clock was set back, and nobody knows.
        """
        begun = (now - datetime.fromisoformat(self.run.started_at)).total_seconds()
        if begun < -SKEW.total_seconds():
            return round(begun, 3)
        return round(max(begun, 0.0) + self.run.reused_s.get(gate, 0.0), 3)

    def measured(self, gate: str) -> bool:
        """Whether that run, or what it took up, measured the gate itself."""
        return gate not in self.run.reused_s or gate in self.run.resumed


def read(folder: Path | None) -> Kept:
    """What a run folder holds; empty where there is nothing usable."""
    if folder is None:
        return Kept()
    try:
        keys = store.read_json(folder / FILE, dict[str, str])
        run = store.read_json(folder / "scorecard.json", Scorecard).run
        datetime.fromisoformat(run.started_at)
    except (store.StorageError, ValueError):
        return Kept()
    reports = {}
    for gate in keys:
        try:
            path = folder / "results" / gate / "report.json"
            reports[gate] = store.read_json(path, GateReport)
        except store.StorageError:
            continue
    return Kept(keys=keys, reports=reports, run=run)


def keys(plan: Plan, session: Session, target_digest: str) -> dict[str, str]:
    """A digest for each gate of everything that can change its result."""
    tree = content(session)
    return {gate.id: key(gate, tree, target_digest) for gate in plan.gates}


def key(gate: PlannedGate, tree: str, target_digest: str) -> str:
    """Digest of the gate's policy and settings, its tools, the target file and the tree."""
    tools = [f"{name} {tool_version(name, gate)}" for name in gate.tools]
    parts = msgspec.json.encode([gate, tools, tree, target_digest], order="sorted")
    return hashlib.sha256(parts).hexdigest()


def tool_version(name: str, gate: PlannedGate) -> str:
    """The version of a tool, or why it cannot be had: the gate itself will tell."""
    try:
        return version_of(catalog.load(name, gate.own))
    except catalog.CatalogError as error:
        return str(error)


def content(session: Session) -> str:
    """Digest of every file that is judged, by content: times and sizes prove nothing."""
    digest = hashlib.sha256()
    for name in session.files:
        digest.update(f"{name}\0{session.digests[name]}\0".encode("utf-8", "replace"))
    return digest.hexdigest()


def reusable(kept: Kept, keys: dict[str, str], plan: Plan) -> dict[str, GateReport]:
    """Reports that still hold; never in a release run, never one that could not look."""
    if plan.release:
        return {}
    return {
        gate: msgspec.structs.replace(report, reused=True)
        for gate, report in kept.reports.items()
        if keys.get(gate) == kept.keys.get(gate) and not report.failure and not report.not_run
    }
