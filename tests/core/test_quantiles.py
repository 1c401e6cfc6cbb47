"""Percentiles of the difference of two readings of a histogram, against values made by hand."""

import math

import pytest

from gates.core.exposition import Family, Sample
from gates.core.quantiles import Went, between, buckets, quantile, total

INF = math.inf


def family(name: str, *samples: tuple[str, dict[str, str], float]) -> Family:
    return Family(name, "histogram", tuple(Sample(*one) for one in samples))


def test_buckets_of_all_labels_are_summed() -> None:
    read = family(
        "db",
        ("db_bucket", {"le": "0.1", "kind": "read"}, 1.0),
        ("db_bucket", {"le": "+Inf", "kind": "read"}, 2.0),
        ("db_bucket", {"le": "0.10", "kind": "write"}, 3.0),
        ("db_bucket", {"le": "+Inf", "kind": "write"}, 3.0),
        ("db_count", {"kind": "write"}, 3.0),
    )
    assert buckets([read], "db") == {0.1: 4.0, INF: 5.0}
    assert buckets([read], "other") is None


@pytest.mark.parametrize(
    ("added", "p", "value"),
    [
        ({1.0: 0.0, 2.0: 100.0, INF: 100.0}, 0.95, 1.95),
        ({1.0: 95.0, 2.0: 100.0, INF: 100.0}, 0.95, 1.0),
        ({1.0: 94.0, 2.0: 100.0, INF: 100.0}, 0.95, 1.0 + 1 / 6),
        ({1.0: 0.0, 2.0: 0.0, 4.0: 10.0, INF: 10.0}, 0.5, 3.0),
        ({1.0: 100.0, INF: 100.0}, 0.95, 0.95),
        ({1.0: 94.0, INF: 100.0}, 0.95, None),
    ],
)
def test_a_percentile_is_where_promql_puts_it(
    added: dict[float, float], p: float, value: float | None
) -> None:
    found = quantile(added, p)
    assert found is not None
    assert found.value == (None if value is None else pytest.approx(value))
    assert found.count == added[INF]


def test_a_percentile_above_the_last_bound_says_what_it_is_above() -> None:
    found = quantile({1.0: 94.0, 2.5: 94.0, INF: 100.0}, 0.95)
    assert found is not None
    assert (found.value, found.low, found.high) == (None, 2.5, INF)


def test_nothing_added_has_no_percentile() -> None:
    assert quantile({1.0: 0.0, INF: 0.0}, 0.95) is None


def test_only_what_was_added_counts() -> None:
    assert between({1.0: 5.0, INF: 9.0}, {1.0: 7.0, INF: 12.0}) == {1.0: 2.0, INF: 3.0}
    assert between({}, {1.0: 7.0, INF: 12.0}) == {1.0: 7.0, INF: 12.0}


@pytest.mark.parametrize(
    ("after", "word"), [({1.0: 4.0, INF: 9.0}, "down"), ({2.0: 7.0, INF: 12.0}, "changed")]
)
def test_readings_that_cannot_be_subtracted_are_refused(
    after: dict[float, float], word: str
) -> None:
    with pytest.raises(Went, match=word):
        between({1.0: 5.0, INF: 9.0}, after)


@pytest.mark.parametrize("called", ["hits", "hits_total"])
def test_counters_are_found_with_and_without_their_suffix(called: str) -> None:
    samples = ("hits_total", {"cache": "a"}, 2.0), ("hits_total", {"cache": "b"}, 3.0)
    other = family("hits_created", ("hits_created", {}, 9.0))
    assert total([family(called, *samples), other], "hits_total") == 5.0
    assert total([family("hits", *samples), other], "hits") == 5.0
    assert total([family(called), other], "hits_total") == 0.0
    assert total([other], "misses") is None
