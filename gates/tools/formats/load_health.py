"""Whether a load run can be believed: bounds of the generator and of the machine around it.

In an open model a slow target never slows the arrivals: they are issued at their instants, and
what they wait for is the target's response time. So a low achieved rate, a late schedule or a
busy process are the generator's own fault, whatever the target does. Requests beyond the limit
of open ones (which lies above what time-outs leave open) are handled arrivals that failed.
"""

from collections.abc import Iterator

from gates.core import statistics
from gates.core.load import LoadResult, Model
from gates.core.model import Reason
from gates.core.tool import ParseError

# Fixed bounds of what may be believed, not criteria of the target.
MOST_CPU_PERCENT = 80.0
MOST_LAG_P99_MS = 10.0
LEAST_ACHIEVED = 0.98
MOST_STEAL_PERCENT = 10.0  # of all cores, taken by the hypervisor
MOST_BUSY_PERCENT = 50.0  # of all cores, used by neither the generator nor the service
MOST_CLOCK_STEP_S = 0.5

US_PER_MS = 1000.0
_SAID_STEAL, _SAID_BUSY, _SAID_STEP_S = 1.0, 10.0, 0.05


def check(result: LoadResult) -> None:
    """Raise ParseError(generator-unhealthy) with every bound that is broken."""
    found = "; ".join(text for broken, text in _breaches(result) if broken)
    if found:
        detail = (
            f"{_done(result)}; the figures may not be believed: {found}; free the machine of other "
            "work or lower load.rate"
        )
        raise ParseError(Reason.GENERATOR_UNHEALTHY, detail)


def lag_p99_ms(result: LoadResult) -> float:
    """Return the p99 of the schedule lag, 0 where nothing had a schedule."""
    lag = result.generator.lag
    return statistics.percentile(lag, 0.99) / US_PER_MS if lag else 0.0


def believed(result: LoadResult) -> str:
    """Return what was done, and why it may be believed, as one sentence."""
    generator = result.generator
    return (
        f"{_done(result)}; the figures may be believed: generator CPU {generator.cpu_percent:.0f} "
        f"% of a core, schedule lag p99 {lag_p99_ms(result):.1f} ms"
    )


def _done(result: LoadResult) -> str:
    """What was done, with the name of the model that it follows."""
    rate = (
        "rates as its stages say" if result.parts else f"{result.wanted_rate:g} requests per second"
    )
    how = {
        Model.OPEN: f"{rate} whatever the service does (open model)",
        Model.CLOSED: "users who each wait for their answer (closed model: service times only)",
        Model.LOCUSTFILE: "the users of the locustfile (closed model: service times only)",
    }[result.model]
    many = f" by {result.workers} generators" if result.workers > 1 else ""
    return f"{result.total.requests} requests in {result.duration_s:.1f} s with {how}{many}"


def remarks(result: LoadResult) -> Iterator[str]:
    """Yield what disturbed a run that is believed."""
    generator = result.generator
    if not generator.quiet:
        yield (
            f"the machine was not quiet after {generator.quiet_wait_s:.0f} s: other processes "
            f"used {generator.other_cpu_percent:.0f} % of all cores"
        )
    if generator.steal_percent >= _SAID_STEAL:
        yield f"the hypervisor took {generator.steal_percent:.0f} % of all cores meanwhile"
    if (generator.busy_percent or 0.0) >= _SAID_BUSY:
        yield f"other processes used {generator.busy_percent:.0f} % of all cores meanwhile"
    if generator.clock_step_s >= _SAID_STEP_S:
        yield f"the wall clock jumped by {generator.clock_step_s:.2f} s meanwhile"


def _breaches(result: LoadResult) -> Iterator[tuple[bool, str]]:
    generator, lag = result.generator, lag_p99_ms(result)
    cpu, steal, busy = generator.cpu_percent, generator.steal_percent, generator.busy_percent or 0.0
    step_s = generator.clock_step_s
    achieved = result.handled / result.scheduled if result.scheduled else 0.0
    yield cpu > MOST_CPU_PERCENT, f"CPU {cpu:.0f} % of a core (at most {MOST_CPU_PERCENT:g} %)"
    yield (
        lag > MOST_LAG_P99_MS,
        f"schedule lag p99 {lag:.1f} ms (at most {MOST_LAG_P99_MS:g} ms)",
    )
    yield (
        result.model is Model.OPEN and achieved < LEAST_ACHIEVED,
        f"{achieved:.3f} of the wanted {result.wanted_rate:g} requests per second were issued "
        f"(at least {LEAST_ACHIEVED:g})",
    )
    yield (
        steal > MOST_STEAL_PERCENT,
        f"the hypervisor took {steal:.0f} % of all cores (at most {MOST_STEAL_PERCENT:g} %)",
    )
    yield (
        busy > MOST_BUSY_PERCENT,
        f"other processes used {busy:.0f} % of all cores (at most {MOST_BUSY_PERCENT:g} %)",
    )
    yield (
        step_s > MOST_CLOCK_STEP_S,
        f"the wall clock jumped by {step_s:.1f} s (at most {MOST_CLOCK_STEP_S:g} s)",
    )
