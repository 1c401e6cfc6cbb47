"""Which histogram is that of the requests, what it lacks, and what it counted."""

import pytest

from gates.core.exposition import (
    Family,
    Sample,
    counted,
    durations,
    lacking,
    names,
    queryable,
    raw_routes,
    summaries,
)

NAME = "http_request_duration_seconds"


def family(name: str = NAME, kind: str = "histogram", **labels: str) -> Family:
    return Family(
        name,
        kind,
        (
            Sample(f"{name}_bucket", {**labels, "le": "+Inf"}, 3.0),
            Sample(f"{name}_count", labels, 3.0),
            Sample(f"{name}_sum", labels, 0.3),
        ),
    )


@pytest.mark.parametrize(
    ("labels", "missing"),
    [
        ({"method": "GET", "route": "/things/{id}", "status": "200"}, ()),
        ({"method": "GET", "uri": "/things/{id}", "status": "200"}, ()),
        (
            {
                "http_request_method": "GET",
                "http_route": "/things/{id}",
                "http_response_status_code": "200",
            },
            (),
        ),
        ({"method": "GET", "handler": "/things/{id}"}, ("status",)),
        ({"status": "200"}, ("method", "route")),
        ({}, ("method", "route", "status")),
    ],
)
def test_labels_of_the_usual_libraries_are_known(
    labels: dict[str, str], missing: tuple[str, ...]
) -> None:
    assert lacking(family(**labels)) == missing


def test_the_best_labelled_histogram_is_chosen_and_others_are_not_of_requests() -> None:
    poor = family("a_request_duration_seconds", method="GET")
    good = family(method="GET", route="/", status="200")
    query = family("db_query_seconds", kind="histogram", kind_of="read")
    assert durations([query, poor, good]) == good
    assert durations([query]) is None
    assert durations([family(kind="summary", method="GET")]) is None
    assert summaries([family(kind="summary", method="GET")]) == (NAME,)
    assert durations([Family(NAME, "histogram")]) is None


def test_only_successes_of_other_routes_are_counted() -> None:
    samples = tuple(
        Sample(f"{NAME}_count", {"route": route, "status": status}, 1.0)
        for route in ("/things", "/metrics")
        for status in ("200", "2xx", "404", "503")
    )
    seen = Family(NAME, "histogram", samples)
    assert counted(seen) == 4.0
    assert counted(seen, ["/metrics"]) == 2.0
    assert counted(None) == 0.0
    assert counted(family(method="GET")) == 3.0


def test_an_id_in_a_route_is_seen_and_a_template_is_none() -> None:
    raw = family(method="GET", route="/things/90817263", status="200")
    assert raw_routes(raw, ("90817263", "90817264")) == ("90817263",)
    assert raw_routes(family(method="GET", route="/things/{id}"), ("90817263",)) == ()
    assert raw_routes(family(method="GET", other="90817263"), ("90817263",)) == ()


def test_names_are_those_of_families_and_samples() -> None:
    assert names([family()]) == {NAME, f"{NAME}_bucket", f"{NAME}_count", f"{NAME}_sum"}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("gauge", ("x",)),
        ("counter", ("x_total",)),
        ("histogram", ("x_bucket", "x_count", "x_sum")),
        ("summary", ("x", "x_count", "x_sum")),
        ("unknown", ("x",)),
    ],
)
def test_a_family_without_samples_can_be_asked_for_as_its_kind_says(kind, expected):
    assert queryable([Family("x", kind)]) == expected
    sample = Sample("x_made", {}, 1.0)
    assert queryable([Family("x", kind, (sample,))]) == ("x_made",)
