"""The query probe against a service with planted defects, its spans taken by the real receiver."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gates.core.capacity import Database
from gates.core.model import Reason, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ParseError, ToolOutput
from gates.shell.otlp import receiving
from gates.tools import queries as tool
from tests.servers import starting

HERE = Path(__file__).parent
GROW = ("{python}", str(HERE / "growing.py"), "{state}/shop.db", "{rows}")
TABLES = "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT);" + (
    "CREATE TABLE parts (id INTEGER PRIMARY KEY, thing_id INTEGER, name TEXT);"
)
INDEXES = "CREATE INDEX by_name ON things (name, id); CREATE INDEX by_thing ON parts (thing_id);"
Look = Callable[..., ToolReport]


def _parameter(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1.0.0"},
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    _parameter("limit", type="integer", maximum=100),
                    _parameter("offset", type="integer", maximum=1000),
                    _parameter("name", type="string", example="n1"),
                ],
                "responses": {"200": {"description": "The things."}},
            }
        },
        "/gone": {"get": {"responses": {"200": {"description": "Never."}}}},
    },
}


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Iterator[Look]:
    """Run the adapter on the service with these defects; keywords are those of [database]."""
    with starting() as start:
        yield partial(_report, start, tmp_path, run_probe)


def _report(
    start: Callable[..., str],
    tmp_path: Path,
    run_probe: Callable[..., ToolOutput],
    *defects: str,
    spans: bool = True,
    variables: str = "yes",
    settings: dict[str, object] | None = None,
    **said: Any,
) -> ToolReport:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(TABLES + ("" if "missing-index" in defects else INDEXES))
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "output").mkdir()
    database = Database(url="sqlite:{state}/shop.db", spans=True, **said)
    service = Service(start=("x", "{port}"), env={"GROWTH": "{state}", "OTLP": "{otlp}"})
    with receiving(tmp_path / "spans.ndjson") as receiver:
        words = (sys.executable, str(HERE / "spanning.py"), "{port}", str(file), *defects)
        origin = start(words, {"OTLP": receiver.address})
        options = Options(
            tree=str(tmp_path),
            output=str(tmp_path / "output"),
            python=sys.executable,
            base_url=origin,
            state=str(tmp_path),
            document=str(tmp_path / "openapi.json"),
            spans=str(receiver.path) if spans else "",
            settings=settings or {},
        )
        (invocation,) = tool.commands(
            Target(name="shop", service=service, database=database), options
        )
        given = json.dumps({"env": {"PATH": "/usr/bin:/bin"}, "variables": {"A": variables}})
        done = run_probe(invocation, GATESCORE_START=given)
    return tool.parse((done,))


def values(report: ToolReport) -> dict[str, float | None]:
    return {name.partition(".")[2]: one.value for name, one in report.measurements.items()}


def rules(report: ToolReport) -> set[str]:
    return {finding.rule.partition(".")[2] for finding in report.findings}


def test_a_good_service_has_no_findings(look: Look) -> None:
    report = look(grow=GROW)
    assert report.findings == ()
    found = values(report)
    assert found.pop("query_p95_ms") is None  # too few of them for a p95
    assert set(found.values()) == {0.0}
    assert "too few samples" in report.measurements["database.query_p95_ms"].why
    assert report.examined == 1
    assert report.notes == ("not asked, no valid request succeeded: GET /gone",)


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        ("n-plus-one", {"repeated", "more-statements"}),
        ("missing-index", {"sequential-scan", "more-rows"}),
        ("unbounded", {"sequential-scan", "more-rows", "unbounded-list"}),
        ("offset", {"offset"}),
    ],
)
def test_a_planted_defect_is_found_and_no_other(
    look: Look, defect: str, expected: set[str]
) -> None:
    assert rules(look(defect, grow=GROW)) == expected


def test_a_trace_of_the_services_own_is_told_by_its_time(look: Look) -> None:
    report = look("own-trace", "n-plus-one", sizes=(10, 20), grow=GROW)
    assert rules(report) == {"repeated", "more-statements"}


def test_without_growth_the_slope_is_not_measured_and_the_rest_is(look: Look) -> None:
    report = look("n-plus-one")
    assert values(report)["growing_operations"] is None
    assert "database.grow" in report.measurements["database.growing_operations"].why
    assert values(report)["repeated_statements"] == 0.0  # of an empty table


def test_a_p95_of_enough_statements(look: Look) -> None:
    report = look("n-plus-one", grow=GROW)
    time = report.measurements["database.query_p95_ms"]
    assert time.value is not None
    assert time.bound is not None
    assert 0 < time.value <= time.bound
    assert (time.samples or 0) >= 200


def test_a_service_without_spans_is_no_good_service(look: Look) -> None:
    with pytest.raises(ParseError, match="no span came") as error:
        look("silent")
    assert error.value.reason is Reason.INCOMPLETE


def test_where_spans_are_off_it_says_so_and_leaves_times_and_scans_to_others(look: Look) -> None:
    report = look(spans=False)
    assert values(report) == {"repeated_statements": None, "growing_operations": None}
    assert "database.spans" in report.measurements["database.repeated_statements"].why


def test_a_command_that_fails_is_told_without_its_secrets(look: Look) -> None:
    fails = ("{python}", "-c", "import os, sys; sys.exit('broken ' + os.environ['A'])", "{rows}")
    with pytest.raises(ParseError, match="database.grow") as error:
        look(grow=fails, variables="very-secret-value")
    assert error.value.reason is Reason.ENVIRONMENT_FAILED
    assert "broken" in error.value.detail
    assert "very-secret-value" not in error.value.detail


def test_a_budget_that_ends_too_soon_is_no_good_slope(look: Look) -> None:
    report = look(grow=GROW, settings={"max_requests": 12})
    assert values(report)["growing_operations"] is None
    assert "max_requests" in report.measurements["database.growing_operations"].why


def test_nothing_that_was_run_is_no_report() -> None:
    with pytest.raises(ParseError, match="nothing was run"):
        tool.parse(())
