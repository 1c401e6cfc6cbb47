"""The resilience probe against a service of ours: each defect is caught, no twin is accused."""

from typing import Any

import pytest

from gates.core.model import ToolReport
from gates.probes import resilience as probe

CLEAN = {
    "resilience.upstream_violations": 0.0,
    "resilience.overload_violations": 0.0,
    "resilience.lost_requests": 0.0,
}


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: found.value for name, found in report.measurements.items()}


def rules(report: ToolReport) -> set[tuple[str, str]]:
    return {(found.rule, found.context) for found in report.findings}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ((), {}),
        (("fallback",), {}),
        (("text",), {"kind": "http"}),
        (("no-id", "no-metrics", "plain-line"), {}),  # the matter of another gate
    ],
    ids=str,
)
def test_a_service_that_endures_is_not_accused(
    up: Any, words: tuple[str, ...], keys: dict[str, Any]
) -> None:
    report = probe.measure(up(*words, **keys))
    assert report.findings == ()
    assert values(report) == CLEAN


@pytest.mark.parametrize(
    ("words", "keys", "found"),
    [
        (("hang",), {}, {("upstream-hang", "cache hang GET /cached")}),
        (("no-recovery",), {}, {("upstream-recovery", "cache cut")}),
        (("unbounded",), {"connections": 45}, {("overload-unbounded", "GET /cached")}),
        (
            ("crash-500", "crowd-500", "hasty"),
            {},
            {
                ("upstream-status", "cache cut GET /cached"),
                ("upstream-status", "cache hang GET /cached"),
                ("overload-status", "GET /cached"),
                ("restart-in-flight", "POST /login"),
            },
        ),
    ],
    ids=["hang", "no-recovery", "unbounded", "statuses"],
)
def test_each_defect_is_caught_and_named(
    up: Any, words: tuple[str, ...], keys: dict[str, Any], found: set[tuple[str, str]]
) -> None:
    report = probe.measure(up(*words, **keys))
    assert {(f"resilience.{rule}", context) for rule, context in found} <= rules(report)
    assert values(report) != CLEAN
    for finding in report.findings:
        assert finding.fix and "allowed: " in finding.message


def test_what_a_burst_leaves_broken_is_told(up: Any) -> None:
    report = probe.measure(up("leak-slots", kind="", connections=10, burst_s=0.3))
    assert ("resilience.overload-recovery", "GET /cached") in rules(report)


def test_a_failure_that_spreads_to_what_does_not_need_the_upstream_is_told(
    up: Any,
) -> None:
    given = up("crash-500")
    given["upstreams"][0]["operations"] = ["GET /things"]
    report = probe.measure(given)
    assert ("resilience.upstream-spread", "cache cut GET /cached") in rules(report)


def test_no_upstreams_are_no_data_and_the_rest_is_judged(up: Any) -> None:
    report = probe.measure(up(kind=""))
    measured = report.measurements["resilience.upstream_violations"]
    assert measured.value is None
    assert "names no upstreams" in measured.why
    assert report.measurements["resilience.lost_requests"].value == 0.0


def test_an_upstream_that_the_service_never_asks_is_not_taken_for_endured(up: Any) -> None:
    given = up(kind="")
    other = up("fallback")
    given["upstreams"], given["control"] = other["upstreams"], other["control"]
    measured = probe.measure(given).measurements["resilience.upstream_violations"]
    assert measured.value is None
    assert "never connected" in measured.why


def test_a_service_that_is_not_ours_cannot_be_restarted(up: Any) -> None:
    report = probe.measure({**up(), "control": ""})
    assert values(report) == {
        "resilience.upstream_violations": None,
        "resilience.overload_violations": 0.0,
        "resilience.lost_requests": None,
    }
