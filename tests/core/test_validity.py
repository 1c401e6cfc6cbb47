"""Times, ages and staleness, at both sides of each bound."""

from datetime import UTC, datetime, timedelta

import pytest

from gates.core import validity

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026-11-21", "2026-11-21T12:00:00", "2026-11-21T12:00:00+01:00"),
        *("2026-02-30T12:00:00Z", "2026-11-21T12:00:00.5Z", " 2026-11-21T12:00:00Z"),
        *("2026-11-21T12:00:00Z\n", "٢٠٢٦-11-21T12:00:00Z", "2026-11-21T24:00:00Z"),
    ],
)
def test_what_is_no_time_of_ours(text: str) -> None:
    assert validity.moment(text) is None


def test_a_time() -> None:
    assert validity.moment("2026-11-21T12:00:00Z") == NOW


@pytest.mark.parametrize(("text", "hours"), [("26h", 26), ("90m", 1.5), ("7d", 168), ("3600s", 1)])
def test_a_span(text: str, hours: float) -> None:
    assert validity.span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "26", "0h", "-1h", "1.5h", "26 h", "h", "1w", "9999999d"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="26h"):
        validity.span(text)


@pytest.mark.parametrize(
    ("age", "word"),
    [
        (timedelta(hours=26), ""),
        (timedelta(hours=26, seconds=1), "old"),
        (timedelta(minutes=-5), ""),
        (timedelta(minutes=-5, seconds=-1), "future"),
    ],
)
def test_p70_an_age_counts_up_to_its_bound_and_the_skew_of_clocks(
    age: timedelta, word: str
) -> None:
    why = validity.too_old(NOW - age, NOW, timedelta(hours=26))
    assert word in why and bool(why) is bool(word)


@pytest.mark.parametrize(
    ("until", "is_stale"),
    [
        ("2026-11-21T12:00:00Z", False),
        ("2026-11-21T11:59:59Z", True),
        ("tomorrow", True),
        ("", False),
    ],
)
def test_p52_stale_is_what_is_past_its_time(until: str, is_stale: bool) -> None:
    assert validity.stale(until, NOW).startswith("STALE") is is_stale


@pytest.mark.parametrize(
    ("started", "until", "word"),
    [
        ("2026-11-21T11:00:00Z", "2026-11-22T13:00:00Z", ""),
        ("2026-11-21T12:05:00Z", "2026-11-22T13:00:00Z", ""),
        ("2026-11-21T12:05:01Z", "2026-11-22T13:00:00Z", "STALE: it is of 2026-11-21T12:05:01Z"),
        ("2026-11-20T09:00:00Z", "2026-11-21T11:00:00Z", "STALE: valid until"),
        ("", "2026-11-21T11:00:00Z", "STALE: valid until"),
        ("", "", ""),
    ],
)
def test_what_is_of_the_future_does_not_count_either(started: str, until: str, word: str) -> None:
    why = validity.unfit(started, until, NOW)
    assert why.startswith(word) and bool(why) is bool(word)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=40, minutes=3), "40 h 3 min"),
        (timedelta(hours=50), "2 d 2 h"),
    ],
)
def test_a_span_for_people(span: timedelta, text: str) -> None:
    assert validity.told(span) == text
