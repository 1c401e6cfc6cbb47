"""What of recorded slices is compared: not what one of the sides cannot answer."""

import pytest

from gates.core.pairs import Slice, Twin, asked, failing, pairs


def part(good: dict[str, int], bad: dict[str, int] | None = None, us: int = 10_000) -> Slice:
    """So many accepted and failed requests of each operation, every 10 ms one."""
    failures = {name: {"status 404": count} for name, count in (bad or {}).items()}
    many = sum(good.values()) + sum((bad or {}).values())
    return Slice(
        times={name: (us,) * count for name, count in good.items()},
        failures=failures,
        ends=tuple(us + 10_000 * number for number in range(many)),
    )


def test_requests_are_counted() -> None:
    assert asked((part({"a": 3}, {"b": 2}), part({"a": 1}))) == (6, 4)
    assert asked(()) == (0, 0)


@pytest.mark.parametrize(
    ("good", "bad", "named"), [(5, 5, {}), (5, 6, {"a": "status 404"}), (0, 1, {"a": "status 404"})]
)
def test_more_than_half_failed_is_failing(good: int, bad: int, named: dict[str, str]) -> None:
    """Over all slices together, whatever one of them says."""
    parts = (part({"a": good}, {"a": bad - 1}), part({}, {"a": 1}))
    assert failing(parts) == named


def test_a_failure_is_told_by_its_most_frequent_kind() -> None:
    kinds = {"timeout": 1, "status 500": 3, "status 404": 3}
    assert failing((Slice(times={}, failures={"a": kinds}, ends=()),)) == {"a": "status 404"}


def test_times_are_milliseconds_and_a_pace() -> None:
    (pair,) = pairs((Twin(base=part({"a": 20}), candidate=part({"a": 20}), base_first=True),))
    assert pair.base == pair.candidate
    assert pair.base.times == (10.0,) * 20
    assert (pair.base.accepted, pair.base.ended, pair.base.steps) == (20, 20, 13)
    assert pair.base.span_s == pytest.approx(0.13)


def test_what_the_base_cannot_answer_counts_on_neither_side() -> None:
    """A new operation: the base says 404; the candidate is not slower or worse for having it."""
    base, candidate = part({"a": 10}, {"new": 10}), part({"a": 10, "new": 10})
    (pair,) = pairs((Twin(base=base, candidate=candidate, base_first=True),))
    assert len(pair.base.times) == len(pair.candidate.times) == 10
    assert (pair.candidate.accepted, pair.candidate.ended) == (10, 10)
    assert (pair.base.accepted, pair.base.ended) == (10, 10)


def test_what_only_the_candidate_cannot_answer_is_lost_throughput_without_times() -> None:
    base, candidate = part({"a": 10, "b": 10}), part({"a": 10}, {"b": 10})
    (pair,) = pairs((Twin(base=base, candidate=candidate, base_first=False),))
    assert len(pair.base.times) == len(pair.candidate.times) == 10
    assert (pair.base.accepted, pair.candidate.accepted, pair.candidate.ended) == (20, 10, 20)
