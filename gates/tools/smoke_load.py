"""Adapter of the smoke gate's short run at low load: the same engine as the load gate."""

from gates.core.load import Operation
from gates.core.model import ToolReport
from gates.core.statistics import needed_samples
from gates.core.target import Service, Target
from gates.core.tool import Control, Invocation, Options, ToolOutput
from gates.tools.formats import load_report, load_run, planted
from gates.tools.formats import scenario as made_up

DISTRIBUTION = load_run.DISTRIBUTION
METRICS = load_report.METRICS

_RATE = 30.0
_LONGEST_S = 60.0


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run at the setting `rate` or `load.rate`, whichever is lower.

    The operations are those of [load], made up of the document where it names none, or the health
    path alone. Settings as for the load gate.
    """
    if target.service is None:
        return ()
    given = options.settings.get("rate", _RATE)
    rate = float(given) if isinstance(given, int | float) else _RATE
    scenario = load_run.scenario(
        {"duration_s": 8.0, "warmup_s": 1.0, "grace_s": 5.0, "quiet_s": 5.0, **options.settings},
        load_run.operations(target.load.operations) if target.load else _health(target.service),
        rate=min(rate, target.load.rate) if target.load else rate,
        samples=needed_samples(0.95),
        longest_s=_LONGEST_S,
    )
    return made_up.invocations(scenario, target, options)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the recording; see `scenario.read` for the errors."""
    return made_up.read(outputs, "smoke_load")


def control() -> Control:
    """A service whose only operation answers 500."""
    return planted.control("smoke_load")


def _health(service: Service) -> tuple[Operation, ...]:
    return (Operation(name=f"GET {service.health}", path=service.health),)
