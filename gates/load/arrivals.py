"""When requests are due and which operation each is: a pure, seeded sequence."""

import random
from collections.abc import Iterator
from itertools import accumulate

from gates.core.load import Operation, Scenario


def arrivals(scenario: Scenario) -> Iterator[tuple[float, Operation]]:
    """Yield (seconds since the start, operation) until warm-up and duration are over.

    The same scenario gives the same sequence. Constant spacing, or exponential gaps (`poisson`).
    """
    choices = random.Random(scenario.seed)  # noqa: S311  (repeatable, not secret)
    gaps = random.Random(scenario.seed + 1)  # noqa: S311
    weights = tuple(accumulate(operation.weight for operation in scenario.operations))
    end = scenario.warmup_s + scenario.duration_s
    number, offset = 0, 0.0
    while offset < end:
        yield offset, choices.choices(scenario.operations, cum_weights=weights)[0]
        number += 1
        if scenario.poisson:
            offset += gaps.expovariate(scenario.rate)
        else:  # from the count, not the sum: no drift over a long run
            offset = number / scenario.rate
