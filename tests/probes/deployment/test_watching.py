"""Alerts and dashboards: what they watch, and whether the metrics they name are there."""

import json
from pathlib import Path
from typing import Any

import pytest

from gates.probes.deployment import alerts, dashboard, promql
from gates.probes.deployment.alerts import Known

SHOWN = frozenset({"http_seconds_bucket", "http_seconds_count", "queue"})
KNOWN = Known(exposed=SHOWN, others=("node_*",))
SLOW = "histogram_quantile(0.9, sum by (le) (rate(http_seconds_bucket[5m]))) > 1"
WRONG = 'sum(rate(http_seconds_count{status=~"5.."}[5m])) > 0'
DOWN = 'up{job="x"} == 0'


@pytest.mark.parametrize(
    ("expression", "signals"),
    [
        (SLOW, {"latency"}),
        (WRONG, {"errors"}),
        (DOWN, {"availability"}),
        ("absent(up)", {"availability"}),
        ("probe_success == 0", {"availability"}),
        ('rate(x{code="500"}[5m]) > 1', {"errors"}),
        ('rate(x{status!~"2.."}[5m]) > 1', {"errors"}),
        ('rate(x{status=~"2.."}[5m]) > 1', set()),
        ('rate(x{path=~"5.."}[5m]) > 1', set()),
        ("rate(app_errors_total[5m]) > 0", {"errors"}),
        ("rate(http_seconds_sum[5m]) / rate(http_seconds_count[5m]) > 1", {"latency"}),
        ("rate(http_request_duration_seconds_count[5m]) > 1", set()),
        ("queue > 5", set()),
    ],
)
def test_an_expression_tells_what_it_watches(expression: str, signals: set[str]) -> None:
    assert promql.read(expression).signals == signals


def test_every_metric_of_an_expression_is_found() -> None:
    text = 'max_over_time(a[5m:1m]) + on (x) topk(3, -(b)) / {__name__="c"} unless d offset 5m'
    assert promql.read(text).metrics == {"a", "b", "c", "d"}
    with pytest.raises(promql.QueryError, match="paren"):
        promql.read("sum(rate(x[5m])")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        *[("5m", True), ("1h30m", True), ("0m", True), ("0", True), ("1d12h5ms", True)],
        *[("", False), ("5", False), ("5 m", False), ("30m1h", False), ("5x", False)],
    ],
)
def test_durations_are_those_of_prometheus(text: str, is_one: bool) -> None:
    assert promql.is_duration(text) is is_one


def rule(name: str, expression: str, **more: Any) -> dict[str, Any]:
    return {"alert": name, "expr": expression, **more}


def judged(
    tmp_path: Path, rules: list[dict[str, Any]] | str, known: Known = KNOWN
) -> tuple[float | None, list[str]]:
    held = {"groups": [{"name": "g", "rules": rules}]}
    text = rules if isinstance(rules, str) else json.dumps(held)
    (tmp_path / "alerts.yml").write_text(text)
    found = alerts.found(tmp_path, (), ("alerts.yml",))
    look, _ = alerts.looked(tmp_path, found, known)
    return look.measurement.value, [flaw.rule.removeprefix("alert-") for flaw in look.findings]


ALL = [rule("s", SLOW), rule("w", WRONG), rule("d", DOWN)]


def test_one_alert_for_each_signal_is_enough(tmp_path: Path) -> None:
    assert judged(tmp_path, ALL) == (0, [])


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (ALL[1:], ["missing"]),
        ([], ["missing"] * 3),
        ([*ALL, rule("x", "sum(")], ["expression"]),
        ([*ALL, rule("x", "gone > 1")], ["metric"]),
        ([*ALL, rule("x", "node_load1 > 1 and scrape_samples_scraped > 1")], []),
        ([*ALL[1:], rule("s", SLOW.replace("http_s", "shop_s"))], ["metric", "missing"]),
        ([*ALL[1:], rule("s", "queue > 1", labels={"signal": "latency"})], []),
        ([*ALL, rule("x", "up", **{"for": "5 minutes"})], ["rule"]),
        ([*ALL[1:], rule("s", "vector(1) > 0", labels={"signal": "latency"})], ["missing"]),
        ([*ALL[1:], rule("s", "histogram_quantile(0.9, vector(1))")], ["missing"]),
        ([*ALL[:2], rule("d", 'absent({job="x"})')], []),
        ([*ALL, {"alert": "x"}], ["rule"]),
        ([*ALL, {"alert": "x", "record": "y", "expr": "up"}], ["rule"]),
        ([*ALL, {"record": "r:x", "expr": "queue"}, rule("x", "r:x > 1")], []),
        ([*ALL, {"record": "r:x", "expr": "gone"}], ["metric"]),
    ],
)
def test_each_gap_is_counted(
    tmp_path: Path, rules: list[dict[str, Any]], expected: list[str]
) -> None:
    assert judged(tmp_path, rules) == (len(expected), expected)


@pytest.mark.parametrize("text", ["groups: [\n", "groups: []\n"])
def test_a_broken_rule_file_is_named(tmp_path: Path, text: str) -> None:
    assert judged(tmp_path, text) == (4, ["unreadable", "missing", "missing", "missing"])


def test_groups_have_names_of_their_own_and_findings_their_line(tmp_path: Path) -> None:
    text = "groups:\n- name: g\n  rules:\n  - alert: X\n    expr: gone > 1\n- name: g\n"
    (tmp_path / "rules.yml").write_text(text)
    look, _ = alerts.looked(tmp_path, ("rules.yml",), KNOWN)
    found = [(flaw.rule, flaw.line) for flaw in look.findings[:2]]
    assert found == [("alert-rule", 0), ("alert-metric", 4)]


def test_rules_of_the_operator_are_read_too(tmp_path: Path) -> None:
    held = {"kind": "PrometheusRule", "spec": {"groups": [{"name": "g", "rules": ALL}]}}
    assert judged(tmp_path, json.dumps(held)) == (0, [])


def test_what_nobody_has_read_is_not_judged(tmp_path: Path) -> None:
    """A metric that nobody looked for is neither there nor missing; a missing alert is missing."""
    unread = Known()
    assert judged(tmp_path, ALL, unread) == (None, [])
    assert judged(tmp_path, ALL[1:], unread) == (1, ["missing"])


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("deploy/alerts.yml", "groups: []", True),
        ("deploy/prometheus.yml", "scrape_configs: []", False),
        ("deploy/rules.yaml", "groups: [", True),
        ("prometheus/alert.rules", "groups: []", True),
        ("deploy/firewall.rules", "*filter\n:INPUT DROP", False),
        ("deploy/prometheus/x.yml", "a: [\n  - alert: X\n", True),
        ("deploy/alertmanager.yml", "receivers: [", False),
        ("deploy/prometheus.yml", "a: [", False),
        (".github/alerts.yml", "groups: []", False),
        ("deploy/alerts.json", "{}", False),
        ("other.yml", "groups: []", False),
    ],
)
def test_rule_files_are_known_by_name_and_content(
    tmp_path: Path, name: str, text: str, is_one: bool
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert alerts.found(tmp_path, (), (name,)) == ((name,) if is_one else ())


def panel(expression: str, **more: Any) -> dict[str, Any]:
    return {"title": "p", "targets": [{"expr": expression}], **more}


def shown(tmp_path: Path, held: Any, known: Known = KNOWN) -> tuple[float | None, list[str]]:
    (tmp_path / "dashboard.json").write_text(held if isinstance(held, str) else json.dumps(held))
    found = dashboard.found(tmp_path, (), ("dashboard.json",))
    look = dashboard.looked(tmp_path, found, known)
    return look.measurement.value, [flaw.rule.removeprefix("dashboard-") for flaw in look.findings]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ({"panels": [panel("queue")]}, []),
        ({"dashboard": {"panels": [panel("queue")]}}, []),
        ({"rows": [{"panels": [panel("queue")]}]}, []),
        ({"panels": [{"type": "row", "panels": [panel("queue")]}]}, []),
        ({"panels": [panel('rate(queue{a=~"$a"}[$__rate_interval])')]}, []),
        ({"panels": [panel("rate(queue[${span}:$step]) > $least")]}, []),
        ({"panels": [panel("rate(${app}_hits_total[5m])")]}, []),
        ({"panels": [panel("gone")]}, ["metric"]),
        ({"panels": [panel("sum(")]}, ["expression"]),
        ({"panels": []}, ["empty"]),
        ({"panels": [panel("vector(1)")]}, ["empty"]),
        ({"panels": [panel("{a=1} |= x", datasource={"type": "loki"})]}, ["empty"]),
        ({"title": "x"}, ["missing"]),
        ("{", ["unreadable"]),
        (
            {
                "panels": [panel("queue")],
                "templating": {
                    "list": [
                        {"type": "query", "name": "v", "query": "label_values(gone, job)"},
                        {"type": "query", "name": "w", "query": {"query": "label_values(job)"}},
                    ]
                },
            },
            ["metric"],
        ),
    ],
)
def test_each_flaw_of_a_dashboard_is_named(tmp_path: Path, held: Any, expected: list[str]) -> None:
    assert shown(tmp_path, held) == (len(expected), expected)


@pytest.mark.parametrize(
    ("name", "text", "is_one"),
    [
        ("grafana/orders.json", '{"panels": []}', True),
        ("grafana/dashboards/orders.json", "{", True),
        ("grafana/tsconfig.json", "{ // a remark\n}", False),
        ("grafana/datasource.json", '{"url": "http://x"}', False),
        ("src/panels.json", '{"panels": []}', False),
    ],
)
def test_dashboards_are_known_by_name_and_content(
    tmp_path: Path, name: str, text: str, is_one: bool
) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text)
    assert dashboard.found(tmp_path, (), (name,)) == ((name,) if is_one else ())


def test_a_dashboard_without_known_metrics_is_not_judged(tmp_path: Path) -> None:
    assert shown(tmp_path, {"panels": [panel("queue")]}, Known()) == (None, [])
