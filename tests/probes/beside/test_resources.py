"""The resources probe: planted leaks are told with their rate, twins are not accused (P40)."""

from typing import Any

import pytest

from gates.core.load import Generator, LoadResult, Recorded
from gates.core.model import Reason, ToolReport
from gates.probes import resources as probe
from gates.probes._common import ProbeError
from gates.probes._process_tree import Held
from gates.probes._watched_load import Window
from gates.probes.resources import Seen


def rules(report: ToolReport) -> set[str]:
    return {one.rule for one in report.findings}


def test_planted_leaks_are_told_wherever_in_the_tree_they_are(up: Any) -> None:
    """The service runs in a child of the process that was started."""
    report = probe.measure(up("children", "memory", "files", "threads", load_s=12.0))
    leaks = {"memory", "descriptors", "threads"}
    assert report.measurements[probe.TRENDS].why == ""
    assert rules(report) == {f"resources.growing-{name}" for name in leaks}
    assert report.measurements[probe.TRENDS].value == 3.0
    assert "2 processes" in report.measurements[probe.REST].detail
    for one in report.findings:
        assert "per minute" in one.message and "per 1,000 requests" in one.message


def test_a_cache_that_fills_up_and_stays_is_no_leak(up: Any) -> None:
    report = probe.measure(up("bounded"))
    assert report.findings == ()
    found = report.measurements
    assert found[probe.TRENDS].value == 0.0
    rest, peak = found[probe.REST].value, found[probe.PEAK].value
    assert rest is not None and peak is not None and 5 < rest < peak - 20
    names = {one.name for one in report.series}
    assert {"memory over time", "threads over time", "CPU over time"} <= names
    assert all(at >= 0 for one in report.series for at, _ in one.points)


def test_a_service_that_is_not_ours_is_not_watched() -> None:
    load = {"argv": ["/nowhere"], "env": {}, "result": "result.json"}
    report = probe.measure({"pid": 0, "load": load})
    for one in report.measurements.values():
        assert one.value is None and "running already" in one.why
    assert report.examined == 1


def test_too_short_a_load_is_no_verdict_p12(up: Any) -> None:
    report = probe.measure(up("memory", load_s=1.5))
    trends = report.measurements[probe.TRENDS]
    assert trends.value is None and "too short a load" in trends.why
    assert report.findings == ()
    assert report.measurements[probe.REST].value


def test_a_service_that_is_gone_is_no_verdict_p38(up: Any) -> None:
    given = up("clean")
    given["pid"] = 2**22 - 1  # of no process
    with pytest.raises(ProbeError) as caught:
        probe.measure(given)
    assert caught.value.reason is Reason.TARGET_DOWN


RECORDED = Recorded(requests=500, failures={}, size=0, response=(), service=())
LOAD = LoadResult(
    finished=True,
    wanted_rate=50.0,
    duration_s=10.0,
    scheduled=500,
    handled=500,
    warmup_requests=0,
    warmup_failures=0,
    trailing_gone=0,
    total=RECORDED,
    operations={},
    generator=Generator(
        cpu_percent=0, lag=(), quiet=True, quiet_wait_s=0, other_cpu_percent=0, steal_percent=0
    ),
    interval_s=1.0,
    intervals=(),
)


def seen(field: str, per_s: float, after: float, begin: float = 40.0) -> Seen:
    """Looks from 2 s before the window (the warm-up, where everything jumps) to its end."""

    def held(at: float) -> Held:
        level = begin + per_s * max(at, 0.0) if at >= 0 else begin / 2
        return Held(**{"processes": 1, "cpu_s": 0.2 * (at + 2), field: level})  # type: ignore[arg-type]

    looks = tuple((100 + i / 10, held(i / 10)) for i in range(-20, 101))
    window = Window(opening=100.0, closing=110.0, load=LOAD)
    return Seen(rest=Held(processes=1), looks=looks, after=Held(**{field: after}), window=window)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "per_s", "after", "told"),
    [
        ("memory", 5.0, 90.0, "300 MB per minute"),  # P40: 5 MB a second
        ("memory", 5.0, 90.0, "100 MB per 1,000 requests"),
        ("memory", 5.0, 41.0, ""),
        ("memory", 1.0, 50.0, ""),
        ("memory", -5.0, 0.0, ""),
        ("threads", 2.0, 60.0, "120 per minute"),
        ("threads", 0.5, 45.0, ""),
        ("descriptors", 50.0, 540.0, "1000 per 1,000 requests"),
        ("descriptors", 50.0, 60.0, ""),
        ("connections", 50.0, 540.0, "from 62.5"),
    ],
)
def test_rates_are_told_per_minute_and_per_thousand_requests(
    field: str, per_s: float, after: float, told: str
) -> None:
    report = probe.report(seen(field, per_s, after))
    assert rules(report) == ({f"resources.growing-{field}"} if told else set())
    assert report.measurements[probe.TRENDS].value == float(bool(told))
    for one in report.findings:
        assert told in one.message and one.context == field and one.metric == probe.TRENDS
    assert report.measurements[probe.CPU].value == pytest.approx(20.0)
    assert "4 ms for each request" in report.measurements[probe.CPU].detail
