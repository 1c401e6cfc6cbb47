"""The parts of the load program on their own."""

import random
from collections import Counter
from itertools import pairwise

import pytest

from gates.core import statistics
from gates.core.load import REFUSED, Operation, Scenario
from gates.load import machine
from gates.load.arrivals import arrivals
from gates.load.histogram import Histogram
from gates.load.machine import Usage
from gates.load.recorder import Outcome, Recorder, total

OPERATIONS = (Operation(name="a", path="/a", weight=3), Operation(name="b", path="/b"))


def scenario(**given: object) -> Scenario:
    values: dict[str, object] = {"rate": 50.0, "duration_s": 4.0, "operations": OPERATIONS}
    return Scenario(**{**values, **given})  # type: ignore[arg-type]


def test_constant_arrivals_are_evenly_spaced_and_do_not_drift() -> None:
    times = [offset for offset, _ in arrivals(scenario(rate=30.0, duration_s=1000.0))]
    assert len(times) == 30_000
    assert times[-1] == 29_999 / 30


def test_arrivals_repeat_with_their_seed() -> None:
    first, again = list(arrivals(scenario())), list(arrivals(scenario()))
    assert first == again
    assert first != list(arrivals(scenario(seed=2)))


def test_operations_come_by_weight() -> None:
    counts = Counter(operation.name for _, operation in arrivals(scenario(duration_s=200.0)))
    assert counts["a"] / counts["b"] == pytest.approx(3, rel=0.05)


def test_poisson_arrivals_have_the_rate_and_the_spread() -> None:
    times = [offset for offset, _ in arrivals(scenario(poisson=True, duration_s=400.0))]
    gaps = [late - early for early, late in pairwise(times)]
    mean = sum(gaps) / len(gaps)
    spread = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert mean == pytest.approx(1 / 50, rel=0.03)
    assert spread == pytest.approx(mean**2, rel=0.1)  # of an exponential distribution


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99, 0.999, 1.0])
def test_histogram_is_within_a_thousandth_and_never_below(p: float) -> None:
    choices, histogram = random.Random(3), Histogram()
    values = sorted(round(choices.lognormvariate(9, 1.5)) for _ in range(50_000))
    for value in values:
        histogram.add(value / 1e6)
    exact = values[statistics.nearest_rank(len(values), p) - 1]
    assert exact <= statistics.percentile(histogram.counts(), p) <= exact * 1.001


@pytest.mark.parametrize(("seconds", "low", "high"), [(0.0, 1, 1), (9999.0, 599e6, 600e6 * 1.001)])
def test_histogram_clamps(seconds: float, low: float, high: float) -> None:
    histogram = Histogram()
    histogram.add(seconds)
    ((value, count),) = histogram.counts()
    assert low <= value <= high
    assert count == 1


def filled() -> Recorder:
    recorder = Recorder(10.0, ("a", "b"))
    recorder.opening = 100.0
    recorder.record("a", 99.9, 99.9, 103.0, Outcome("", 5))  # warm-up
    recorder.record("a", 100.0, 100.1, 100.4, Outcome("", 5))
    recorder.record("a", 100.5, 100.5, 100.6, Outcome("", 5))
    recorder.record("b", 101.2, 101.2, 101.3, Outcome("status 500", 7))
    recorder.record("b", 103.0, 103.0, 103.1, Outcome(REFUSED))
    return recorder


def test_recorder_keeps_response_and_service_time_apart() -> None:
    operations = filled().operations()
    assert operations["a"].response[-1][0] == pytest.approx(400_000, rel=0.001)
    assert operations["a"].service[-1][0] == pytest.approx(300_000, rel=0.001)
    assert operations["b"].failures == {REFUSED: 1, "status 500": 1}
    both = total(operations.values())
    assert (both.requests, both.size, len(both.response)) == (4, 17, 2)


def test_recorder_keeps_the_warm_up_out() -> None:
    """P37."""
    recorder = filled()
    assert recorder.warmup_requests == 1
    assert total(recorder.operations().values()).requests == 4


def test_recorder_counts_the_row_of_dead_ends_at_the_end() -> None:
    recorder = filled()
    assert recorder.trailing_gone == 1
    recorder.record("a", 104.0, 104.0, 104.1, Outcome())
    assert recorder.trailing_gone == 0


def test_intervals_follow_the_intended_start_and_close_early() -> None:
    recorder = filled()
    recorder.close_before(101.5)
    first, second, third = recorder.intervals()
    assert (first.at_s, first.count, first.errors) == (0.0, 2, 0)
    assert (first.p50, first.max) == (100_000, 400_000)
    assert (second.at_s, second.count, second.errors) == (1.0, 0, 1)
    assert (third.at_s, third.errors) == (3.0, 1)


@pytest.mark.parametrize(("duration_s", "interval_s"), [(30, 1), (3600, 1), (3601, 2), (86400, 24)])
def test_a_long_run_has_longer_intervals(duration_s: float, interval_s: float) -> None:
    assert Recorder(duration_s, ()).interval_s == interval_s


def test_other_processes_are_what_is_not_ours() -> None:
    before = Usage(wall=0, own=1.0, stolen=0, every=10.0, busy=5.0)
    after = Usage(wall=1, own=1.25, stolen=0, every=12.0, busy=5.75)
    assert machine.other_percent(before, after) == 25.0


def test_the_limit_of_open_requests_lies_above_what_time_outs_leave() -> None:
    assert machine.in_flight_limit(scenario(rate=50.0, timeout_s=10.0)) == 550
    assert machine.in_flight_limit(scenario(rate=1.0)) == 50
    assert machine.in_flight_limit(scenario(max_in_flight=7)) == 7


def test_a_busy_machine_is_waited_for_and_then_said() -> None:
    """The check is of one second at least; with nothing asked there is none."""
    assert machine.wait_quiet(0.0) == machine.Quiet(True, 0.0, 0.0)
    seen = machine.wait_quiet(1.0)
    assert seen.waited_s >= 1.0
    assert seen.quiet == (seen.other_percent < 25.0)
