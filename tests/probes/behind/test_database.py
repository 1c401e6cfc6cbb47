"""The database probe and its adapter, as the runner runs them: pool, query times, tables."""

import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gates.core.capacity import Database, Load, LoadOperation
from gates.core.model import Measurement, ToolReport
from gates.core.target import Service, Target
from gates.core.tool import Options, ToolOutput
from gates.probes._query_times import from_histogram
from gates.tools import database as tool

POOL = {
    "in_use_metric": "pool_in_use",
    "size_metric": "pool_size",
    "waiting_metric": "pool_waiting",
}
READS = tuple(LoadOperation(path=path) for path in ("/a", "/b?x=1", "/gone"))
SHORT = {"reads_s": 2.0}
Look = Callable[..., ToolReport]


@pytest.fixture
def look(tmp_path: Path, run_probe: Callable[..., ToolOutput]) -> Look:
    """Run the adapter on a service at an origin; keyword arguments are those of [database]."""

    def run(origin: str, variables: dict[str, str] | None = None, **said: Any) -> ToolReport:
        output = tmp_path / "output"
        output.mkdir()
        target = Target(
            name="shop",
            service=Service(base_url=origin),
            load=Load(rate=5.0, operations=READS),
            database=Database(**said),
        )
        options = Options(
            tree=str(tmp_path),
            output=str(output),
            python=sys.executable,
            base_url=origin,
            state=str(tmp_path / "state"),
            settings=SHORT,
        )
        (invocation,) = tool.commands(target, options)
        done = run_probe(invocation, GATESCORE_VARIABLES=json.dumps(variables or {}))
        return tool.parse((done,))

    return run


def rules(report: ToolReport) -> list[str]:
    return [finding.rule.partition(".")[2] for finding in report.findings]


def value(report: ToolReport, name: str) -> Measurement:
    return report.measurements[f"database.{name}"]


def test_a_pool_of_an_allowed_size_has_no_flaw(look: Look, shop: Callable[..., str]) -> None:
    report = look(shop("size=40", "nap=0.02"), **POOL)
    pool = value(report, "pool_violations")
    assert (pool.value, rules(report)) == (0.0, [])
    assert "size 40" in pool.detail
    assert "at most 0 connections" not in pool.detail


def test_a_pool_that_is_too_small_is_used_up_and_waited_for(
    look: Look, shop: Callable[..., str]
) -> None:
    report = look(shop("size=2", "nap=0.02"), **POOL)
    assert rules(report) == ["pool-size", "pool-waiting", "pool-exhausted"]
    assert value(report, "pool_violations").value == 3.0
    assert {finding.metric for finding in report.findings} == {"database.pool_violations"}


def test_a_pool_whose_connections_are_kept_is_found(look: Look, shop: Callable[..., str]) -> None:
    report = look(shop("size=100000", "hold"), pool=(20, 100000), in_use_metric="pool_in_use")
    assert rules(report) == ["pool-kept"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "database.in_use_metric"),
        ({"in_use_metric": "pool_busy"}, "have no database.in_use_metric: pool_busy"),
    ],
)
def test_a_pool_that_nobody_shows_has_no_number(
    look: Look, shop: Callable[..., str], said: dict[str, str], why: str
) -> None:
    pool = value(look(shop(), **said), "pool_violations")
    assert pool.value is None
    assert why in pool.why


@pytest.mark.parametrize(("nap", "low", "high"), [("0.02", 10, 100), ("0.15", 100, 1000)])
def test_the_p95_of_queries_comes_from_the_histogram(
    look: Look, shop: Callable[..., str], nap: str, low: float, high: float
) -> None:
    found = value(look(shop(f"nap={nap}"), duration_metric="db_seconds"), "query_p95_ms")
    assert found.value is not None
    assert low < found.value <= high
    assert found.needed == 200
    assert found.samples is not None
    assert found.samples > 0 and f"{found.samples} queries" in found.detail


@pytest.mark.parametrize(
    ("words", "name", "why"),
    [((), "no_seconds", "no histogram no_seconds"), (("quiet",), "db_seconds", "no histogram")],
)
def test_a_histogram_that_is_not_there_has_no_number(
    look: Look, shop: Callable[..., str], words: tuple[str, ...], name: str, why: str
) -> None:
    found = value(look(shop(*words), duration_metric=name), "query_p95_ms")
    assert found.value is None
    assert why in found.why


@pytest.mark.parametrize(("top", "expected"), [(0.5, None), (1.0, 1000.0), (2.5, 2500.0)])
def test_what_lies_above_the_last_bound_is_told_only_where_that_is_slow(
    top: float, expected: float | None
) -> None:
    infinite = float("inf")
    found = from_histogram("h", None, {0.1: 10.0, top: 10.0, infinite: 300.0})
    assert found.value == expected
    assert found.why or "over" in found.detail


def test_with_spans_the_p95_is_left_to_the_tool_that_reads_them(
    look: Look, shop: Callable[..., str]
) -> None:
    report = look(shop(), spans=True, duration_metric="db_seconds")
    assert "database.query_p95_ms" not in report.measurements


def test_postgresql_tells_of_tables_sessions_and_statements(
    look: Look, shop: Callable[..., str], database: Callable[[str], str]
) -> None:
    address = database("CREATE EXTENSION pg_stat_statements; CREATE TABLE visits (page text)")
    report = look(shop(f"postgres={address}"), url="${SHOP_URL}", variables={"SHOP_URL": address})
    assert rules(report) == ["no-primary-key"]
    assert value(report, "schema_violations").value == 1.0
    assert value(report, "pool_violations").value == 0.0
    found = value(report, "query_p95_ms")
    assert found.value is not None, found.why
    assert 0 < found.value < 1000
    assert found.samples is not None
    assert found.samples > 0  # as many as the machine had time for
    assert "at least" in found.detail


def test_postgresql_without_statement_statistics_says_what_to_do(
    look: Look, shop: Callable[..., str], database: Callable[[str], str]
) -> None:
    report = look(shop(), url=database("CREATE TABLE t (id int PRIMARY KEY)"))
    found = value(report, "query_p95_ms")
    assert found.value is None
    assert "CREATE EXTENSION pg_stat_statements" in found.why


def test_sessions_that_are_never_given_back_are_found(
    look: Look, shop: Callable[..., str], database: Callable[[str], str]
) -> None:
    import psycopg

    address = database("CREATE TABLE t (id int PRIMARY KEY)")
    others = [psycopg.connect(address) for _ in range(4)]
    report = look(shop(), url=address, pool=(2, 4))
    assert rules(report) == ["pool-size"]
    for one in others:
        one.close()


def test_sqlite_in_the_state_folder_is_read(
    look: Look, shop: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    connection = sqlite3.connect(tmp_path / "state" / "shop.db")
    connection.execute("CREATE TABLE readers (id INTEGER PRIMARY KEY, email TEXT)")
    connection.close()
    report = look(shop(), url="sqlite:{state}/shop.db")
    assert rules(report) == ["no-timestamp"]
    assert report.findings[0].context == "database.no-timestamp readers"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, "database.url"),
        ({"url": "sqlite:{state}/gone.db"}, "there is no file gone.db"),
        ({"url": "sqlite:empty.db"}, "no table"),
        ({"url": "${GONE}"}, "GONE is not set"),
        ({"url": "postgresql://x@127.0.0.1:1/x"}, "database.url"),
        ({"url": "postgresql://x@192.0.2.7/x"}, "192.0.2.7 is not this machine"),
    ],
)
def test_a_database_that_cannot_be_read_has_no_number(
    look: Look, shop: Callable[..., str], tmp_path: Path, said: dict[str, str], why: str
) -> None:
    sqlite3.connect(tmp_path / "empty.db").execute("PRAGMA user_version = 1")
    schema = value(look(shop(), **said), "schema_violations")
    assert schema.value is None
    assert why in schema.why
