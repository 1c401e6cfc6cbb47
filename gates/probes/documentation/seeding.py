"""Whether the seed command works: told by the gates of this run that started the service.

The seed runs before every start of a service, so that a service which answered was seeded.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from gates.core.model import GateReport, Reason
from gates.probes._looks import Flaw, Look, counted, unjudged

METRIC = "documentation.seed_failures"
SMOKE = "smoke"  # the gate that asks nothing but whether the service runs
STEP = "service.seed"


class Seeding(msgspec.Struct, frozen=True, kw_only=True):
    """What the target file says of it; `results` is the folder of the gates that have ended."""

    command: tuple[str, ...] = ()
    started: bool = False  # whether the service is one that we start
    results: str = ""


def looked(given: Seeding) -> Look:
    """Whether the seed failed. Where no gate has started the service, nobody knows."""
    if not given.command:
        return unjudged(METRIC, "the target file names no command that seeds: service.seed")
    if not given.started:
        return unjudged(METRIC, "the service was running already: nobody here has seeded it")
    ended = tuple(_ended(given.results))
    for report in ended:
        said = failed(report)
        if said:
            fix = "Mend the command service.seed: it has to work on a database just migrated."
            one = Flaw(rule="seed-failed", message=f"the seed command fails: {said}", fix=fix)
            return counted(METRIC, (one,), examined=1)
    if any(started(report) for report in ended):
        detail = f"it ran before the service that the gate {SMOKE} asked"
        return counted(METRIC, (), examined=1, detail=detail)
    why = f"no gate of this run has started the service; run it with --gate {SMOKE}"
    return unjudged(METRIC, why)


def failed(report: GateReport) -> str:
    """How the seed failed before this gate, "" if it did not, or was never reached."""
    failure = report.failure
    if failure is None or failure.reason is not Reason.ENVIRONMENT_FAILED:
        return ""
    first = (failure.detail.splitlines() or [""])[0]
    return first[:300] if first.startswith(STEP) else ""


def started(report: GateReport) -> bool:
    """Whether the gate that asks a running service has asked it."""
    asked = sum(one.examined for one in report.reports)
    return report.gate == SMOKE and not report.not_run and asked > 0


def _ended(results: str) -> Iterator[GateReport]:
    for file in sorted(Path(results).glob("*/report.json")) if results else ():
        yield msgspec.json.decode(file.read_bytes(), type=GateReport)
