"""What the metrics of a service have to show of its requests: a histogram of their durations.

Names of labels as the usual libraries write them: Prometheus clients, Micrometer, OpenTelemetry.
"""

import re
from collections.abc import Callable, Iterable

import msgspec

METHODS = frozenset({"method", "http_method", "http_request_method", "request_method", "verb"})
STATUSES = frozenset(
    {
        "status",
        "status_code",
        "statuscode",
        "code",
        "http_status",
        "http_status_code",
        "http_response_status_code",
        "response_code",
    }
)
ROUTES = frozenset(
    {
        "route",
        "path",
        "handler",
        "endpoint",
        "uri",
        "url",
        "http_route",
        "http_target",
        "path_template",
        "url_template",
        "url_rule",
        "operation",
        "resource",
        "view",
        "action",
    }
)
WANTED = (("method", METHODS), ("route", ROUTES), ("status", STATUSES))
_NAME = re.compile(r"(request|http|server).*(duration|latency|seconds|time|_ms\b)", re.IGNORECASE)
HISTOGRAMS = ("histogram", "gaugehistogram")
ENDINGS = {
    "counter": ("_total",),
    "histogram": ("_bucket", "_count", "_sum"),
    "summary": ("", "_count", "_sum"),
}


class Sample(msgspec.Struct, frozen=True):
    """One number: its full name, its labels, its value."""

    name: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True):
    """All samples of one metric; `kind` as its TYPE line says."""

    name: str
    kind: str
    samples: tuple[Sample, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """Every label of any sample, but the bounds of buckets."""
        return frozenset(name for each in self.samples for name in each.labels) - {"le"}


def durations(families: Iterable[Family]) -> Family | None:
    """The histogram of request durations: of those that look like one, the best labelled."""
    found = [each for each in families if each.kind in HISTOGRAMS and _of_requests(each)]
    return min(found, key=lambda each: (len(lacking(each)), each.name), default=None)


def summaries(families: Iterable[Family]) -> tuple[str, ...]:
    """Names of summaries of request durations, which cannot be joined over instances."""
    return tuple(sorted(e.name for e in families if e.kind == "summary" and _of_requests(e)))


def _of_requests(family: Family) -> bool:
    labelled = family.labels & METHODS or family.labels & ROUTES
    return bool(family.samples and (labelled or _NAME.search(family.name)))


def lacking(family: Family) -> tuple[str, ...]:
    """Which of method, route and status no label says."""
    labels = {name.lower() for name in family.labels}
    return tuple(what for what, names in WANTED if not labels & names)


def routes(family: Family) -> frozenset[str]:
    """Every value of its route labels."""
    return frozenset(
        value
        for each in family.samples
        for name, value in each.labels.items()
        if name.lower() in ROUTES
    )


def raw_routes(family: Family, ids: Iterable[str]) -> tuple[str, ...]:
    """Which of the ids that were asked for stand in a route label."""
    seen = routes(family)
    return tuple(one for one in ids if any(one in route for route in seen))


def counted(family: Family | None, without: Iterable[str] = ()) -> float:
    """How many successes it has counted, but those of the routes named.

    Where no label says the status, or the route, every request counts.
    """
    if family is None:
        return 0.0
    left_out = frozenset(without)
    return sum(
        each.value
        for each in family.samples
        if each.name == f"{family.name}_count"
        and not _any(each, ROUTES, left_out.__contains__)
        and not _any(each, STATUSES, lambda value: not value.startswith("2"))
    )


def _any(sample: Sample, labels: frozenset[str], test: Callable[[str], bool]) -> bool:
    return any(test(value) for name, value in sample.labels.items() if name.lower() in labels)


def queryable(families: Iterable[Family]) -> tuple[str, ...]:
    """Names by which the samples can be asked for, sorted; of a family without any, by its kind."""
    found: set[str] = set()
    for each in families:
        made = {each.name + ending for ending in ENDINGS.get(each.kind, ("",))}
        found |= {one.name for one in each.samples} or made
    return tuple(sorted(found))


def names(families: Iterable[Family]) -> frozenset[str]:
    """Names of the families and of their samples."""
    return frozenset(
        name for each in families for name in (each.name, *(s.name for s in each.samples))
    )
