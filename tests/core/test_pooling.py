"""What readings of a pool are taken for, at both sides of each bound."""

import pytest

from gates.core.pooling import EXHAUSTED, KEPT, SIZE, WAITING, Reading, judged

ALLOWED = (20, 100)


def reading(
    in_use: float | None = None, size: float | None = None, waiting: float | None = None
) -> Reading:
    return Reading(in_use=in_use, size=size, waiting=waiting)


@pytest.mark.parametrize(
    ("during", "after", "rules"),
    [
        (reading(5, 40, 0), reading(0, 40, 0), []),
        (reading(5, 20, 0), reading(0, 20, 0), []),
        (reading(5, 19, 0), reading(0, 19, 0), [SIZE]),
        (reading(5, 100, 0), reading(0, 100, 0), []),
        (reading(5, 101, 0), reading(0, 101, 0), [SIZE]),
        (reading(39, 40, 0), reading(0, 40, 0), []),
        (reading(40, 40, 0), reading(0, 40, 0), [EXHAUSTED]),
        (reading(5, 40, 1), reading(0, 40, 0), [WAITING]),
        (reading(5, 40, 0), reading(1, 40, 0), [KEPT]),
        (reading(5), reading(0), []),
        (reading(None, 40), reading(None, 40), []),
        (reading(None, None, 3), reading(), [WAITING]),
        (reading(2, 2, 17), reading(0, 2, 0), [SIZE, WAITING, EXHAUSTED]),
        (reading(0, 0, 0), reading(0, 0, 0), [SIZE]),
    ],
)
def test_a_pool_is_judged(during: Reading, after: Reading, rules: list[str]) -> None:
    before = reading(0 if after.in_use is not None else None, after.size, after.waiting)
    found = judged(before, [before, during], after, ALLOWED, 19)
    assert [rule for rule, _, _ in found.flaws] == rules


def test_the_most_of_all_looks_is_told() -> None:
    looks = [reading(3, 40, 0), reading(7, 40, 0), reading(5, 40, 0)]
    found = judged(reading(0, 40, 0), looks, reading(0, 40, 0), ALLOWED, 19)
    assert found.seen == "at most 7 connections in use, size 40, 0 waiting while 19 read at once"


@pytest.mark.parametrize(("waited", "looks", "told"), [(1, 6, False), (2, 10, True), (1, 1, True)])
def test_a_moment_of_waiting_is_no_lack(waited: int, looks: int, told: bool) -> None:
    seen = [reading(5, 40, 1)] * waited + [reading(5, 40, 0)] * (looks - waited)
    found = judged(reading(0, 40, 0), seen, reading(0, 40, 0), ALLOWED, 19)
    assert [rule for rule, _, _ in found.flaws] == ([WAITING] if told else [])
