"""What a step holds, and where the knee is: tables at both sides of each bound."""

from typing import Any

import msgspec
import pytest

from gates.core.load import Generator, LoadResult, Recorded
from gates.core.scaling import (
    Health,
    Objectives,
    Ran,
    State,
    Step,
    cpu_ms,
    few,
    kept_up,
    knee,
    last_words,
    mean_ms,
    missed,
    point_of,
    step_of,
)

WANTED = Objectives()
HEALTH = Health(cpu_percent=80, lag_p99_ms=10, achieved=0.98, busy_percent=50)
HELD, MISSED, UNKNOWN = State.HELD, State.MISSED, State.UNKNOWN


def result(
    good: int = 1000, failed: int = 0, us: int = 5000, scheduled: int = 0, **other: Any
) -> LoadResult:
    """A run of `good` answers of `us` microseconds, all in 10 s."""
    times = ((us, good),) if good else ()
    total = Recorded(
        requests=good + failed,
        failures={"status 500": failed} if failed else {},
        size=0,
        response=times,
        service=times,
    )
    generator = Generator(
        cpu_percent=other.get("cpu", 10.0),
        lag=((other.get("lag_us", 100), good),) if good else (),
        quiet=True,
        quiet_wait_s=0,
        other_cpu_percent=0,
        steal_percent=0,
        busy_percent=other.get("busy"),
    )
    given = scheduled or good + failed
    return LoadResult(
        finished=True,
        wanted_rate=given / 10,
        duration_s=10.0,
        scheduled=given,
        handled=other.get("handled", given),
        warmup_requests=other.get("warmup", 0),
        warmup_failures=0,
        trailing_gone=0,
        total=total,
        operations={"things": total},
        generator=generator,
        interval_s=1.0,
        intervals=(),
    )


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (result(), ()),
        (result(us=99_999), ()),
        (result(us=100_000), ("p95 100 ms",)),
        (result(good=9_991, failed=9), ()),
        (result(good=9_990, failed=10), ("0.1 % errors",)),
        (result(good=990, scheduled=1000), ()),
        (result(good=989, scheduled=1000), ("0.989 completed",)),
        (result(good=0, failed=1000), ("100 % errors", "0.000 completed")),
        (result(good=0), ("100 % errors", "0.000 completed")),
    ],
)
def test_what_a_run_misses(given: LoadResult, texts: tuple[str, ...]) -> None:
    said = missed(given, WANTED)
    assert len(said) == len(texts)
    assert all(one.startswith(text) for one, text in zip(said, texts, strict=True))


@pytest.mark.parametrize(("good", "failed", "too_few"), [(199, 0, True), (150, 50, False)])
def test_samples_of_a_step(good: int, failed: int, too_few: bool) -> None:
    assert few(result(good, failed)) == too_few


@pytest.mark.parametrize(
    ("given", "healthy"),
    [
        (result(cpu=80.0), True),
        (result(cpu=80.1), False),
        (result(busy=50.0), True),
        (result(busy=50.1), False),
        (result(lag_us=10_000), True),
        (result(lag_us=10_001), False),
        (result(handled=980), True),
        (result(handled=979), False),
        (result(good=0), False),
    ],
)
def test_whether_the_generator_kept_up(given: LoadResult, healthy: bool) -> None:
    assert kept_up(given, HEALTH) == healthy


@pytest.mark.parametrize(
    ("given", "unbelieved", "state"),
    [
        (result(), "", HELD),
        (result(us=200_000), "", MISSED),
        (result(us=200_000), "CPU 99 %", UNKNOWN),
        (result(), "CPU 99 %", UNKNOWN),
        (result(good=1), "", UNKNOWN),
        (result(good=0), "", UNKNOWN),
    ],
)
def test_the_state_of_a_step(given: LoadResult, unbelieved: str, state: State) -> None:
    assert step_of(2.0, given, WANTED, unbelieved).state is state


def course(*steps: tuple[float, State]) -> tuple[Step, ...]:
    return tuple(
        Step(ratio=ratio, rate=50 * ratio, state=state, said="" if state is HELD else "said")
        for ratio, state in steps
    )


@pytest.mark.parametrize(
    ("steps", "ended", "ratio", "text"),
    [
        # found: something above was missed
        (((3, HELD), (4.5, MISSED), (4.5, MISSED)), "", 3, "4.5 × (225/s) is missed: said"),
        (((3, HELD), (4.5, HELD), (6.75, MISSED)), "", 4.5, "4.5 × (225/s) holds, 6.75 ×"),
        (((3, MISSED), (2, HELD)), "", 2, "2 × (100/s) holds, 3 × (150/s) is missed"),
        (((3, MISSED), (2, MISSED), (1, MISSED)), "", 0, "no rate that was tried holds: 1 ×"),
        # a second attempt that holds counts
        (((3, HELD), (4.5, MISSED), (4.5, HELD)), "all", 4.5, "at least 4.5 × (225/s): all"),
        # a lower one that was missed does not hide a higher one that holds
        (((3, HELD), (2, MISSED), (4.5, MISSED)), "", 3, "3 × (150/s) holds"),
        # only a lower bound
        (((3, HELD),), "", 3, "at least 3 × (150/s): no higher rate was tried"),
        (((3, HELD), (4.5, UNKNOWN)), "", 3, "at least 3 × (150/s): at 4.5 × (225/s) nothing"),
        (((3, HELD), (4.5, HELD)), "time", 4.5, "at least 4.5 × (225/s): time"),
        # a lower bound below what was asked for is no value
        (((3, UNKNOWN), (2, HELD)), "", None, "at least 2 × (100/s): at 3 ×"),
        (((3, UNKNOWN),), "", None, "no rate is known to hold: at 3 ×"),
        (((3, MISSED), (2, UNKNOWN), (1, HELD)), "", None, "at least 1 × (50/s): at 2 ×"),
        ((), "", None, "no rate is known to hold"),
    ],
)
def test_the_knee(
    steps: tuple[tuple[float, State], ...], ended: str, ratio: float | None, text: str
) -> None:
    found = knee(course(*steps), 3, ended)
    assert found.ratio == ratio
    assert text in found.said


def test_one_word_for_each_ratio() -> None:
    given = course((3, HELD), (1, MISSED), (1, UNKNOWN), (2, UNKNOWN), (2, MISSED), (3, MISSED))
    known = last_words(given)
    assert [(one.ratio, one.state) for one in known] == [(1, MISSED), (2, MISSED), (3, HELD)]


def test_concurrency_by_littles_law() -> None:
    """1000 answers in 10 s of 20 ms each: 100/s × 0.02 s = 2 at once."""
    point = point_of(result(us=20_000))
    assert point is not None
    assert (point.throughput, point.concurrency) == (100.0, pytest.approx(2.0))
    assert mean_ms(result(us=20_000)) == 20.0
    assert point_of(result(good=0)) is None


@pytest.mark.parametrize(
    ("cpu_s", "given", "cost"),
    [
        (2.2, result(good=1000, warmup=100), 2.0),
        (None, result(), None),
        (1.0, None, None),
        (1.0, result(good=0), None),
    ],
)
def test_cost_of_a_request(
    cpu_s: float | None, given: LoadResult | None, cost: float | None
) -> None:
    found = cpu_ms(Ran(ratio=3, rate=150, exit_code=0, result=given, cpu_s=cpu_s))
    assert found == (cost if cost is None else pytest.approx(cost))


def test_what_crosses_is_read_back() -> None:
    ran = Ran(ratio=3, rate=150, exit_code=0, result=result())
    assert msgspec.json.decode(msgspec.json.encode(ran), type=Ran) == ran
