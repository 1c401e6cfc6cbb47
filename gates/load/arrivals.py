"""When requests are due and which operation each is: a pure, seeded sequence."""

import math
import random
from collections.abc import Iterator
from itertools import accumulate, count

import msgspec

from gates.core.capacity import Stage
from gates.core.load import Operation, Scenario


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the course in which the rate goes in a straight line from `low` to `high`."""

    begin: float  # seconds since the start, of the warm-up too
    seconds: float
    low: float  # requests per second at its begin
    high: float
    before: float = 0.0  # arrivals of the legs before it

    def arrived(self, seconds: float) -> float:
        """Return how many arrivals its first `seconds` have: the area below the line."""
        slope = (self.high - self.low) / self.seconds if self.high != self.low else 0.0
        return seconds * (self.low + slope * seconds / 2)

    def instant(self, number: float) -> float:
        """Return when so many arrivals, of all legs, are reached: the root of `arrived`."""
        if self.low == self.high:
            # from the count, not the sum: no drift over a long run
            return self.begin + (number - self.before) / self.low
        slope, missing = (self.high - self.low) / self.seconds, number - self.before
        root = math.sqrt(max(0.0, self.low**2 + 2 * slope * missing))
        return self.begin + (2 * missing / (self.low + root) if missing else 0.0)


def course(scenario: Scenario) -> tuple[Leg, ...]:
    """Return the legs of warm-up and stages; without stages one leg that goes on for ever."""
    if not scenario.stages:
        rate = scenario.rate
        return (Leg(begin=0.0, seconds=math.inf, low=rate, high=rate),)
    warmup = (Stage(rate=scenario.rate, seconds=scenario.warmup_s),) if scenario.warmup_s else ()
    legs: list[Leg] = []
    begin, before, low = 0.0, 0.0, scenario.rate
    for stage in (*warmup, *scenario.stages):
        seconds = max(stage.seconds, 1e-9)  # a jump is a very steep line
        leg = Leg(begin=begin, seconds=seconds, low=low, high=stage.rate, before=before)
        legs.append(leg)
        begin, before, low = begin + seconds, before + leg.arrived(seconds), stage.rate
    return tuple(legs)


def expected(scenario: Scenario, first: float, last: float) -> float:
    """Return how many arrivals there should be between two instants, of all shares together."""
    return _area(course(scenario), last) - _area(course(scenario), first)


def arrivals(scenario: Scenario) -> Iterator[tuple[float, Operation]]:
    """Yield (seconds since the start, operation) until warm-up and the longest duration are over.

    The same scenario gives the same sequence. Constant spacing, or exponential gaps (`poisson`),
    both stretched by the rate of the moment. A worker gets every `shares`-th arrival of it.
    """
    choices = random.Random(scenario.seed)  # noqa: S311  (repeatable, not secret)
    weights = tuple(accumulate(operation.weight for operation in scenario.operations))
    end = scenario.warmup_s + max(window_s(scenario), scenario.longest_s)
    for number, offset in enumerate(_instants(scenario)):
        if offset >= end:
            return
        chosen = choices.choices(scenario.operations, cum_weights=weights)[0]
        if number % scenario.shares == scenario.share:
            yield offset, chosen


def window_s(scenario: Scenario) -> float:
    """Return how long the measured window is at least, in seconds."""
    return sum(stage.seconds for stage in scenario.stages) or scenario.duration_s


def _instants(scenario: Scenario) -> Iterator[float]:
    """Instants at which the running sum of the rate reaches each next number."""
    numbers = _spread(scenario) if scenario.poisson else count()
    legs = iter(course(scenario))
    leg = next(legs)
    for number in numbers:
        while number - leg.before >= leg.arrived(leg.seconds) and leg.seconds < math.inf:
            later = next(legs, None)
            if later is None:
                return
            leg = later
        yield leg.instant(number)


def _spread(scenario: Scenario) -> Iterator[float]:
    """A Poisson process of rate 1."""
    gaps = random.Random(scenario.seed + 1)  # noqa: S311
    number = 0.0
    while True:
        yield number
        number += gaps.expovariate(1.0)


def _area(legs: tuple[Leg, ...], instant: float) -> float:
    reached = [leg for leg in legs if leg.begin <= instant]
    if not reached:
        return 0.0
    last = reached[-1]
    return last.before + last.arrived(min(instant - last.begin, last.seconds))
