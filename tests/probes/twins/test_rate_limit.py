"""The throttling probe against a clean service and its twins with one defect each."""

from collections.abc import Callable
from typing import Any

import pytest

from gates.core.behaviour import Throttle
from gates.core.model import Status, ToolReport
from gates.tools import rate_limit

Start = Callable[..., Any]
LOGIN = "POST /v1/login"
LIST = "GET /v1/items"


def value(report: ToolReport, name: str) -> float | None:
    return report.measurements[f"throttle.{name}"].value


def rules(report: ToolReport) -> set[str]:
    return {finding.rule for finding in report.findings}


def cells(report: ToolReport) -> dict[str, Status]:
    return {one.operation: one.state for one in report.operations}


@pytest.mark.parametrize(
    ("defect", "settings", "expected", "found"),
    [
        ("documented-429", {}, (6.0, 0.0), set()),
        ("retry-after-date", {"burst": 10}, (6.0, 0.0), {"rate-limit.list-unthrottled"}),
        ("code-423", {"codes": [423]}, (6.0, 0.0), {"rate-limit.list-unthrottled"}),
        ("headers-limit", {}, (6.0, 0.0), set()),
        (
            "no-throttle",
            {},
            (12.0, None),
            {"rate-limit.login-unthrottled", "rate-limit.list-unthrottled"},
        ),
        ("throttle-late", {}, (10.0, 0.0), {"rate-limit.list-unthrottled"}),
        (
            "code-423",
            {},
            (12.0, None),
            {"rate-limit.login-unthrottled", "rate-limit.list-unthrottled"},
        ),
        (
            "no-retry-after",
            {},
            (6.0, 1.0),
            {"rate-limit.no-retry-after", "rate-limit.list-unthrottled"},
        ),
        (
            "retry-after-word",
            {},
            (6.0, 1.0),
            {"rate-limit.no-retry-after", "rate-limit.list-unthrottled"},
        ),
        (
            "throttle-once",
            {},
            (6.0, 1.0),
            {"rate-limit.not-enforced", "rate-limit.list-unthrottled"},
        ),
        (
            "throttle-crashes",
            {},
            (6.0, 1.0),
            {"rate-limit.login-crashes", "rate-limit.list-unthrottled"},
        ),
        ("limit-shared", {}, (6.0, 0.0), set()),
    ],
)
def test_the_login_and_the_lists(
    twin: Start,
    defect: str,
    settings: dict[str, Any],
    expected: tuple[float | None, float | None],
    found: set[str],
) -> None:
    report = twin("jwt", defect).report(rate_limit, **settings)
    assert (value(report, "login_attempts"), value(report, "no_retry_after")) == expected
    assert rules(report) == found
    assert set(report.measurements) == set(rate_limit.METRICS)
    assert report.examined <= 120
    assert set(cells(report)) == {LOGIN, LIST}


@pytest.mark.parametrize("style", ["cookie", "opaque"])
def test_other_sessions_have_a_login_to_throttle_too(twin: Start, style: str) -> None:
    report = twin(style, "documented-429").report(rate_limit, process=True)
    assert value(report, "login_attempts") == 6.0
    assert report.findings == ()
    assert cells(report) == {LOGIN: Status.PASS, LIST: Status.PASS}


def test_without_a_login_nothing_is_said_of_it(twin: Start) -> None:
    report = twin("key", "documented-429").report(rate_limit)
    assert value(report, "login_attempts") is None
    assert "[auth.login]" in report.measurements["throttle.login_attempts"].why


@pytest.mark.parametrize(
    ("defect", "per", "found"),
    [
        ("limit-20", "user", set()),
        ("limit-shared", "address", set()),
        ("limit-wide", "user", {"rate-limit.declared"}),
        ("limit-narrow", "user", {"rate-limit.declared"}),
        ("limit-shared", "user", {"rate-limit.not-per-user"}),
        ("limit-20", "address", {"rate-limit.not-per-address"}),
    ],
)
def test_declared_limits_hold_and_count_whom_they_say(
    twin: Start, defect: str, per: str, found: set[str]
) -> None:
    service = twin("jwt", defect)
    promised = (Throttle(operation=LIST, limit=20, window_s=60, per=per),)
    report = service.report(rate_limit, target=service.target(throttles=promised))
    assert rules(report) == found
    assert value(report, "declared_violations") == len(found)
    assert cells(report)[LIST] is (Status.FAIL if found else Status.PASS)


def test_a_limit_beyond_the_budget_is_not_told(twin: Start) -> None:
    service = twin("jwt", "documented-429")
    promised = (Throttle(operation=LIST, limit=100_000, window_s=60),)
    report = service.report(rate_limit, target=service.target(throttles=promised))
    found = report.measurements["throttle.declared_violations"]
    assert found.value is None
    assert found.why == f"{LIST}: 110001 requests would show it, 220 may be sent for it"
    assert report.findings == ()


@pytest.mark.parametrize(("limit", "broken"), [(5, 0.0), (4, 0.0), (9, 1.0)])
def test_a_promised_limit_of_the_login_is_counted_by_its_wrong_passwords(
    twin: Start, limit: int, broken: float
) -> None:
    service = twin("jwt", "documented-429")
    promised = (Throttle(operation=LOGIN, limit=limit, window_s=300),)
    report = service.report(rate_limit, target=service.target(throttles=promised))
    assert value(report, "declared_violations") == broken


def test_two_runs_find_the_same(twin: Start) -> None:
    first, second = (twin("jwt", "no-throttle").report(rate_limit) for _ in range(2))
    assert first.findings == second.findings
