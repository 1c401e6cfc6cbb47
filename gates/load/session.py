"""What a run has brought so far, and the one file that it leaves."""

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gates.core.load import Generator, LoadResult, Scenario
from gates.load import machine
from gates.load.engine import Window
from gates.load.machine import Quiet
from gates.load.recorder import Recorder, total


class Session:
    """One run of a scenario. `save` writes once: the first word stands."""

    def __init__(self, scenario: Scenario, path: Path) -> None:
        self.scenario = scenario
        self.recorder = Recorder(scenario.duration_s, _names(scenario))
        self.quiet = Quiet(False, 0.0, 0.0)
        self.window: Window | None = None
        self._path = path
        self._saved = False
        self._started = datetime.now(UTC).timestamp()

    def save(self, error: str = "") -> None:
        """Write the result by atomic rename; `error` says why the run did not finish."""
        if self._saved:
            return
        self._saved = True
        part = self._path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(self._result(error)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path)

    def _result(self, error: str) -> LoadResult:
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
            total=total(operations),
            operations=operations,
            asked={
                one.name: f"{one.method} {one.path.partition('?')[0]}"
                for one in self.scenario.operations
            },
            generator=self._generator(),
            interval_s=recorder.interval_s,
            intervals=recorder.intervals(),
        )

    def _generator(self) -> Generator:
        cpu, steal = _shares(self.window) if self.window else (0.0, 0.0)
        return Generator(
            cpu_percent=cpu,
            lag=self.recorder.lag.counts(),
            quiet=self.quiet.quiet,
            quiet_wait_s=self.quiet.waited_s,
            other_cpu_percent=self.quiet.other_percent,
            steal_percent=steal,
        )


def _names(scenario: Scenario) -> tuple[str, ...]:
    return tuple(operation.name for operation in scenario.operations)


def _shares(window: Window) -> tuple[float, float]:
    first, last = window.first, window.last
    own = machine.share(last.own - first.own, last.wall - first.wall)
    return own, machine.share(last.stolen - first.stolen, last.every - first.every)
