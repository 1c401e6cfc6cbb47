"""Loads that are not a constant rate: stages, users who wait, samples that are missing."""

from collections import Counter
from collections.abc import Callable

import gevent
import pytest

from gates.core.capacity import Stage
from gates.core.load import IN_FLIGHT, Operation, Scenario
from gates.load import closed, engine
from gates.load.arrivals import arrivals, expected
from gates.load.client import Request
from gates.load.engine import Window, longer_s
from gates.load.extending import Progress, agreed_s, may_extend
from gates.load.machine import Clocks
from gates.load.recorder import Outcome, Recorder, recorder, total

OPERATION = Operation(name="a", path="/a")
COURSE = (Stage(rate=100, seconds=2), Stage(rate=100, seconds=1), Stage(rate=0, seconds=2))


def scenario(**given: object) -> Scenario:
    values: dict[str, object] = {"rate": 50.0, "duration_s": 1.0, "operations": (OPERATION,)}
    return Scenario(**{**values, **given})  # type: ignore[arg-type]


class Faked:
    """Sends by a function of the test."""

    def __init__(self, send: Callable[[], Outcome]) -> None:
        self._send = send

    def ready(self, operation: Operation) -> Request:
        return Request(operation)

    def send(self, _: Request) -> Outcome:
        return self._send()


def driven(given: Scenario, send: Callable[[], Outcome]) -> tuple[Window, Recorder]:
    counts = recorder(given, max(given.duration_s, given.longest_s))
    drive = closed.drive if given.users else engine.drive
    return drive(given, Faked(send), counts, lambda *_: None), counts


def quick() -> Outcome:
    gevent.sleep(0.01)
    return Outcome()


def test_the_rate_moves_in_straight_lines() -> None:
    """From 0 to 100/s in 2 s: 100 arrivals, the 25th after 1 s; 100 more; 100 on the way down."""
    times = [offset for offset, _ in arrivals(scenario(rate=0, duration_s=0, stages=COURSE))]
    assert len(times) == 300
    assert times[25] == pytest.approx(1.0)
    assert (times[100], times[200]) == pytest.approx((2.0, 3.0))
    assert times[275] == pytest.approx(4.0)
    assert expected(scenario(rate=0, stages=COURSE), 1.0, 4.0) == pytest.approx(250)


def test_a_jump_and_the_warm_up_at_the_first_rate() -> None:
    stages = (Stage(rate=200, seconds=0), Stage(rate=200, seconds=2))
    times = [offset for offset, _ in arrivals(scenario(rate=10, warmup_s=1, stages=stages))]
    assert sum(offset < 1 for offset in times) == 10
    assert sum(offset >= 1 for offset in times) == 400


def test_poisson_arrivals_follow_the_rate() -> None:
    stages = (Stage(rate=10, seconds=0), Stage(rate=190, seconds=100))
    given = scenario(rate=10, stages=stages, poisson=True)
    halves = Counter(offset >= 50 for offset, _ in arrivals(given))
    assert halves[False] == pytest.approx(2750, rel=0.1)  # 10 to 100 in 50 s
    assert halves[True] == pytest.approx(7250, rel=0.1)


def test_shares_together_are_the_whole() -> None:
    """Two workers send what one would, each at its instant, none of it twice."""
    operations = (Operation(name="a", path="/a", weight=3), Operation(name="b", path="/b"))
    given = {"rate": 30.0, "duration_s": 9.0, "operations": operations, "poisson": True}
    whole = [(offset, one.name) for offset, one in arrivals(scenario(**given))]
    parts = [
        [(offset, one.name) for offset, one in arrivals(scenario(**given, share=n, shares=3))]
        for n in range(3)
    ]
    assert sorted(parts[0] + parts[1] + parts[2]) == whole
    assert [len(part) for part in parts] == pytest.approx([len(whole) / 3] * 3, abs=1)


def test_stages_are_recorded_apart() -> None:
    stages = (Stage(rate=20, seconds=0.5), Stage(rate=100, seconds=0), Stage(rate=100, seconds=0.5))
    window, counts = driven(scenario(rate=20, warmup_s=0.3, stages=stages, quiet_s=0), quick)
    assert [part.requests for part in counts.parts()] == [10, 0, 50]
    assert total(counts.parts()) == total(counts.operations().values())
    assert (counts.warmup_requests, window.scheduled, counts.handled) == (6, 60, 60)


def test_users_wait_for_their_answers_and_think() -> None:
    """4 users, 0.1 s of answer and 0.1 s of thought, 1 s: about 20 requests, never 4 open."""
    open_now, most = 0, 0

    def slow() -> Outcome:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        gevent.sleep(0.1)
        open_now -= 1
        return Outcome()

    window, counts = driven(scenario(users=4, think_s=0.1), slow)
    recorded = total(counts.operations().values())
    assert most <= 4
    assert 8 <= recorded.requests <= 20
    assert recorded.response == recorded.service
    assert window.scheduled == 50  # what the rate asks for


def test_a_user_whose_answer_never_comes_is_a_failure() -> None:
    def hanging() -> Outcome:
        gevent.sleep(60)
        return Outcome()

    _, counts = driven(scenario(users=3, grace_s=0.1), hanging)
    assert total(counts.operations().values()).failures == {IN_FLIGHT: 3}


def test_users_are_shared_among_workers() -> None:
    given = {"users": 5, "think_s": 0.01, "duration_s": 0.3}
    for share, users in ((0, 3), (1, 2)):
        seen: set[int] = set()

        def note(seen: set[int] = seen) -> Outcome:
            seen.add(id(gevent.getcurrent()))
            gevent.sleep(0.01)
            return Outcome()

        driven(scenario(**given, share=share, shares=2), note)
        assert len(seen) == users


@pytest.mark.parametrize(
    ("successes", "longest_s", "longer"),
    [
        ({"a": 100}, 99.0, 0.0),  # enough
        ({"a": 50}, 99.0, 10.5),  # as long again, and 5 % to spare
        ({"a": 50}, 20.2, 10.2),  # what is left suffices
        ({"a": 50}, 19.9, 0.0),  # it would not suffice
        ({"a": 50}, 10.0, 0.0),
        ({}, 99.0, 0.0),  # at this pace never
    ],
)
def test_a_run_goes_on_only_where_that_brings_the_samples(
    successes: dict[str, int], longest_s: float, longer: float
) -> None:
    given = scenario(needed={"": 100}, longest_s=longest_s)
    assert longer_s(given, Counter(successes), 10.0) == pytest.approx(longer)


def test_samples_of_single_operations_count_too() -> None:
    given = scenario(needed={"": 10, "b": 20}, longest_s=99)
    assert longer_s(given, Counter(a=50, b=10), 10.0) == pytest.approx(10.5)
    assert longer_s(given, Counter(a=50, b=20), 10.0) == 0.0


@pytest.mark.parametrize(
    ("successes", "window", "agreed"),
    [
        ((61, 30), 10.0, 10.0),  # the last 9 take 0.93 s, with 5 % to spare
        ((60, 30), 10.0, 11.0),  # 1.05 s: never longer by less than the time to ask again
        ((60, 20), 10.0, 11.3625),
        ((60, 20), 20.0, 20.0),  # it is long enough already
        ((20, 20), 10.0, 23.175),
        ((6, 1), 10.0, 10.0),  # out of reach in 40 s
    ],
)
def test_workers_go_on_together(successes: tuple[int, int], window: float, agreed: float) -> None:
    """What all of them have counts; the one that asked first says at which pace."""
    given = scenario(duration_s=window, needed={"": 100}, longest_s=40.0)
    told = [
        Progress(elapsed_s=9.0 + number / 10, successes={"a": one})
        for number, one in enumerate(successes)
    ]
    assert agreed_s(given, told, window) == pytest.approx(agreed)


@pytest.mark.parametrize(
    ("stages", "longest_s", "may"),
    [((), 1.0, False), ((), 1.1, True), (COURSE, 99.0, False)],
)
def test_when_workers_ask(stages: tuple[Stage, ...], longest_s: float, may: bool) -> None:
    assert may_extend(scenario(stages=stages, longest_s=longest_s)) is may


def test_no_worker_is_told_of_an_end_beyond_the_longest() -> None:
    given = scenario(duration_s=10.0, needed={"": 100}, longest_s=10.2)
    told = [Progress(elapsed_s=9.9, successes={"a": 98})]
    assert agreed_s(given, told, 10.0) == pytest.approx(10.2)
    assert agreed_s(given, told, 10.2) == 10.2


@pytest.mark.parametrize("users", [0, 2])
def test_a_run_goes_on_for_its_samples(users: int) -> None:
    """Two of three answers fail: 50 arrivals bring 16 of the 40 successes that are needed."""
    number = 0

    def third() -> Outcome:
        nonlocal number
        number += 1
        gevent.sleep(0.005)
        return Outcome("status 500" if number % 3 else "")

    given = scenario(users=users, think_s=0.03, needed={"": 40}, longest_s=30)
    window, counts = driven(given, third)
    assert window.extended_s > 0.1
    assert counts.successes["a"] >= 40
    assert window.closing - window.opening == pytest.approx(1 + window.extended_s)


def test_stages_are_never_lengthened() -> None:
    assert longer_s(scenario(stages=COURSE, needed={"": 9}, longest_s=99), Counter(a=1), 5.0) == 0.0


@pytest.mark.parametrize(
    ("wall", "step_s"), [([0, 1, 2], 0.0), ([0, 1, 62], 60.0), ([0, -3599, -3598], 3600.0)]
)
def test_jumps_of_the_wall_clock_are_seen(wall: list[float], step_s: float) -> None:
    instants = iter([(seconds, float(number)) for number, seconds in enumerate(wall)])
    clocks = Clocks(lambda: next(instants))
    clocks.look()
    clocks.look()
    assert clocks.step_s == step_s
