"""The smoke probe and its adapter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gates.core.model import Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.tools import smoke

Site = Callable[..., str]


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Callable[..., ToolReport]:
    """Run the adapter over a site and return its report."""

    def run(url: str, ready_s: float | None = 1.5) -> ToolReport:
        target = Target(name="t", service=Service(base_url=url, health="/ok"))
        output = str(tmp_path)
        options = Options(tree="", output=output, python="x", base_url=url, ready_s=ready_s)
        (invocation,) = smoke.commands(target, options)
        return smoke.parse((run_probe(invocation),))

    return run


def counting(*statuses: int) -> Callable[..., tuple[int, list[tuple[str, str]]]]:
    left = list(statuses)
    return lambda method, path, given: (left.pop(0) if path == "/ok" else 404, [])


@pytest.mark.parametrize(
    ("statuses", "healthy"),
    [((200, 204, 299), 1.0), ((200, 200, 503), 0.0), ((301, 200, 200), 0.0)],
)
def test_healthy_is_three_times_2xx(
    site: Site, look: Callable[..., ToolReport], statuses: tuple[int, ...], healthy: float
) -> None:
    report = look(site(counting(*statuses)))
    assert report.measurements["smoke.healthy"].value == healthy
    assert report.measurements["smoke.ready_s"].value == 1.5
    assert (report.examined, report.examined_unit) == (1, "services")
    assert [finding.rule for finding in report.findings] == ["smoke.unhealthy"] * (healthy == 0)


def test_a_service_that_is_gone_is_unhealthy(look: Callable[..., ToolReport]) -> None:
    report = look("http://127.0.0.1:9", None)
    assert report.measurements["smoke.healthy"].value == 0.0
    assert report.measurements["smoke.ready_s"].why == "the service was running already"
    (finding,) = report.findings
    assert finding.message == "GET /ok: found refused; allowed: 2xx, 3 times in a row"


def test_without_a_service_nothing_runs() -> None:
    assert smoke.commands(Target(name="t"), Options(tree="", output="")) == ()
    with pytest.raises(ParseError) as caught:
        smoke.parse(())
    assert caught.value.reason is Reason.NO_RESULT


def test_the_control_is_healthy_until_it_counts_as_ready() -> None:
    """Readiness takes three answers, the fourth is the probe's first."""
    planted = smoke.control().files["planted.py"]
    assert "return 200 if number <= 3 else 503" in planted
