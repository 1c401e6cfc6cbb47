"""Percentiles of what happened between two readings of a Prometheus histogram, and of counters.

The estimate is that of PromQL's histogram_quantile: evenly spread inside a bucket; what lies above
the last finite bound has no estimate. Labels are summed up.
"""

import math
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from gates.core.exposition import Family

Buckets = dict[float, float]  # upper bound in the metric's unit -> how many are at or below


class Went(Exception):
    """Two readings cannot be subtracted; the text says why."""


class Quantile(msgspec.Struct, frozen=True, kw_only=True):
    """A percentile: it lies in (low, high]. `value` is None where `high` is infinite."""

    value: float | None
    low: float
    high: float
    count: int


def buckets(families: Iterable[Family], name: str) -> Buckets | None:
    """The cumulative buckets of a histogram, None where there is none of that name."""
    found: defaultdict[float, float] = defaultdict(float)
    for family in families:
        for sample in family.samples:
            if sample.name == f"{name}_bucket" and "le" in sample.labels:
                found[float(sample.labels["le"])] += sample.value
    return dict(sorted(found.items())) or None


def between(before: Buckets, after: Buckets) -> Buckets:
    """What was added. Raises Went where buckets differ or counted down."""
    if not before:  # a labelled histogram that nothing was observed in
        before = dict.fromkeys(after, 0.0)
    if before.keys() != after.keys():
        raise Went("its buckets changed between the two readings")
    added = {bound: after[bound] - before[bound] for bound in after}
    if any(count < 0 for count in added.values()):
        raise Went("it counted down between the two readings: was the service started anew?")
    return added


def quantile(added: Buckets, p: float) -> Quantile | None:
    """Percentile `p`, a share in (0, 1), None where nothing was added."""
    total = added.get(math.inf, 0.0)
    if total <= 0:
        return None
    rank, low, below = p * total, 0.0, 0.0
    for high, count in sorted(added.items()):
        if count >= rank:
            inside = (rank - below) / (count - below)
            value = None if math.isinf(high) else low + (high - low) * inside
            return Quantile(value=value, low=low, high=high, count=int(total))
        low, below = high, count
    return None


def total(families: Iterable[Family], name: str) -> float | None:
    """The sum over all labels of a counter or gauge, None where there is none of that name.

    One that has labels, and no number yet, is 0.
    """
    plain = name.removesuffix("_total")
    found = [
        sum(sample.value for sample in family.samples if sample.name in (name, f"{name}_total"))
        for family in families
        if family.name in (name, plain)
    ]
    return sum(found) if found else None
