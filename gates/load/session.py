"""What a run has brought so far, and the one file that it leaves."""

import math
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates.core.load import Generator, LoadResult, Model, Part, Scenario, asked
from gates.core.objectives import needed
from gates.load import machine
from gates.load.arrivals import window_s
from gates.load.engine import Window
from gates.load.machine import Quiet
from gates.load.recorder import Recorder, recorder, total


class Measured:
    """One generator's run of a scenario while it happens."""

    def __init__(self, scenario: Scenario) -> None:
        longest_s = max(window_s(scenario), scenario.longest_s)
        self.asked = {one.name: asked(one.method, one.path) for one in scenario.operations}
        more = needed(scenario.objectives, self.asked)
        self.scenario = msgspec.structs.replace(scenario, needed={**more, **scenario.needed})
        self.recorder: Recorder = recorder(scenario, longest_s)
        self.quiet = Quiet(False, 0.0, 0.0)
        self.window: Window | None = None
        self.remarks: tuple[str, ...] = ()
        self.closing = math.inf  # of the window, where nobody schedules its requests
        self._started = datetime.now(UTC).timestamp()

    def result(self, error: str = "") -> LoadResult:
        """Return what there is; `error` says why the run did not finish."""
        recorder, window = self.recorder, self.window
        operations = recorder.operations()
        return LoadResult(
            finished=not error and window is not None,
            error=error,
            started_at=self._started,
            wanted_rate=self.scenario.rate,
            duration_s=window.last.wall - window.first.wall if window else 0.0,
            scheduled=window.scheduled if window else 0,
            handled=recorder.handled,
            warmup_requests=recorder.warmup_requests,
            warmup_failures=recorder.warmup_failures,
            trailing_gone=recorder.trailing_gone,
            total=total(operations.values()),
            operations=operations,
            asked=self.asked,
            generator=self._generator(),
            interval_s=recorder.interval_s,
            intervals=recorder.intervals(),
            model=model(self.scenario),
            parts=self._parts(),
            objectives=self.scenario.objectives,
            extended_s=window.extended_s if window else 0.0,
            remarks=self.remarks,
        )

    def _generator(self) -> Generator:
        window = self.window
        cpu, steal = _shares(window) if window else (0.0, 0.0)
        return Generator(
            cpu_percent=cpu,
            lag=self.recorder.lag.counts(),
            quiet=self.quiet.quiet,
            quiet_wait_s=self.quiet.waited_s,
            other_cpu_percent=self.quiet.other_percent,
            steal_percent=steal,
            busy_percent=machine.busy_percent(window.first, window.last) if window else None,
            clock_step_s=window.clock_step_s if window else 0.0,
        )

    def _parts(self) -> tuple[Part, ...]:
        found: list[Part] = []
        begin, rate = 0.0, self.scenario.rate
        for stage, recorded in zip(self.scenario.stages, self.recorder.parts(), strict=False):
            ends = {"first_rate": rate, "last_rate": stage.rate}
            found.append(Part(begin_s=begin, seconds=stage.seconds, recorded=recorded, **ends))
            begin, rate = begin + stage.seconds, stage.rate
        return tuple(found)


class ResultFile:
    """The file of the result. `save` writes once: the first word stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._saved = False

    def save(self, result: LoadResult) -> None:
        """Write the result by atomic rename."""
        if self._saved:
            return
        self._saved = True
        intervals = tuple(msgspec.structs.replace(one, times=()) for one in result.intervals)
        result = msgspec.structs.replace(result, intervals=intervals)
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(result))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)


def model(scenario: Scenario) -> Model:
    """Return what the requests of a scenario wait for."""
    if scenario.locustfile:
        return Model.LOCUSTFILE
    return Model.CLOSED if scenario.users else Model.OPEN


def _shares(window: Window) -> tuple[float, float]:
    first, last = window.first, window.last
    own = machine.share(last.own - first.own, last.wall - first.wall)
    return own, machine.share(last.stolen - first.stolen, last.every - first.every)
