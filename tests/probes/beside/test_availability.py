"""The availability probe against a service of ours: an outage is measured, a good one is not."""

from typing import Any

import pytest

from gates.probes import availability as probe


def test_a_good_service_is_available_and_stops_well(up: Any) -> None:
    report = probe.measure(up("graceful", "slow", load_s=4.5))
    values = {name: one.value for name, one in report.measurements.items()}
    assert values == {"availability.percent": 100.0, "availability.lost_requests": 0.0}
    assert report.findings == ()
    assert report.examined >= 60
    (curve,) = report.series
    assert {share for _, share in curve.points} == {100.0}


def test_an_outage_and_a_hasty_end_are_told(up: Any) -> None:
    report = probe.measure(up("outage", "slow", load_s=4.5))
    share = report.measurements["availability.percent"]
    assert share.value is not None and 50 < share.value < 99
    assert "longest outage" in share.detail
    rules = {(one.rule, one.context) for one in report.findings}
    assert rules == {
        ("availability.outage", "GET /things"),
        ("availability.stop-in-flight", "GET /things"),
    }


def test_too_short_a_load_is_no_share_p12(up: Any) -> None:
    report = probe.measure({**up("graceful", "slow", load_s=1.0), "control": ""})
    share = report.measurements["availability.percent"]
    assert share.value is None and "at least 60" in share.why
    assert report.measurements["availability.lost_requests"].value is None


@pytest.mark.parametrize(
    ("operations", "first"),
    [(["/b", "/a"], "/b"), (["/c"], "/a"), ([], "/a")],
)
def test_the_first_operation_of_the_load_that_answers_is_asked(
    operations: list[str], first: str
) -> None:
    from gates.probes._enduring import Given, Question

    task = Given(base_url="", health="/health", operations=tuple(operations))
    fine = tuple(Question(label=f"GET {path}", path=path) for path in ("/health", "/a", "/b"))
    asked = probe.probed(task, fine)
    assert [one.path for one in asked] == ["/health", first]
