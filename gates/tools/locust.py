"""Adapter of the load gate: Locust drives our open-model user at the expected rate."""

from gates.core.model import ToolReport
from gates.core.statistics import needed_samples
from gates.core.target import Target
from gates.core.tool import Control, Invocation, Options, ToolOutput
from gates.tools.formats import load_report, load_run, planted
from gates.tools.formats import scenario as made_up

DISTRIBUTION = load_run.DISTRIBUTION
METRICS = load_report.METRICS

_LONGEST_S = 300.0  # a run that is lengthened for its samples stops here


def commands(target: Target, options: Options) -> tuple[Invocation, ...]:
    """One run at `load.rate`; settings: duration_s, warmup_s, longest_s, seed, poisson,
    timeout_s, grace_s, quiet_s, workers, listen. Where [load] names no operations, those of the
    document are made up before. Nothing to run for a target without [load].
    """
    if target.load is None:
        return ()
    plain = load_run.scenario(
        options.settings,
        load_run.operations(target.load.operations),
        rate=target.load.rate,
        samples=needed_samples(0.99),
        longest_s=_LONGEST_S,
    )
    wished = load_run.wished(plain, target.load, options, target)
    return made_up.invocations(wished, target, options)


def parse(outputs: tuple[ToolOutput, ...]) -> ToolReport:
    """Read the recording; see `scenario.read` for the errors."""
    return made_up.read(outputs, "locust")


def control() -> Control:
    """A service whose only operation answers 500."""
    return planted.control("locust")
