"""What stays of a run: each gate's report and result as it ends, and the scorecard kept current."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from gates.core.model import (
    GateReport,
    GateResult,
    PolicyState,
    RunInfo,
    Scorecard,
    TargetState,
)
from gates.core.plan import Plan, PlannedGate
from gates.core.score import scorecard
from gates.runner import resume
from gates.runner.concluding import concluded, judged, measured
from gates.runner.reuse import Taken
from gates.runner.signing import Sign
from gates.shell import store

Render = Callable[[Scorecard], bytes]


class Record:
    """The results so far; every change is on disk before the next gate starts."""

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        target: TargetState,
        policy: PolicyState,
        run: RunInfo,
        render: Render,
        valid_until: str = "",
        sign: Sign | None = None,
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._target = target
        self._policy = policy
        self._run = run
        self._render = render
        self._valid_until = valid_until
        self._sign = sign
        self._seen: set[str] = set()
        self._durations: dict[str, float] = {}
        self._ages: dict[str, float] = {}
        self._resumed: list[str] = []
        self._measured = measured(plan.gates)
        self._results = {gate.id: judged(gate, None, plan) for gate in self._measured}
        self._derived: dict[str, GateResult] = {}

    def begin(self, keys: Mapping[str, str]) -> None:
        """Write the plan, and a scorecard on which every expected gate is NOT_RUN."""
        store.write_json(self._folder / resume.FILE, dict(keys))
        store.write_json(self._folder / "plan.json", self._plan)
        for gate in self._plan.gates:
            make_folder(self._folder / "results" / gate.id)
        for result in self._results.values():
            self._store(result)
        self.publish()

    def ended(self, gate: PlannedGate, report: GateReport, seconds: float) -> GateResult:
        """Judge and store one gate, and the scorecard with it."""
        if not report.reused:
            self._durations[gate.id] = round(seconds, 3)
        result = self._keep(gate, report)
        self.publish()
        return result

    def took_over(self, gate: PlannedGate, taken: Taken) -> GateResult:
        """Judge and store a gate whose report is that of an earlier run.

        The scorecard waits for the next gate that ends, or for `publish`.
        """
        self._ages[gate.id] = taken.age_s
        return self._keep(gate, taken.report)

    def took_up(self, gate: PlannedGate, taken: Taken) -> GateResult:
        """Judge and store a gate that this very run had measured before it was interrupted."""
        self._resumed.append(gate.id)
        return self.took_over(gate, taken)

    def took_in(self, gate: PlannedGate, report: GateReport, run: RunInfo) -> GateResult:
        """Judge and store a gate that another machine measured, with the times of its run."""
        for kept, found in ((self._durations, run.durations_s), (self._ages, run.reused_s)):
            kept.update({gate.id: found[gate.id]} if gate.id in found else {})
        self._resumed += [gate.id] if gate.id in run.resumed else []
        return self._keep(gate, report)

    def finish(self, *, complete: bool, ended_at: str, notes: tuple[str, ...] = ()) -> Scorecard:
        """The last scorecard of the run, not on disk yet: it has to be the last file written."""
        self._run = msgspec.structs.replace(
            self._run, ended_at=ended_at, notes=(*self._run.notes, *notes)
        )
        return self.scorecard(complete=complete)

    def scorecard(self, *, complete: bool) -> Scorecard:
        """The scorecard of everything known by now; what is derived of it is kept as well."""
        durations = {id: self._durations[id] for id in sorted(self._durations)}
        run = msgspec.structs.replace(
            self._run, durations_s=durations, reused_s=self._ages, resumed=tuple(self._resumed)
        )
        results = concluded(self._plan, self._results, run, ended=self.covered, sign=self._sign)
        self._keep_derived(results)
        return scorecard(
            self._plan,
            results,
            target=self._target,
            policy=self._policy,
            run=run,
            complete=complete,
            valid_until=self._valid_until,
        )

    @property
    def covered(self) -> bool:
        """Whether every gate that is to be measured has ended or is skipped."""
        return all(gate.skipped or gate.id in self._seen for gate in self._measured)

    @property
    def durations(self) -> Mapping[str, float]:
        """Seconds by gate."""
        return self._durations

    def _store(self, result: GateResult) -> None:
        store.write_json(self._folder / "results" / result.id / "result.json", result)

    def _keep_derived(self, results: Iterable[GateResult]) -> None:
        """Store what rests on the other results, where it is not what is stored already."""
        for result in results:
            if result.id not in self._results and self._derived.get(result.id) != result:
                self._derived[result.id] = result
                self._store(result)

    def _keep(self, gate: PlannedGate, report: GateReport) -> GateResult:
        folder = self._folder / "results" / gate.id
        store.write_json(folder / "report.json", report)
        result = judged(gate, report, self._plan)
        self._seen.add(gate.id)
        self._results[gate.id] = result
        self._store(result)
        return result

    def publish(self) -> None:
        """Put the scorecard of everything known by now on disk."""
        card = self.scorecard(complete=False)
        store.write_atomic(self._folder / "scorecard.json", self._render(card))


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Raises StorageError."""
    try:
        path.mkdir(parents=True)
    except OSError as error:
        raise store.StorageError(path, error.strerror or str(error)) from error
