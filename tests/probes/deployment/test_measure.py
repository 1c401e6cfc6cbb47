"""The whole probe, as a process, on a good target and on one of each kind of gap."""

import json
import sys
from pathlib import Path

import msgspec
import pytest

from gates.core.deployed import Deployment, Pipeline, Staging
from gates.core.model import GateReport, Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ParseError
from gates.tools import deployment
from tests.probes.started import started

COMMIT = "0123456789abcdef0123456789abcdef01234567"
RULES = [
    {"alert": "slow", "expr": "histogram_quantile(0.9, rate(web_seconds_bucket[5m])) > 1"},
    {"alert": "wrong", "expr": 'rate(web_seconds_count{status=~"5.."}[5m]) > 0'},
    {"alert": "down", "expr": "up == 0"},
    {"record": "web:rate", "expr": "rate(web_seconds_count[5m])"},
]
FILES = {
    "Dockerfile": "FROM a:1 AS b\nFROM a:1\nCOPY --from=b /x /x\nUSER 1\nHEALTHCHECK CMD x\n",
    "compose.yaml": "services: {web: {build: .}}\n",
    "deploy/alerts.yml": json.dumps({"groups": [{"name": "g", "rules": RULES}]}),
    "deploy/dashboard.json": json.dumps({"panels": [{"targets": [{"expr": "web:rate"}]}]}),
}
SHOWN = ("web_seconds_bucket", "web_seconds_count")
TARGET = Target(name="shop", pipeline=Pipeline(command=("true", "{commit}")))
CONTAINER, FLAWS, ALERTS, BOARD, STAGING, PIPELINE = deployment.METRICS
FINE = {CONTAINER: 0, FLAWS: 0, ALERTS: 0, BOARD: 0, STAGING: None, PIPELINE: 0}


def judged(
    folder: Path,
    changes: dict[str, str | None] | None = None,
    target: Target = TARGET,
    shown: tuple[str, ...] = SHOWN,
    **settings: object,
) -> ToolReport:
    tree, output, results = folder / "tree", folder / "output", folder / "results"
    written = {name: text for name, text in (FILES | (changes or {})).items() if text is not None}
    for name, text in written.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    seen = ToolReport(tool="observability", examined=1, examined_unit="requests", exposed=shown)
    (results / "observability").mkdir(parents=True)
    ended = GateReport(gate="observability", reports=(seen,))
    (results / "observability" / "report.json").write_bytes(msgspec.json.encode(ended))
    output.mkdir()
    options = Options(
        tree=str(tree),
        output=str(output),
        python=sys.executable,
        files=tuple(sorted(written)),
        results=str(results),
        revision=COMMIT,
        settings=settings,
    )
    (invocation,) = deployment.commands(target, options)
    return deployment.parse((started(invocation, output),))


def values(report: ToolReport) -> dict[str, float | None]:
    return {name: measured.value for name, measured in report.measurements.items()}


def test_a_target_that_is_ready_has_nothing_to_mend(tmp_path: Path) -> None:
    report = judged(tmp_path)
    assert report.findings == ()
    assert values(report) == FINE
    assert report.examined == 5
    assert set(report.measurements) == set(deployment.METRICS)


@pytest.mark.parametrize(
    ("changes", "metric", "rule"),
    [
        ({"Dockerfile": FILES["Dockerfile"].replace("USER 1\n", "")}, CONTAINER, "container-root"),
        ({"compose.yaml": "services: {web: {}}\n"}, FLAWS, "file-compose"),
        ({"deploy/dashboard.json": None}, BOARD, "dashboard-missing"),
        (
            {"deploy/dashboard.json": FILES["deploy/dashboard.json"].replace("web:rate", "gone")},
            BOARD,
            "dashboard-metric",
        ),
        (
            {"deploy/alerts.yml": FILES["deploy/alerts.yml"].replace("up == 0", "down == 1")},
            ALERTS,
            "alert-metric",
        ),
    ],
)
def test_each_gap_is_found_and_counted_where_it_belongs(
    tmp_path: Path, changes: dict[str, str | None], metric: str, rule: str
) -> None:
    report = judged(tmp_path, changes)
    assert rule in {finding.rule for finding in report.findings}
    assert {finding.metric for finding in report.findings} == {metric}
    assert values(report) == FINE | {metric: len(report.findings)}


def test_without_the_metrics_of_the_service_nobody_says_that_all_is_well(tmp_path: Path) -> None:
    report = judged(tmp_path, shown=())
    assert values(report) == FINE | {ALERTS: None, BOARD: None}
    assert "--gate observability" in report.measurements[ALERTS].why


def test_what_is_absent_is_not_looked_at(tmp_path: Path) -> None:
    changes: dict[str, str | None] = {"Dockerfile": "FROM a\n", "compose.yaml": "services: {}\n"}
    report = judged(tmp_path, changes, absent=[CONTAINER, FLAWS, PIPELINE])
    assert report.findings == ()
    assert values(report) == FINE | {CONTAINER: None, FLAWS: None, PIPELINE: None}


def test_files_may_be_named_and_metrics_of_others_allowed(tmp_path: Path) -> None:
    board = FILES["deploy/dashboard.json"].replace("web:rate", "node_load1")
    named = Deployment(dashboards=("ops/board.json",), metrics=("node_*",))
    target = Target(name="shop", deployment=named, pipeline=TARGET.pipeline)
    changes: dict[str, str | None] = {"ops/board.json": board, "deploy/dashboard.json": None}
    assert values(judged(tmp_path, changes, target)) == FINE


def test_staging_of_another_origin_is_refused(tmp_path: Path) -> None:
    away = Staging(url="https://192.0.2.1/version", header="X-Commit")
    with pytest.raises(ParseError, match="service.allow") as caught:
        judged(tmp_path, target=Target(name="shop", staging=away, service=Service(start=("x",))))
    assert caught.value.reason is Reason.REFUSED_BY_SAFETY


def test_the_control_is_caught(tmp_path: Path) -> None:
    """P13."""
    control = deployment.control()
    report = judged(tmp_path, dict(control.files))
    assert control.rule in {finding.rule for finding in report.findings}
