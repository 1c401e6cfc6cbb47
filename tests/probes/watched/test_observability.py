"""The observability probe against a service of ours: each defect is caught, no twin is accused."""

from typing import Any

import pytest

from gates.core.behaviour import Logs, Observability
from gates.core.model import ToolReport
from gates.probes import observability as probe

CLEAN = {
    "observability.health_violations": 0.0,
    "observability.readiness_violations": 0.0,
    "observability.metrics_violations": 0.0,
    "observability.request_id_violations": 0.0,
    "observability.log_violations": 0.0,
    "observability.trace_violations": 0.0,
    "observability.log_secrets": 0.0,
    "observability.audit_percent": 100.0,
}
RENAMED = Observability(
    request_id="X-Correlation-ID", logs=Logs(request_id="rid", user="who", action="did")
)
NESTED = Observability(
    logs=Logs(
        request_id="http.request_id", user="http.user", action="http.action", object="http.object"
    )
)


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: found.value for name, found in report.measurements.items()}


def rules(report: ToolReport) -> set[tuple[str, str]]:
    return {(found.rule, found.context) for found in report.findings}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ((), {}),
        (("renamed",), {"observability": RENAMED}),
        (("nested",), {"observability": NESTED}),
        (("text",), {"observability": Observability(logs=Logs(format="text"))}),
        (("openmetrics",), {}),
        ((), {"kind": "http"}),
        ((), {"kind": ""}),
        (("hasty", "hang", "crowd-500"), {}),  # the matter of another gate
    ],
    ids=" ".join,
)
def test_a_service_that_shows_what_it_should_is_not_accused(
    up: Any, words: tuple[str, ...], keys: dict[str, Any]
) -> None:
    report = probe.measure(up(*words, **keys))
    assert report.findings == ()
    assert values(report) == CLEAN
    assert report.examined <= 120


@pytest.mark.parametrize(
    ("word", "metric", "rule", "context"),
    [
        ("always-ready", "readiness_violations", "always-ready", "/ready cache"),
        ("no-recovery", "readiness_violations", "not-ready-again", "/ready cache"),
        ("no-metrics", "metrics_violations", "metrics-absent", "/metrics"),
        ("bad-metrics", "metrics_violations", "metrics-unreadable", "/metrics"),
        ("summary", "metrics_violations", "metrics-no-durations", "/metrics"),
        ("no-status", "metrics_violations", "metrics-labels", "/metrics"),
        ("raw-route", "metrics_violations", "metrics-raw-route", "/metrics id"),
        ("raw-unmatched", "metrics_violations", "metrics-raw-route", "/metrics unknown path"),
        ("not-counted", "metrics_violations", "metrics-not-counted", "/metrics"),
        ("no-id", "request_id_violations", "request-id-none", "X-Request-ID"),
        ("same-id", "request_id_violations", "request-id-not-unique", "X-Request-ID"),
        ("raw-id", "request_id_violations", "request-id-raw", "X-Request-ID"),
        ("plain-line", "log_violations", "logs-not-json", "log"),
        ("no-logged-id", "log_violations", "logs-not-logged", "request_id"),
        ("unlogged", "log_violations", "logs-not-logged", "GET /things/{id}"),
        ("no-level", "log_violations", "logs-no-level", "level"),
        ("no-user", "log_violations", "logs-no-user", "user"),
        ("trace-new", "trace_violations", "trace-lost", "log"),
        ("log-query", "log_secrets", "secret-logged", "a token in the query"),
        ("log-body", "log_secrets", "secret-logged", "the password of a refused login"),
        (
            "log-authorization",
            "log_secrets",
            "secret-logged",
            "the value of an Authorization header",
        ),
        ("log-secret", "log_secrets", "secret-logged", "the variable DEMO_PASSWORD"),
        ("refusal-unaudited", "audit_percent", "not-audited", "refused POST /login"),
        ("delete-unaudited", "audit_percent", "not-audited", "DELETE /things/{id}"),
        ("audit-no-object", "audit_percent", "not-audited", "DELETE /things/{id}"),
    ],
)
def test_each_defect_is_caught_and_named(
    up: Any, word: str, metric: str, rule: str, context: str
) -> None:
    report = probe.measure(up(word))
    assert (f"observability.{rule}", context) in rules(report)
    assert values(report)[f"observability.{metric}"] != CLEAN[f"observability.{metric}"]
    for finding in report.findings:
        assert finding.fix and "allowed: " in finding.message


def test_a_trace_that_does_not_reach_an_upstream_is_lost(up: Any) -> None:
    report = probe.measure(up("trace-dropped", kind="http"))
    assert rules(report) == {("observability.trace-lost", "upstream cache")}


def test_a_trace_that_nobody_can_see_is_no_data(up: Any) -> None:
    measured = probe.measure(up("no-trace")).measurements["observability.trace_violations"]
    assert measured.value is None
    assert "log it as trace_id" in measured.why


def test_the_log_of_a_service_that_is_not_ours_is_no_data(up: Any) -> None:
    given = up("plain-line", "log-query")
    report = probe.measure({**given, "service_log": "", "control": ""})
    for metric in ("log_violations", "trace_violations", "log_secrets", "audit_percent"):
        measured = report.measurements[f"observability.{metric}"]
        assert measured.value is None
        assert "did not start" in measured.why
    assert report.measurements["observability.readiness_violations"].value == 0.0


def test_findings_are_the_same_in_every_run_and_hold_no_secret(up: Any) -> None:
    given = up("log-body", "raw-route", "plain-line", "no-id")
    first, second = probe.measure(given), probe.measure(given)
    assert first.findings == second.findings
    assert not any("canary" in finding.message for finding in first.findings)


def test_a_metric_that_the_target_names_is_demanded(up: Any) -> None:
    wanted = Observability(families=("db_query_duration_seconds",))
    report = probe.measure(up(observability=wanted))
    context = "/metrics db_query_duration_seconds"
    assert rules(report) == {("observability.metrics-missing-family", context)}


def test_a_budget_that_is_used_up_is_said_and_nothing_is_taken_for_fine(up: Any) -> None:
    report = probe.measure(up(max_requests=4))
    assert values(report)["observability.audit_percent"] is None
    assert "budget" in report.notes[0]


@pytest.mark.parametrize(
    ("word", "some"), [("", True), ("openmetrics", True), ("no-metrics", False)]
)
def test_the_names_of_the_metrics_are_kept_for_later_gates(up: Any, word: str, some: bool) -> None:
    """A gate that judges alerts has to know which metrics there are, whatever else is wrong."""
    shown = probe.measure(up(*([word] if word else []))).exposed
    assert bool(shown) is some
    assert shown == tuple(sorted(shown))
    assert any(name.endswith("_bucket") for name in shown) is some
